package import Workload

/// What a node does about heat until the next plan: data, and all that later stages know of temperatures and
/// prices. Whatever makes one can take the place of `HeatRule`.
package struct HeatPlan: Hashable, Sendable, Codable {
  package var madeAt: Instant
  package var validUntil: Instant
  package var demand: HeatDemand
  /// Nothing where the sensors don't tell.
  package var tank: TankState?
  /// Slots that may be at work, running ones included. 0 forbids to start anything.
  package var slots: Int
  package var running: RunningWork
  package var ask: AskPrice
  /// Why, the deciding reason first. Never empty.
  package var reasons: [HeatReason]
  /// For the next plan.
  package var latches: HeatLatches

  package init(
    madeAt: Instant, validUntil: Instant, demand: HeatDemand, tank: TankState?, slots: Int,
    running: RunningWork,
    ask: AskPrice, reasons: [HeatReason], latches: HeatLatches
  ) {
    self.madeAt = madeAt
    self.validUntil = validUntil
    self.demand = demand
    self.tank = tank
    self.slots = slots
    self.running = running
    self.ask = ask
    self.reasons = reasons
    self.latches = latches
  }

  package func isValid(at instant: Instant) -> Bool { madeAt <= instant && instant < validUntil }
}

/// What happens to work that runs.
package enum RunningWork: String, Hashable, Sendable, Codable {
  case mayFinish = "may-finish"
  /// For safety's sake, whatever it costs.
  case mustStop = "must-stop"
}

/// Why a plan is as it is: a code for machines and a sentence for people.
package struct HeatReason: Hashable, Sendable, Codable, CustomStringConvertible {
  /// In the order in which they count.
  package enum Code: String, Hashable, Sendable, Codable, CaseIterable {
    case tankTooHot = "tank-too-hot"
    case coolantTooHot = "coolant-too-hot"
    case processorTooHot = "processor-too-hot"
    case sensorsLost = "sensors-lost"
    case snapshotTooOld = "snapshot-too-old"
    case noCapacity = "no-capacity"
    case powerCapped = "power-capped"
    case belowComfort = "below-comfort"
    case belowTarget = "below-target"
    case cheapElectricity = "cheap-electricity"
    case priceDecides = "price-decides"
    case dearElectricity = "dear-electricity"
    case tankFull = "tank-full"
  }
  package var code: Code
  package var sentence: String

  package init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  package var description: String { "\(code.rawValue): \(sentence)" }
}
