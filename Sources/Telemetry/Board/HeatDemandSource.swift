package import Workload

/// How the building says that it wants heat. There is no kernel class for it.
package enum HeatDemandSource: Hashable, Sendable {
  /// A file with watts, written by a bridge; its age is its modification time.
  case file(path: String)
  /// The contact of a thermostat: closed asks for this much.
  case thermostat(ContactSource, power: Watts)
  /// Two contacts of a heat pump's grid interface: what each state asks for.
  case sgReady(first: ContactSource, second: ContactSource, encouraged: Watts, ordered: Watts)
}

extension HeatDemandSource {
  var contacts: [ContactSource] {
    switch self {
    case .file: []
    case .thermostat(let contact, _): [contact]
    case .sgReady(let first, let second, _, _): [first, second]
    }
  }
}

/// A dry contact.
package enum ContactSource: Hashable, Sendable {
  /// A line of a GPIO chip: the chip by its label or name, the line by its name or offset.
  case gpio(chip: String, line: String, isActiveLow: Bool)
  /// A file with 0 for open and 1 for closed, written by a bridge.
  case file(path: String)
}

extension ContactSource: CustomStringConvertible {
  package var description: String {
    switch self {
    case .gpio(let chip, let line, let isActiveLow):
      "GPIO \(chip) line \(line)\(isActiveLow ? ", active low" : "")"
    case .file(let path): path
    }
  }
}

/// The state of a heat pump's two contacts, by the label SG Ready of the Bundesverband Wärmepumpe, version 1.1.
package enum SGReady: String, Hashable, Sendable, Codable {
  /// 1:0. The grid's operator switches the load off, for at most two hours.
  case blocked
  /// 0:0.
  case normal
  /// 0:1. Electricity is plentiful: more heat than needed is welcome.
  case encouraged
  /// 1:1. Take up as much as is allowed.
  case ordered

  package init(first: Bool, second: Bool) {
    switch (first, second) {
    case (true, false): self = .blocked
    case (false, false): self = .normal
    case (false, true): self = .encouraged
    case (true, true): self = .ordered
    }
  }
}

/// A contact: 1 closed, 0 open.
struct ContactState: Quantity {
  var value: Double
  init(_ value: Double) { self.value = value }
  var isClosed: Bool { value >= 0.5 }
}
