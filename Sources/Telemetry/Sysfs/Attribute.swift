/// An attribute of a device: its value, or why it could not be had. One bad attribute never loses its neighbours.
package enum Attribute<Value: Sendable>: Sendable {
  case value(Value)
  case failed(SysfsError)

  package init(_ read: () throws(SysfsError) -> Value) {
    do { self = .value(try read()) } catch { self = .failed(error) }
  }

  package var value: Value? {
    guard case .value(let value) = self else { return nil }
    return value
  }

  package var error: SysfsError? {
    guard case .failed(let error) = self else { return nil }
    return error
  }

  package func get() throws(SysfsError) -> Value {
    switch self {
    case .value(let value): return value
    case .failed(let error): throw error
    }
  }
}

extension Attribute: Equatable where Value: Equatable {}
extension Attribute: Hashable where Value: Hashable {}

/// In JSON the bare value, or an object with `error`.
extension Attribute: Encodable where Value: Encodable {
  private enum Key: String, CodingKey { case error }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .value(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .failed(let error):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(error.description, forKey: .error)
    }
  }
}
