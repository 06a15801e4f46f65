import Workload

/// What the building asks for, over time: by a bridge's file or by contacts.
struct DemandSensors: Sendable {
  private let source: HeatDemandSource
  private var file: SensorMemory<Watts>?
  private var contacts: [SensorMemory<ContactState>]

  private static let quantity = "heat demand"

  init(_ source: HeatDemandSource) {
    self.source = source
    contacts = source.contacts.map { contact in
      SensorMemory(quantity: Self.quantity, source: "\(contact)", slot: contact.slot())
    }
    guard case .file(let path) = source else { return }
    let slot = SensorSlot(bus: "files") { finding throws(SysfsError) in
      DatedFile(
        file: try OpenAttribute(path, in: finding.root), scale: 1, least: 0, expected: "a power in watts")
    }
    file = SensorMemory(quantity: Self.quantity, source: path, slot: slot)
  }

  var slots: [SensorSlot] { contacts.map(\.slot) + [file?.slot].compactMap { $0 } }

  /// The heat that is asked for, and what the grid says where its contacts are read.
  mutating func reading(
    at now: Instant, limits: SensorLimits, into faults: inout [SensorFault]
  ) -> (demand: Reading<Watts>?, grid: GridSignal?) {
    file?.collect()
    if let reading = file?.reading(at: now, limits: limits, into: &faults) { return (reading, nil) }
    var states: [Reading<ContactState>] = []
    for index in contacts.indices {
      contacts[index].collect()
      states.append(contacts[index].reading(at: now, limits: limits, into: &faults))
    }
    let isClosed = states.compactMap { $0.usable?.isClosed }
    let takenAt = states.map(\.takenAt).min() ?? now
    let quality = states.first { $0.quality != .good }?.quality ?? .good
    let isWhole = isClosed.count == contacts.count
    switch source {
    case .file: return (nil, nil)
    case .thermostat(_, let power):
      guard isWhole else { return (.lost(at: takenAt), nil) }
      return (Reading(value: isClosed[0] ? power : .zero, takenAt: takenAt, quality: quality), nil)
    case .sgReady(_, _, let encouraged, let ordered):
      guard isWhole else { return (.lost(at: takenAt), .lost) }
      let state = SGReady(first: isClosed[0], second: isClosed[1])
      let power: Watts =
        switch state {
        case .blocked, .normal: .zero
        case .encouraged: encouraged
        case .ordered: ordered
        }
      return (Reading(value: power, takenAt: takenAt, quality: quality), .state(state))
    }
  }
}

/// What the grid's operator or the site's energy manager says by the SG Ready contacts.
package enum GridSignal: Hashable, Sendable, Codable {
  case state(SGReady)
  /// The contacts can't be read. Taken as blocked: the right to switch a load off is a term of its connection.
  case lost
}

extension ContactSource {
  func slot() -> SensorSlot {
    SensorSlot(bus: bus) { finding throws(SysfsError) in try find(finding) }
  }

  private var bus: String {
    switch self {
    case .gpio: "gpio"
    case .file: "files"
    }
  }

  func find(_ finding: SensorFinding) throws(SysfsError) -> any BoundSensor {
    switch self {
    case .gpio(let chip, let line, let isActiveLow):
      try GPIOChip.find(chip, in: finding.root).request(line, isActiveLow: isActiveLow)
    case .file(let path): ContactFile(file: try OpenAttribute(path, in: finding.root))
    }
  }
}

/// A contact that a bridge writes as 0 or 1.
private struct ContactFile: BoundSensor {
  let file: OpenAttribute

  func read(at now: Instant) throws(SysfsError) -> Measured {
    let number = try file.number()
    guard number == 0 || number == 1 else { throw file.malformed("\(number)", expected: "0 or 1") }
    return Measured(value: Double(number), takenAt: try file.modified())
  }
}
