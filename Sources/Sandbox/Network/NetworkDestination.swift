/// A host and a port that a task may reach: one entry of a profile's `network: {allow: […]}`.
package struct NetworkDestination: Sendable, Hashable, CustomStringConvertible {
  package enum Host: Sendable, Hashable {
    /// In lower case, without a dot at its end.
    case name(String)
    /// `*.example.org`: every name below `example.org`, at any depth, and not that name itself.
    case below(String)
    /// Stands for itself only: a name that resolves to it is not allowed by it.
    case address(InternetAddress)
  }

  package var host: Host
  /// From 1.
  package var port: UInt16

  package init(host: Host, port: UInt16) {
    self.host = host
    self.port = port
  }

  package struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// Reads `host.example:443`, `*.example.org:443`, `10.1.2.3:8080` or `[2001:db8::1]:443`.
  package init(_ text: String) throws(Malformed) {
    if text.contains("/") {
      throw Malformed(description: "'\(text)' must be a host and a port, without a scheme or a path")
    }
    guard let colon = text.lastIndex(of: ":") else {
      throw Malformed(description: "'\(text)' has no port; write it as host.example:443")
    }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits),
      port > 0
    else {
      throw Malformed(description: "the port of '\(text)' must be a number from 1 to 65535")
    }
    self.port = port
    host = try Self.readHost(String(text[..<colon]), of: text)
  }

  private static func readHost(_ host: String, of text: String) throws(Malformed) -> Host {
    if host.hasPrefix("[") || host.hasSuffix("]") {
      guard host.hasPrefix("["), host.hasSuffix("]"),
        let address = InternetAddress(String(host.dropFirst().dropLast())), address.isVersion6
      else {
        throw Malformed(description: "between the brackets of '\(text)' must stand an IPv6 address")
      }
      return .address(address)
    }
    if host.contains(":") {
      throw Malformed(description: "an IPv6 address stands in brackets: [2001:db8::1]:443, not '\(text)'")
    }
    if let address = InternetAddress(host) { return .address(address) }
    if host.hasPrefix("*."), let name = hostName(host.dropFirst(2)) {
      guard name.contains(".") else {
        throw Malformed(description: "'\(text)' would allow all of a top-level domain; name one below it")
      }
      return .below(name)
    }
    guard let name = hostName(host[...]) else {
      throw Malformed(
        description: "'\(host)' in '\(text)' is neither a host name, *.NAME, nor an IP address")
    }
    return .name(name)
  }

  /// A name as RFC 1123 has it, in lower case and without the root's dot; nothing for others. One whose last label
  /// is a number is none (WHATWG URL §3.5): resolvers read `0x7f.1` and `127.1` as addresses.
  package static func hostName(_ text: Substring) -> String? {
    let name = (text.hasSuffix(".") ? text.dropLast() : text).lowercased()
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, let last = labels.last, last.contains(where: { $0.isLetter }),
      !last.hasPrefix("0x"),
      labels.allSatisfy({ label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95
          }
      })
    else { return nil }
    return name
  }

  /// Whether it covers a host that a task names. `host` is an address, or a name as `hostName` gives it.
  package func covers(_ host: Host, port: UInt16) -> Bool {
    guard port == self.port else { return false }
    switch (self.host, host) {
    case (.below(let suffix), .name(let name)): return name.hasSuffix("." + suffix)
    default: return self.host == host
    }
  }

  package var description: String {
    switch host {
    case .name(let name): "\(name):\(port)"
    case .below(let name): "*.\(name):\(port)"
    case .address(let address): address.isVersion6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
  }
}
