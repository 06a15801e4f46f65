import Testing
import Workload

@testable import Telemetry

/// Several sensors of one quantity, one that is stuck, and what the board's pump and contacts mean for the permission.
@Suite struct VoteTests {
  private let now = Instant(1_800_000_000_000)

  private func outcome(_ celsius: [Double?]) -> MedianVote.Outcome {
    MedianVote.count(
      celsius.map { $0.map { .good(Celsius($0), at: now) } ?? .lost(at: now) }, at: now)
  }

  @Test(
    arguments: [
      ([50, 51, 52], 51, []), ([50, 90, 51], 51, [1]), ([50, 51, 20, 52], 50.5, [2]),
      ([nil, 50, nil], 50, []),
      ([50, nil, 54], 52, []), ([5, 50, 51, 90, 49], 50, [0, 3]),
    ] as [([Double?], Double, [Int])])
  func theMedianOfThoseThatCanBeBelievedCounts(celsius: [Double?], median: Double, outvoted: [Int]) {
    #expect(outcome(celsius).reading == .good(Celsius(median), at: now))
    #expect(outcome(celsius).outvoted == outvoted)
  }

  @Test func ofTwoThatDisagreeTheWarmerCountsAndIsSuspect() {
    let reading = outcome([50, nil, 61.25]).reading
    #expect(reading.value == Celsius(61.25))
    #expect(reading.quality == .suspect(reason: "its two sensors are 11.3 K apart; the warmer counts"))
  }

  @Test func whereNoneIsGoodTheBestOfThoseHeldCounts() {
    let earlier = Instant(now.value - 90_000)
    let held = [
      Reading(value: Celsius(50), takenAt: earlier, quality: .stale),
      Reading(value: Celsius(52), takenAt: now, quality: .suspect(reason: "EIO")), .lost(at: now),
    ]
    let reading = MedianVote.count(held, at: now).reading
    #expect(reading == Reading(value: Celsius(51), takenAt: now, quality: .suspect(reason: "EIO")))
    #expect(outcome([nil, nil]).reading == .lost(at: now))
  }

  @Test func aProbeThatNeverChangesIsStuckOnlyIfTheWaterDoes() {
    var watch = StuckWatch()
    let limit = Duration.seconds(7200)
    func isStuck(_ celsius: Double, _ beside: [Double], hour: Double) -> Bool {
      watch.isStuck(
        Celsius(celsius), beside: beside.map { Celsius($0) }, at: Instant(Int64(hour * 3_600_000)),
        after: limit)
    }
    #expect(!isStuck(50, [48], hour: 0))
    #expect(!isStuck(50, [51], hour: 3), "the water rests too")
    #expect(!isStuck(50, [53], hour: 1), "not yet for long enough: the clock was set back")
    #expect(!isStuck(50, [58.5], hour: 1.5))
    #expect(isStuck(50, [54], hour: 3.1), "it moved meanwhile, and came back")
    #expect(!isStuck(50.063, [58], hour: 4))
    #expect(!isStuck(50.063, [64, 30], hour: 9), "the neighbours are others")
    #expect(!isStuck(50.063, [], hour: 20))
  }

  /// A pocket with three probes, of which one is bent.
  private var tree: SysfsTree {
    var tree = SysfsTree()
    for (id, celsius) in [("b0", 20000), ("b1", 55062), ("b2", 55500), ("b3", 31000)] {
      tree.put("sys/bus/w1/devices/28-0000000000\(id)/temperature", "\(celsius)")
    }
    tree.put("sys/class/hwmon/hwmon0/name", "nct6779")
    tree.put("sys/class/hwmon/hwmon0/fan1_input", "2400")
    tree.put("sys/class/hwmon/hwmon0/fan1_label", "Pump")
    tree.put("sys/devices/system/cpu/online", "0")
    tree.put("heat/one", "0")
    tree.put("heat/two", "1")
    return tree
  }

  private var board: Board {
    Board(
      name: "votes",
      tank: Tank(
        layers: [
          TankLayer(name: "low", volume: Litres(50), sensor: .oneWire(id: "28-0000000000b0")),
          TankLayer(
            name: "top", volume: Litres(50),
            sensor: TemperatureSources(["b1", "b2", "b3"].map { .oneWire(id: "28-0000000000\($0)") })),
        ], lossWattsPerKelvin: 2), processors: .sources([]),
      demand: .sgReady(
        first: .file(path: "/heat/one"), second: .file(path: "/heat/two"), encouraged: Watts(2000),
        ordered: Watts(4000)),
      fans: [
        Fan(
          name: "pump", source: FanSource(chip: "nct6779", channel: "Pump"), least: TurnsPerMinute(800),
          isRequired: true)
      ],
      power: PowerModel(idle: Watts(1), perBusyCore: Watts(1), capture: 0.9),
      limits: BoardLimits(tank: Celsius(70), coolant: Celsius(60), processor: Celsius(90)))
  }

