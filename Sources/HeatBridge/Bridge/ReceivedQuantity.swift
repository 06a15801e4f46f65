import FoundationEssentials

/// A topic that is kept as a file in sysfs style, in the unit in which boards read it.
package struct ReceivedQuantity: Hashable, Sendable {
  package var topic: String
  /// The names on the way to the number in a JSON object; empty where the payload is the number itself.
  package var field: [String]
  package var unit: Unit
  /// Below the bridge's directory.
  package var file: String

  /// What the payload's number counts, and by that what the file holds.
  package enum Unit: String, Hashable, Sendable, CaseIterable {
    /// A file of millidegrees.
    case celsius = "°C"
    /// A file of microwatts, for a board's `meter`.
    case watts = "W"
    case kilowatts = "kW"
    /// A file of watts, for a board's `demand`.
    case demandWatts = "W demand"
    case demandKilowatts = "kW demand"
    /// A file of 0 and 1: `ON` and `OFF`, `closed` and `open`, `true` and `false`, `1` and `0`.
    case contact
  }

  /// Longer is no number, and no object that has one.
  static let largestPayload = 64 << 10

  /// What the file shall hold.
  ///
  /// - Throws: why the payload is no such quantity.
  func text(of payload: [UInt8]) throws(Unusable) -> String {
    guard payload.count <= Self.largestPayload else { throw Unusable("has \(payload.count) bytes") }
    let word = try word(of: payload)
    if unit == .contact {
      switch word.lowercased() {
      case "on", "closed", "true", "1": return "1\n"
      case "off", "open", "false", "0": return "0\n"
      default: throw Unusable("is '\(word.prefix(40))', neither open nor closed")
      }
    }
    guard let number = Double(word), number.isFinite else {
      throw Unusable("is '\(word.prefix(40))' and no number")
    }
    let scaled =
      switch unit {
      case .celsius, .kilowatts, .demandKilowatts: number * 1000
      case .watts, .demandWatts, .contact: number
      }
    let value = [.watts, .kilowatts].contains(unit) ? scaled * 1_000_000 : scaled
    guard value.magnitude < 1e15 else { throw Unusable("is \(number), which is no such quantity") }
    return "\(Int64(value.rounded()))\n"
  }

  package struct Unusable: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
  }

  private func word(of payload: [UInt8]) throws(Unusable) -> String {
    guard !field.isEmpty else {
      let text = String(decoding: payload, as: UTF8.self)
      return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
    guard var value = try? JSONDecoder().decode(JSONScalar.self, from: Data(payload)) else {
      throw Unusable("is no JSON")
    }
    for name in field {
      guard case .object(let members) = value, let member = members[name] else {
        throw Unusable("has no '\(field.joined(separator: "."))'")
      }
      value = member
    }
    guard case .word(let word) = value else {
      throw Unusable("has no number at '\(field.joined(separator: "."))'")
    }
    return word
  }
}

/// As much of JSON as leads to a number.
private enum JSONScalar: Decodable {
  case object([String: JSONScalar])
  case word(String)
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let members = try? container.decode([String: JSONScalar].self) {
      self = .object(members)
    } else if let flag = try? container.decode(Bool.self) {
      self = .word(flag ? "true" : "false")
    } else if let number = try? container.decode(Double.self) {
      self = .word("\(number)")
    } else if let text = try? container.decode(String.self) {
      self = .word(text)
    } else {
      self = .other
    }
  }
}
