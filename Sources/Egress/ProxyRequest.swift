internal import Sandbox

/// The head of a request to a proxy, RFC 9112 §3.2: `CONNECT host:port`, or a method with an `http://` URL.
///
/// Read more strictly than the RFC asks, so that no server can read a request otherwise than it was judged here. A
/// tunnel is opened or a connection made over after one head, which is why this reads it and no HTTP pipeline does.
struct ProxyRequest: Hashable, Sendable {
  /// An address, or a name in lower case; never a pattern.
  var host: NetworkDestination.Host
  var port: UInt16
  /// What the server is sent first: nothing for a tunnel, which is answered with 200.
  var forwardedHead: [UInt8]?

  /// - Parameter head: up to and with the empty line.
  init(head: [UInt8]) throws(ProxyRefusal) {
    guard head.suffix(4).elementsEqual([13, 10, 13, 10]) else { throw Self.bad("the request has no end") }
    let lines = try Self.lines(head.dropLast(4))
    let words = lines[0].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, Self.isToken(words[0]), words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw Self.bad("the request line is not METHOD TARGET HTTP/1.1")
    }
    let fields = try lines.dropFirst().map(Self.field)
    if words[0] == "CONNECT" {
      (host, port) = try Self.authority(words[1], defaultPort: nil)
      forwardedHead = nil
      return
    }
    let scheme = "http://"
    guard words[1].lowercased().hasPrefix(scheme) else {
      throw Self.bad("the target must be an http:// URL, or the method CONNECT; this is a proxy, no server")
    }
    let rest = words[1].dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    var path = String(rest.dropFirst(authority.count).prefix { $0 != "#" })
    if !path.hasPrefix("/") { path = "/" + path }
    (host, port) = try Self.authority(String(authority), defaultPort: 80)
    try Self.checkLength(of: fields)
    forwardedHead = Self.forwarded(words[0], path, String(authority), fields)
  }

  private typealias Field = (name: String, value: String)

  private static func bad(_ reason: String) -> ProxyRefusal { ProxyRefusal(.badRequest, reason) }

  /// Of printable ASCII, spaces and tabs; each ended by CR and LF together. Bytes beyond ASCII are kept out too: HTTP
  /// gives them no meaning.
  private static func lines(_ bytes: ArraySlice<UInt8>) throws(ProxyRefusal) -> [String] {
    var lines: [String] = []
    var line: [UInt8] = []
    var previous: UInt8 = 0
    for byte in bytes {
      if byte == 10, previous == 13 {
        lines.append(String(decoding: line, as: UTF8.self))
        line = []
      } else if previous == 13 {
        throw bad("a line ends with CR alone")
      } else if (32...126).contains(byte) || byte == 9 {
        line.append(byte)
      } else if byte != 13 {
        throw bad("the request holds the byte \(byte), which has no place in it")
      }
      previous = byte
    }
    guard previous != 13 else { throw bad("a line ends with CR alone") }
    lines.append(String(decoding: line, as: UTF8.self))
    return lines
  }

  private static func field(_ line: String) throws(ProxyRefusal) -> Field {
    guard let colon = line.firstIndex(of: ":"), isToken(line[..<colon]) else {
      throw bad("a field of the request is not NAME: VALUE")
    }
    return (line[..<colon].lowercased(), trimmed(line[line.index(after: colon)...]))
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" }
    return end.map { String(start[...$0]) } ?? ""
  }

  /// RFC 9110 §5.6.2.
  private static func isToken(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }

  private static func authority(
    _ text: String, defaultPort: UInt16?
  ) throws(ProxyRefusal) -> (NetworkDestination.Host, UInt16) {
    if text.contains("@") { throw bad("'\(text)' holds a user's name; leave it out") }
    let hasPort = text.last != "]" && text.split(separator: "]").last?.contains(":") == true
    let whole = hasPort ? text : defaultPort.map { "\(text):\($0)" } ?? text
    do {
      let destination = try NetworkDestination(whole)
      if case .below = destination.host { throw bad("'\(text)' is a pattern, no host") }
      return (destination.host, destination.port)
    } catch let error as NetworkDestination.Malformed {
      throw bad(error.description)
    } catch let refusal as ProxyRefusal {
      throw refusal
    } catch {
      throw bad("\(error)")
    }
  }

  /// RFC 9112 §6.3: two readings of a body's length are how requests are smuggled.
  private static func checkLength(of fields: [Field]) throws(ProxyRefusal) {
    let lengths = fields.filter { $0.name == "content-length" }
    let codings = fields.filter { $0.name == "transfer-encoding" }
    guard lengths.count + codings.count <= 1 else { throw bad("the body's length is given twice") }
    guard lengths.allSatisfy({ !$0.value.isEmpty && $0.value.utf8.allSatisfy { (48...57).contains($0) } }),
      codings.allSatisfy({ $0.value.lowercased() == "chunked" })
    else { throw bad("the body's length is neither a number nor chunked") }
    guard fields.filter({ $0.name == "host" }).count <= 1 else { throw bad("there are two Host fields") }
  }

  /// In origin form, with the host of the URL (RFC 9112 §3.2.2) and without what is meant for the proxy
  /// (RFC 9110 §7.6.1). The connection serves this one request.
  private static func forwarded(_ method: String, _ path: String, _ authority: String, _ fields: [Field])
    -> [UInt8]
  {
    var dropped: Set<String> = ["host", "connection", "keep-alive", "te", "upgrade"]
    for field in fields where field.name == "connection" {
      dropped.formUnion(field.value.lowercased().split(separator: ",").map { trimmed($0) })
    }
    dropped.subtract(["content-length", "transfer-encoding"])
    let kept = fields.filter { !dropped.contains($0.name) && !$0.name.hasPrefix("proxy-") }
    var text = "\(method) \(path) HTTP/1.1\r\nHost: \(authority)\r\n"
    for field in kept { text += "\(field.name): \(field.value)\r\n" }
    return Array((text + "Connection: close\r\n\r\n").utf8)
  }
}
