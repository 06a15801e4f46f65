/// Something wrong with one sensor: which, what it did, and what the operator can do. Never an end of the sampling.
package struct SensorFault: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, Codable {
    /// No device of this name is there.
    case absent
    /// The system refused the read.
    case unreadable
    /// What was read is no number, or is empty.
    case malformed
    /// The thermometer's own checksum is wrong.
    case checksum
    /// The kernel's `_fault` attribute is set.
    case flagged
    /// Exactly 85.000 °C: what a DS18B20 holds at power-on, before its first conversion.
    case powerOnValue
    /// Exactly 127.937 °C: a DS18B20 with too little power for a conversion.
    case weakPower
    /// Colder or hotter than the place it stands in can be.
    case outOfRange
    /// It changed faster than the board says it can.
    case jump
    /// A layer of the tank is hotter than the one above it.
    case inverted
    /// Its read doesn't return.
    case hanging
    /// It has said the same to the last digit for hours while the water around it changed.
    case stuck
    /// The other sensors of the quantity agree on another value.
    case outvoted
    /// A fan or a pump turns slower than the board says it must.
    case stalled
    /// An energy counter went back, or was read too seldom.
    case counter
    /// The value is too old.
    case tooOld
  }

  /// The quantity by its name in the board: `tank layer 'top'`.
  package var quantity: String
  /// Where it is read: `w1 28-0000000001b0`.
  package var source: String
  package var kind: Kind
  /// What was tried and what the system or the sensor said.
  package var detail: String
  /// What the operator can do.
  package var advice: String

  package init(quantity: String, source: String, kind: Kind, detail: String, advice: String) {
    self.quantity = quantity
    self.source = source
    self.kind = kind
    self.detail = detail
    self.advice = advice
  }

  package init(quantity: String, source: String, _ error: SysfsError) {
    let kind: Kind =
      switch error.cause {
      case .system(errno: 2): .absent
      case .system: .unreadable
      case .malformed, .ambiguous: .malformed
      case .checksum: .checksum
      case .flagged: .flagged
      case .notFound: .absent
      case .hanging: .hanging
      case .library: .unreadable
      }
    self.init(quantity: quantity, source: source, kind: kind, detail: error.said, advice: error.advice)
  }

  package var description: String { "\(quantity) (\(source)): \(detail); \(advice)" }
}
