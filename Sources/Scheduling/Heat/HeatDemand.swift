import Workload

/// How much the water needs heat, from not at all to urgently: what heat from tasks is good for.
package enum HeatDemand: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// The sensors don't tell. The safe fall-back: no heat from tasks.
  case unknown
  /// Too hot somewhere. Nothing runs.
  case cutOff = "cut-off"
  /// At the comfort maximum. Nothing starts.
  case full
  /// Between target and maximum: worth having when it is cheap.
  case surplus
  /// Below the target.
  case wanted
  /// The outlet is below the comfort minimum.
  case urgent

  package static func < (left: HeatDemand, right: HeatDemand) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Which side of each threshold the temperatures were last on: the memory of the hysteresis, and all that a
/// plan remembers.
package struct HeatLatches: Hashable, Sendable, Codable {
  package var isCold: Bool
  package var isBelowTarget: Bool
  package var isBelowMaximum: Bool
  package var isTankTooHot: Bool
  package var isCoolantTooHot: Bool
  package var isProcessorTooHot: Bool

  package init(
    isCold: Bool, isBelowTarget: Bool, isBelowMaximum: Bool, isTankTooHot: Bool,
    isCoolantTooHot: Bool = false,
    isProcessorTooHot: Bool = false
  ) {
    self.isCold = isCold
    self.isBelowTarget = isBelowTarget
    self.isBelowMaximum = isBelowMaximum
    self.isTankTooHot = isTankTooHot
    self.isCoolantTooHot = isCoolantTooHot
    self.isProcessorTooHot = isProcessorTooHot
  }

  /// After a start, when it is not known from which side the temperatures came: a cut-off is taken to hold
  /// still, so that restarting the agent can't shorten it; and heat is taken to be wanted.
  static let unknown = HeatLatches(
    isCold: false, isBelowTarget: true, isBelowMaximum: true, isTankTooHot: true, isCoolantTooHot: true,
    isProcessorTooHot: true)

  /// Safety is left as late as it can be and comfort is helped as early: cold and too hot set at their
  /// threshold and clear a hysteresis away from it; target and maximum clear at theirs and set a hysteresis
  /// below.
  func next(_ heat: HeatMeasured, _ policy: HeatPolicy, _ limits: HeatLimits) -> HeatLatches {
    let h = policy.hysteresisKelvin
    let band = policy.comfort
    let (tank, coolant, processor) = (heat.tank, heat.coolant, heat.processor)
    return HeatLatches(
      isCold: tank.outlet.value < band.minimum.value + (isCold ? h : 0),
      isBelowTarget: tank.mean.value < band.target.value - (isBelowTarget ? 0 : h),
      isBelowMaximum: tank.mean.value < band.maximum.value - (isBelowMaximum ? 0 : h),
      isTankTooHot: tank.hottest.value >= limits.tank.value - (isTankTooHot ? h : 0),
      isCoolantTooHot: coolant.map { $0.value >= limits.coolant.value - (isCoolantTooHot ? h : 0) } ?? false,
      isProcessorTooHot: processor.map { $0.value >= limits.processor.value - (isProcessorTooHot ? h : 0) }
        ?? false)
  }

  var demand: HeatDemand {
    if isTankTooHot || isCoolantTooHot || isProcessorTooHot { return .cutOff }
    if isCold { return .urgent }
    if isBelowTarget { return .wanted }
    return isBelowMaximum ? .surplus : .full
  }
}

/// What was measured, as far as the rule looks at it.
struct HeatMeasured {
  var tank: TankState
  /// Nothing where the board has no such sensor.
  var coolant: Celsius?
  /// The hottest.
  var processor: Celsius?
}

/// What must not be passed: the lower of policy and board.
struct HeatLimits {
  var tank: Celsius
  var coolant: Celsius
  var processor: Celsius
}
