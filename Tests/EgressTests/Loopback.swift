import Foundation
import Glibc
import Sandbox
import Synchronization

@testable import Egress

/// Blocking TCP sockets on 127.0.0.1, used on threads of their own: the proxy under test needs Swift's.
enum Loopback {
  struct Failure: Error {
    var call: String
    var number: Int32
  }

  static func check(_ result: Int32, _ call: String) throws -> Int32 {
    guard result >= 0 else { throw Failure(call: call, number: errno) }
    return result
  }

  private static func withAddress<Result>(
    _ port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> (Result, UInt16) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
    return (result, UInt16(bigEndian: address.sin_port))
  }

  /// A listening socket, and its port.
  static func listener() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = try check(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
    _ = try check(withAddress(0) { bind(descriptor, $0, $1) }.0, "bind")
    _ = try check(listen(descriptor, 128), "listen")
    let (result, port) = withAddress(0) { getsockname(descriptor, $0, &$1) }
    _ = try check(result, "getsockname")
    return (descriptor, port)
  }

  static func connect(to port: UInt16) throws -> Int32 {
    let descriptor = try check(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
    limitWaiting(descriptor)
    guard withAddress(port, { Glibc.connect(descriptor, $0, $1) }).0 == 0 else {
      defer { close(descriptor) }
      throw Failure(call: "connect", number: errno)
    }
    return descriptor
  }

  /// A test that fails must not hang.
  static func limitWaiting(_ descriptor: Int32) {
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  static func send(_ text: String, to descriptor: Int32) throws {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(call: "send", number: errno) }
      sent += count
    }
  }

  /// What comes until the other side ends, or until `limit` bytes are there.
  static func read(_ descriptor: Int32, upTo limit: Int = .max) throws -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while all.count < limit {
      let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - all.count))
      if count < 0 { throw Failure(call: "read", number: errno) }
      if count == 0 { break }
      all += buffer[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Up to and with an empty line.
  static func readHead(_ descriptor: Int32) throws -> String {
    var text = ""
    while !text.hasSuffix("\r\n\r\n") {
      let next = try read(descriptor, upTo: 1)
      if next.isEmpty { break }
      text += next
    }
    return text
  }

  /// On a thread of its own: one that waits holds up no other.
  static func blocking<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Swift.Result(catching: body)) }.start()
    }
  }
}

/// A server of a test's own: each connection is handed to a function, one after the other.
final class TestServer: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init(_ serve: @escaping @Sendable (Int32) throws -> Void) throws {
    let (listener, port) = try Loopback.listener()
    self.port = port
    descriptor = listener
    Thread {
      // The listener is this thread's: its number must not be another's before this has ended.
      defer { close(listener) }
      while true {
        let connection = accept(listener, nil, nil)
        if connection < 0 && errno == EINVAL { return }
        guard connection >= 0 else { continue }
        Loopback.limitWaiting(connection)
        try? serve(connection)
        close(connection)
      }
    }.start()
  }

  /// accept(2) then says EINVAL, now or when it is called next.
  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Reads to the end, then says it again.
  static func echo() throws -> TestServer {
    try TestServer { connection in
      let text = try Loopback.read(connection)
      try Loopback.send("heard: " + text, to: connection)
    }
  }
}

/// The proxy itself, serving while a test's body runs.
struct TestProxy: Sendable {
  let port: UInt16

  /// - Returns: what the proxy counted.
  static func serving(
    _ destinations: [String], bounds: EgressBounds = EgressBounds(),
    _ body: @Sendable (TestProxy) async throws -> Void
  ) async throws -> EgressCounts {
    let allowed = try destinations.map { try NetworkDestination($0) }
    let (listener, port) = try Loopback.listener()
    let serving = Task {
      try await EgressProxy(bounds: bounds).serve(listener: listener, destinations: allowed)
    }
    var failure: (any Error)?
    do { try await body(TestProxy(port: port)) } catch { failure = error }
    serving.cancel()
    let counts = try await serving.value
    if let failure { throw failure }
    return counts
  }

  /// Sends a request, says that no more comes, and reads all.
  func ask(_ text: String, endsSending: Bool = true) async throws -> String {
    let port = port
    return try await Loopback.blocking {
      let connection = try Loopback.connect(to: port)
      defer { close(connection) }
      try Loopback.send(text, to: connection)
      if endsSending { shutdown(connection, Int32(SHUT_WR)) }
      return try Loopback.read(connection)
    }
  }
}
