import Scheduling
import Telemetry
import Workload

/// A site to decide for: 50/55/62 °C, cut-off at 70, 2 K of hysteresis; two slots of one 25 W core each.
enum Sites {
  static let now = Instant(1_700_000_000_000)

  static let board = Board(
    name: "test", tank: nil, power: PowerModel(idle: Watts(80), perBusyCore: Watts(25), capture: 0.92),
    limits: BoardLimits(tank: Celsius(75), coolant: Celsius(68), processor: Celsius(95)))

  static let policy = HeatPolicy(
    comfort: ComfortBand(minimum: Celsius(50), target: Celsius(55), maximum: Celsius(62)), cutOff: Celsius(70)
  )

  static let tariff = Tariff(
    electricity: .fixed(EuroPerKilowattHour(0.18)), heat: EuroPerKilowattHour(0.11),
    wear: EuroPerKilowattHour(0.02))

  static let capacity = NodeCapacity(
    processors: [0, 1], slots: 2, memory: .mebibytes(1024), disk: .mebibytes(512))

  static let rule = HeatRule(board: board, capacity: capacity, policy: policy, tariff: tariff)

  /// Layers from the bottom to the top, all measured now.
  static func snapshot(
    _ layers: [Double], coolant: Double? = 40, processor: Double? = 50, at instant: Instant = now
  ) -> HeatSnapshot {
    HeatSnapshot(
      takenAt: instant, board: "test",
      tank: layers.enumerated().map { index, value in
        LayerReading(
          name: "layer\(index)", volume: Litres(100), temperature: .good(Celsius(value), at: instant))
      },
      coolant: coolant.map { .good(Celsius($0), at: instant) },
      processors: processor.map { [.good(Celsius($0), at: instant)] } ?? [])
  }

  static func plan(_ layers: [Double], previous: HeatPlan? = nil, rule: HeatRule = rule) -> HeatPlan {
    rule.plan(snapshot(layers), previous: previous, now: now)
  }

  /// A plan after which no threshold remembers that it was passed: comfortably full, neither hot nor cold.
  static let calm = HeatLatches(
    isCold: false, isBelowTarget: false, isBelowMaximum: false, isTankTooHot: false)
}

/// The same numbers on every run of a test.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var value = state
    value = (value ^ (value >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    return value ^ (value >> 33)
  }
}
