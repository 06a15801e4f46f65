/// What a registry answers to who has no token: `WWW-Authenticate: Bearer realm="…",service="…",scope="…"` (RFC 6750, 3; the
/// distribution project's "Token Authentication Specification").
struct BearerChallenge: Hashable, Sendable {
  var realm: String
  var service: String?
  var scope: String?

  /// Nothing where the header asks for something else.
  init?(header: String) {
    guard header.prefix(7).lowercased() == "bearer " else { return nil }
    var parameters: [String: String] = [:]
    var rest = header.dropFirst(7)[...]
    while !rest.isEmpty {
      rest = rest.drop { $0 == " " || $0 == "," }
      guard let equals = rest.firstIndex(of: "=") else { break }
      let key = rest[..<equals].lowercased()
      rest = rest[rest.index(after: equals)...]
      var value = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let next = rest.first, next != "\"" {
          rest = rest.dropFirst()
          if next == "\\", let escaped = rest.first {
            value.append(escaped)
            rest = rest.dropFirst()
          } else {
            value.append(next)
          }
        }
        guard rest.first == "\"" else { return nil }
        rest = rest.dropFirst()
      } else {
        value = String(rest.prefix { $0 != "," && $0 != " " })
        rest = rest.dropFirst(value.count)
      }
      parameters[key] = value
    }
    guard let realm = parameters["realm"], !realm.isEmpty else { return nil }
    self.realm = realm
    service = parameters["service"]
    scope = parameters["scope"]
  }
}
