/// A number with its unit in the type. Encoded as the bare number; compared as numbers are.
package protocol Quantity: Hashable, Comparable, Codable, Sendable {
  associatedtype Scalar: Hashable & Comparable & Codable & Sendable & AdditiveArithmetic
  var value: Scalar { get set }
  init(_ value: Scalar)
}

extension Quantity {
  package static var zero: Self { Self(.zero) }
  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
  package static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }
  package static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }
  package static func += (left: inout Self, right: Self) { left.value += right.value }

  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(Scalar.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
