import Sandbox
import TestSupport
import Testing

@testable import Egress

@Suite struct ProxyRequestTests {
  private func request(_ text: String) throws(ProxyRefusal) -> ProxyRequest {
    try ProxyRequest(head: Array(text.utf8))
  }

  @Test(arguments: [
    ("CONNECT Host.Example.:443 HTTP/1.1\r\n\r\n", "host.example:443", true),
    ("CONNECT [2001:DB8::1]:443 HTTP/1.0\r\nHost: x\r\n\r\n", "[2001:db8::1]:443", true),
    ("GET http://host.example HTTP/1.1\r\n\r\n", "host.example:80", false),
    ("GET HTTP://10.1.2.3:8080/x HTTP/1.1\r\n\r\n", "10.1.2.3:8080", false),
    ("GET http://[::1]/x HTTP/1.1\r\n\r\n", "[::1]:80", false),
    ("OPTIONS http://a.example?q HTTP/1.1\r\n\r\n", "a.example:80", false),
  ]) func hostAndPortAreRead(text: String, expected: String, isTunnel: Bool) throws {
    let request = try request(text)
    #expect(NetworkDestination(host: request.host, port: request.port).description == expected)
    #expect((request.forwardedHead == nil) == isTunnel)
  }

  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "GET https://a.example/ HTTP/1.1\r\n\r\n", "GET http:/a HTTP/1.1\r\n\r\n",
    "CONNECT a.example HTTP/1.1\r\n\r\n", "CONNECT a.example:0 HTTP/1.1\r\n\r\n",
    "CONNECT a.example:65536 HTTP/1.1\r\n\r\n", "CONNECT a.example:+1 HTTP/1.1\r\n\r\n",
    "CONNECT *.a.example:443 HTTP/1.1\r\n\r\n", "CONNECT u@a.example:443 HTTP/1.1\r\n\r\n",
    "GET http://u:p@a.example/ HTTP/1.1\r\n\r\n", "CONNECT 0x7f.1:443 HTTP/1.1\r\n\r\n",
    "CONNECT 127.1:443 HTTP/1.1\r\n\r\n", "CONNECT 2130706433:443 HTTP/1.1\r\n\r\n",
    "CONNECT [fe80::1%eth0]:443 HTTP/1.1\r\n\r\n", "CONNECT ::1:443 HTTP/1.1\r\n\r\n",
    "GET  http://a.example/ HTTP/1.1\r\n\r\n", "GET http://a.example/ HTTP/2\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nA : b\r\n\r\n", "GET http://a.example/ HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\nA: b\r\n\r\n", "GET http://a.example/ HTTP/1.1\r\nA: b\rB: c\r\n\r\n",
    "GET http://a.example/\0 HTTP/1.1\r\n\r\n", "GET http://a.example/ä HTTP/1.1\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked, x\r\n\r\n",
    "GET http://a.example/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "\r\n\r\n", "",
  ]) func whatCouldBeReadInTwoWaysIsRefused(text: String) {
    #expect(throws: ProxyRefusal.self) { try request(text) }
  }

  /// Any bytes lead to a request or a refusal; what is forwarded is one head and ends where it ends.
  @Test(arguments: 0..<300 as Range<UInt64>) func mutatedHeadsNeverSmuggle(seed: UInt64) {
    var generator = SplitMix64(seed)
    var bytes = Array(
      "POST http://a.example:8080/p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: x\r\nX: y\r\n\r\n"
        .utf8)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      let letters = Array("\r\n: /:@\0ä]%".utf8)
      bytes[place] =
        Bool.random(using: &generator)
        ? letters[Int.random(in: 0..<letters.count, using: &generator)]
        : .random(in: 0...255, using: &generator)
    }
    guard let request = try? ProxyRequest(head: bytes), let head = request.forwardedHead else { return }
    let text = String(decoding: head, as: UTF8.self)
    #expect(text.hasSuffix("Connection: close\r\n\r\n"))
    #expect(text.components("\r\n\r\n") == 1)
    #expect(!text.replacing("\r\n", with: "").contains { "\r\n\0".contains($0) })
  }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}

@Suite struct DestinationRuleTests {
  private func rule(_ texts: String...) throws -> DestinationRule {
    DestinationRule(destinations: try texts.map { try NetworkDestination($0) })
  }

  private func request(_ target: String) throws -> ProxyRequest {
    try ProxyRequest(head: Array("CONNECT \(target) HTTP/1.1\r\n\r\n".utf8))
  }

  @Test(arguments: [
    ("a.example:443", true), ("A.EXAMPLE.:443", true), ("a.example:444", false), ("b.a.example:443", false),
    ("x.wild.example:443", true), ("x.y.wild.example:443", true), ("wild.example:443", false),
    ("notwild.example:443", false), ("10.1.2.3:80", true), ("10.1.2.4:80", false),
    ("[2001:db8::1]:443", true),
    ("[2001:0db8:0::1]:443", true), ("[::ffff:10.1.2.3]:80", false),
  ]) func theListIsExact(target: String, isAllowed: Bool) throws {
    let rule = try rule("a.example:443", "*.wild.example:443", "10.1.2.3:80", "[2001:db8::1]:443")
    if isAllowed {
      try rule.check(request(target))
    } else {
      #expect(throws: ProxyRefusal.self) { try rule.check(request(target)) }
    }
  }

  @Test(arguments: [
    "0.0.0.0", "10.9.9.9", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
    "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1", "::127.0.0.1",
  ]) func aNameMayNotLeadInside(address: String) throws {
    let special = try #require(InternetAddress(address))
    let open = try #require(InternetAddress("93.184.215.14"))
    let rule = try rule("a.example:443")
    #expect(throws: ProxyRefusal.self) { try rule.permitted([special], of: "a.example", port: 443) }
    #expect(try rule.permitted([special, open], of: "a.example", port: 443) == [open])
    let text = special.isVersion6 ? "[\(address)]:443" : "\(address):443"
    #expect(
      try self.rule("a.example:443", text).permitted([special], of: "a.example", port: 443) == [special])
    #expect(throws: ProxyRefusal.self, "listed with another port") {
      try self.rule("a.example:80", text).permitted([special], of: "a.example", port: 80)
    }
  }

  @Test(arguments: [
    "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "192.0.1.1",
  ])
  func publicAddressesAreOpen(address: String) throws {
    #expect(try #require(InternetAddress(address)).specialPurpose == nil)
  }
}