  @Test func aBentProbeIsOutvotedAndOneThatFailsIsMissedByNobody() throws {
    let tree = try TemporaryTree(tree)
    for file in ["one", "two"] { try tree.touch("heat/\(file)", atSecond: 1_800_000_000) }
    var sampler = HeatSampler(board: board, root: tree.root)
    let snapshot = sampler.sample(at: now)
    #expect(snapshot.tank[1].temperature == .good(Celsius(55.062), at: now))
    #expect(snapshot.faults.map(\.kind) == [.outvoted])
    #expect(snapshot.faults.first?.source == "w1 28-0000000000b3")
    #expect(snapshot.permission == .allowed)
    try tree.remove("sys/bus/w1/devices/28-0000000000b3/temperature")
    try tree.remove("sys/bus/w1/devices/28-0000000000b3")
    let later = sampler.sample(at: now + .seconds(10))
    #expect(later.tank[1].temperature == .good(Celsius(55.281), at: now + .seconds(10)))
    #expect(later.faults.map(\.kind) == [.absent])
  }

  @Test func aPumpThatStallsForbidsHeat() throws {
    let tree = try TemporaryTree(tree)
    for file in ["one", "two"] { try tree.touch("heat/\(file)", atSecond: 1_800_000_000) }
    var sampler = HeatSampler(board: board, root: tree.root)
    #expect(sampler.sample(at: now).fans.map(\.speed) == [.good(TurnsPerMinute(2400), at: now)])
    try tree.write("sys/class/hwmon/hwmon0/fan1_input", "0\n")
    let stalled = sampler.sample(at: now + .seconds(1))
    #expect(stalled.permission == .forbidden(reasons: ["'pump' is stalled"]))
    #expect(stalled.faults.contains { $0.kind == .stalled })
    try tree.remove("sys/class/hwmon/hwmon0/fan1_input")
    let lost = sampler.sample(at: now + .seconds(400))
    #expect(
      lost.permission
        == .forbidden(reasons: [
          "the tachometer of 'pump' is lost", "the grid's SG Ready contacts are lost",
        ]))
  }

  /// SG Ready, version 1.1: 1:0 blocked, 0:0 normal, 0:1 encouraged, 1:1 ordered.
  @Test(arguments: [
    ("1", "0", SGReady.blocked, 0), ("0", "0", .normal, 0), ("0", "1", .encouraged, 2000),
    ("1", "1", .ordered, 4000),
  ])
  func theContactsSayWhatTheGridWants(first: String, second: String, state: SGReady, watts: Double) throws {
    let tree = try TemporaryTree(tree)
    try tree.write("heat/one", first)
    try tree.write("heat/two", second)
    for file in ["one", "two"] { try tree.touch("heat/\(file)", atSecond: 1_800_000_000) }
    var sampler = HeatSampler(board: board, root: tree.root)
    let snapshot = sampler.sample(at: now)
    #expect(snapshot.gridSignal == .state(state))
    #expect(snapshot.demand == .good(Watts(watts), at: now))
    #expect(
      snapshot.permission
        == (state == .blocked ? .forbidden(reasons: ["the grid blocks the load (SG Ready)"]) : .allowed))
  }

  @Test func aContactThatIsNeitherOpenNorClosedIsAFaultAndBlocks() throws {
    let tree = try TemporaryTree(tree)
    try tree.write("heat/one", "2")
    var sampler = HeatSampler(board: board, root: tree.root)
    let snapshot = sampler.sample(at: now)
    #expect(snapshot.gridSignal == .lost)
    #expect(
      snapshot.faults.contains { $0.kind == .malformed && $0.detail.hasSuffix("where 0 or 1 is expected") })
    #expect(snapshot.permission == .forbidden(reasons: ["the grid's SG Ready contacts are lost"]))
  }

  @Test func aThermostatsContactAsksForItsPower() throws {
    let tree = try TemporaryTree(tree)
    try tree.touch("heat/two", atSecond: 1_800_000_000)
    var board = board
    board.demand = .thermostat(.file(path: "/heat/two"), power: Watts(3500))
    var sampler = HeatSampler(board: board, root: tree.root)
    #expect(sampler.sample(at: now).demand == .good(Watts(3500), at: now))
    try tree.write("heat/two", "0")
    try tree.touch("heat/two", atSecond: 1_800_000_000)
    #expect(sampler.sample(at: now + .seconds(1)).demand == .good(.zero, at: now))
  }
}
