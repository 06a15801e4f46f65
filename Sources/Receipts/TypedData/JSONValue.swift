/// Any JSON, as typed data needs it: whole numbers exact, as decimal text.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

extension JSONValue: Decodable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(String(value))
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(String(value))
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else if let value = try? container.decode([String: JSONValue].self) {
      self = .object(value)
    } else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "a number that is not whole or needs more than 64 bits; write large numbers as text"
      )
    }
  }
}
