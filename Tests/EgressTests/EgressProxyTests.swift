import Glibc
import Sandbox
import Synchronization
import Testing

@testable import Egress

/// The proxy over real sockets on the loopback.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EgressProxyTests {
  @Test func aTunnelCarriesBytesBothWaysAndHalfCloses() async throws {
    let server = try TestServer.echo()
    let counts = try await TestProxy.serving(["127.0.0.1:\(server.port)"]) { proxy in
      // The tunnel's first bytes come in the same packet as its head.
      let answer = try await proxy.ask("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\nhello")
      #expect(answer == "HTTP/1.1 200 Connection established\r\n\r\nheard: hello")
    }
    #expect(counts == EgressCounts(connections: 1, refused: 0, bytesOut: 5, bytesIn: 12))
  }

  @Test func aPlainRequestReachesTheServerInOriginForm() async throws {
    let heard = Mutex("")
    let server = try TestServer { connection in
      let head = try Loopback.readHead(connection)
      let body = try Loopback.read(connection, upTo: 4)
      heard.withLock { $0 = head + body }
      try Loopback.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", to: connection)
    }
    let counts = try await TestProxy.serving(["127.0.0.1:\(server.port)"]) { proxy in
      let answer = try await proxy.ask(
        "POST http://127.0.0.1:\(server.port)/a?b=c#d HTTP/1.1\r\nHost: other.example\r\nContent-Length: 4\r\n"
          + "Proxy-Authorization: secret\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nAccept: */*\r\n\r\nbody",
        endsSending: false)
      #expect(answer == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }
    #expect(
      heard.withLock { $0 }
        == "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\ncontent-length: 4\r\naccept: */*\r\n"
        + "Connection: close\r\n\r\nbody")
    #expect(counts.connections == 1 && counts.refused == 0 && counts.bytesIn == 40)
  }

  @Test func whatIsNotListedIsRefusedAndNothingIsConnected() async throws {
    let server = try TestServer { _ in Issue.record("the proxy connected to what it refused") }
    let counts = try await TestProxy.serving(["127.0.0.1:1", "*.example.org:\(server.port)"]) { proxy in
      for target in ["127.0.0.1:\(server.port)", "[::1]:\(server.port)", "example.org:\(server.port)"] {
        let answer = try await proxy.ask("CONNECT \(target) HTTP/1.1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"), "\(target)")
        #expect(answer.contains("\(target) is not on the list"), "\(answer)")
      }
    }
    #expect(counts == EgressCounts(connections: 3, refused: 3))
  }

  @Test func aNameThatResolvesToThisHostIsRefusedUnlessItsAddressIsListed() async throws {
    let server = try TestServer.echo()
    let request = "CONNECT LOCALHOST:\(server.port) HTTP/1.1\r\n\r\nx"
    let refused = try await TestProxy.serving(["localhost:\(server.port)"]) { proxy in
      let answer = try await proxy.ask(request)
      #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
      #expect(answer.contains("which is loopback; list the address itself"), "\(answer)")
    }
    #expect(refused.refused == 1)
    let admitted = try await TestProxy.serving(["localhost:\(server.port)", "127.0.0.1:\(server.port)"]) {
      proxy in
      let answer = try await proxy.ask(request)
      #expect(answer.hasSuffix("heard: x"))
    }
    #expect(admitted.refused == 0)
  }

  @Test func aServerThatIsNotThereIs502() async throws {
    let (listener, port) = try Loopback.listener()
    close(listener)
    _ = try await TestProxy.serving(["127.0.0.1:\(port)"]) { proxy in
      let answer = try await proxy.ask("CONNECT 127.0.0.1:\(port) HTTP/1.1\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
      #expect(answer.lowercased().contains("refused"), "\(answer)")
    }
  }

  @Test func aHeadWithoutEndIsCutOff() async throws {
    var bounds = EgressBounds()
    bounds.headBytes = 1000
    bounds.headTime = .milliseconds(300)
    let counts = try await TestProxy.serving(["127.0.0.1:1"], bounds: bounds) { proxy in
      let line = "GET http://127.0.0.1:1/ HTTP/1.1\r\nx: "
      let large = try await proxy.ask(line + String(repeating: "y", count: 2000), endsSending: false)
      #expect(large.hasPrefix("HTTP/1.1 431 "))
      // One that ends, but too late.
      let ended = try await proxy.ask(line + String(repeating: "y", count: 2000) + "\r\n\r\n")
      #expect(ended.hasPrefix("HTTP/1.1 431 "))
      #expect(try await proxy.ask(line, endsSending: false) == "", "closed when its time is over")
      #expect(try await proxy.ask(line) == "", "closed when the task says that no more comes")
    }
    #expect(counts == EgressCounts(connections: 4, refused: 2))
  }

  @Test func anIdleTunnelIsClosed() async throws {
    let ended = Mutex("")
    let server = try TestServer { connection in
      let text = try Loopback.read(connection)
      ended.withLock { $0 = text }
    }
    var bounds = EgressBounds()
    bounds.idleTime = .milliseconds(200)
    _ = try await TestProxy.serving(["127.0.0.1:\(server.port)"], bounds: bounds) { proxy in
      let answer = try await proxy.ask(
        "CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\nx", endsSending: false)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
    #expect(ended.withLock { $0 } == "x", "the server's side was closed too")
  }

  @Test func moreConnectionsThanTheBoundAreRefused() async throws {
    let server = try TestServer.echo()
    var bounds = EgressBounds()
    bounds.connections = 1
    _ = try await TestProxy.serving(["127.0.0.1:\(server.port)"], bounds: bounds) { proxy in
      let port = proxy.port
      let (first, head) = try await Loopback.blocking {
        let connection = try Loopback.connect(to: port)
        try Loopback.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n", to: connection)
        return (connection, try Loopback.readHead(connection))
      }
      #expect(head.hasPrefix("HTTP/1.1 200 "))
      let request = "CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\nx"
      #expect(try await proxy.ask("", endsSending: false).hasPrefix("HTTP/1.1 503 "))
      close(first)
      // The place is free again when the proxy has seen the hang-up.
      var answer = ""
      for _ in 0..<100 where !answer.hasPrefix("HTTP/1.1 200 ") {
        answer = (try? await proxy.ask(request)) ?? ""
      }
      #expect(answer.hasSuffix("heard: x"))
    }
  }

  @Test func theBytesThatMayPassHaveABound() async throws {
    let server = try TestServer { connection in
      while true { try Loopback.send(String(repeating: "z", count: 10_000), to: connection) }
    }
    var bounds = EgressBounds()
    bounds.bytesIn = 1 << 20
    let counts = try await TestProxy.serving(["127.0.0.1:\(server.port)"], bounds: bounds) { proxy in
      let answer = try? await proxy.ask(
        "CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n", endsSending: false)
      #expect((answer ?? "").utf8.count <= 2 << 20)
    }
    #expect(counts.bytesIn <= 1 << 20)
    #expect(counts.bytesIn > 1 << 19)
  }

  @Test func whoDoesNotReadSlowsTheSenderDown() async throws {
    let sent = Atomic(0)
    let server = try TestServer { connection in
      let chunk = String(repeating: "z", count: 1 << 20)
      while true {
        try Loopback.send(chunk, to: connection)
        sent.add(1, ordering: .relaxed)
      }
    }
    _ = try await TestProxy.serving(["127.0.0.1:\(server.port)"]) { proxy in
      let port = proxy.port
      try await Loopback.blocking {
        let connection = try Loopback.connect(to: port)
        defer { close(connection) }
        try Loopback.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n", to: connection)
        _ = try Loopback.readHead(connection)
        usleep(500_000)
      }
      // The kernel's own buffers of two connections take some; a proxy that hoarded would have taken gigabytes.
      #expect(sent.load(ordering: .relaxed) < 64)
    }
  }

  @Test func whenItIsCancelledTheListenerIsGoneAndTunnelsAreCut() async throws {
    let server = try TestServer { connection in _ = try Loopback.read(connection) }
    let open = Mutex<(connection: Int32, port: UInt16)>((-1, 0))
    let counts = try await TestProxy.serving(["127.0.0.1:\(server.port)"]) { proxy in
      let port = proxy.port
      try await Loopback.blocking {
        let connection = try Loopback.connect(to: port)
        try Loopback.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n", to: connection)
        _ = try Loopback.readHead(connection)
        open.withLock { $0 = (connection, port) }
      }
    }
    #expect(counts.connections == 1)
    let (connection, port) = open.withLock { $0 }
    defer { close(connection) }
    let rest = try? await Loopback.blocking { try Loopback.read(connection) }
    #expect((rest ?? "") == "")
    #expect(throws: Loopback.Failure.self) { try Loopback.connect(to: port) }
  }

  @Test func aDescriptorThatIsNoListenerIsAnError() async {
    let null = open("/dev/null", O_RDONLY)
    await #expect(throws: SandboxError.self) {
      try await EgressProxy().serve(listener: null, destinations: [])
    }
  }
}
