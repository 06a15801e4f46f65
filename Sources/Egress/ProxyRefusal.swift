/// Why a request is not let through, as the task reads it.
struct ProxyRefusal: Error, Hashable, Sendable {
  /// RFC 9110 §15.
  enum Status: Int, Sendable {
    case badRequest = 400
    case forbidden = 403
    case tooLarge = 431
    case badGateway = 502
    case unavailable = 503

    var phrase: String {
      switch self {
      case .badRequest: "Bad Request"
      case .forbidden: "Forbidden"
      case .tooLarge: "Request Header Fields Too Large"
      case .badGateway: "Bad Gateway"
      case .unavailable: "Service Unavailable"
      }
    }
  }

  var status: Status
  var reason: String

  init(_ status: Status, _ reason: String) {
    self.status = status
    self.reason = reason
  }

  /// The whole answer.
  var response: [UInt8] {
    let text = "samovar: \(reason)\n"
    return Array(
      """
      HTTP/1.1 \(status.rawValue) \(status.phrase)\r
      Content-Type: text/plain; charset=utf-8\r
      Content-Length: \(text.utf8.count)\r
      Connection: close\r
      \r
      \(text)
      """.utf8)
  }
}
