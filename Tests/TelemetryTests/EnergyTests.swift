import Glibc
import Telemetry
import TestSupport
import Testing
import Workload

@Suite struct EnergyTests {
  private func sample(_ microjoules: UInt64, range: UInt64 = 262_143_328_850, at second: Int64)
    -> EnergySample
  {
    EnergySample(
      takenAt: Instant(second * 1000),
      counters: ["intel-rapl:0": EnergyCounter(name: "package-0", microjoules: microjoules, range: range)])
  }

  @Test func aTurnThroughZeroIsCounted() {
    let use = sample(1_000_000, at: 10).energy(since: sample(262_142_328_850, at: 0))
    #expect(use.joules == Joules(2))
    #expect(use.counted == 1)
    #expect(use.gaps.isEmpty)
    #expect(use.meanPower == Watts(0.2))
  }

  @Test func stepsOfEverySizeAddUpToTheWhole() {
    var random = SplitMix64(11)
    for _ in 0..<50 {
      let range = UInt64.random(in: 60_000_000...UInt64(1) << 40, using: &random)
      var counter = UInt64.random(in: 0..<range, using: &random)
      var total: UInt64 = 0
      var measured = Joules.zero
      for second in 0..<100 {
        let before = sample(counter, range: range, at: Int64(second))
        let step = UInt64.random(in: 0...50_000_000, using: &random)
        total += step
        counter = (counter + step) % range
        let use = sample(counter, range: range, at: Int64(second + 1)).energy(since: before)
        #expect(use.counted == 1)
        measured += use.joules
      }
      #expect(abs(measured.value - Double(total) / 1e6) < 1e-3)
    }
  }

  @Test func aCounterThatWasResetIsAGapAndNoEnergy() {
    // A turn would mean 200 kJ in one second.
    let use = sample(5, at: 1).energy(since: sample(60_000_000_000, at: 0))
    #expect(use.joules == .zero)
    #expect(use.counted == 0)
    #expect(use.meanPower == nil)
    #expect(use.gaps.count == 1)
    let unknownRange = sample(5, range: 0, at: 1).energy(since: sample(6, range: 0, at: 0))
    #expect(unknownRange.gaps == ["intel-rapl:0 (package-0) went back from 6 to 5 µJ"])
  }

  @Test func extremeCountersNeverTrap() {
    for (before, now) in [(UInt64.max, UInt64.max), (UInt64.max, 0), (0, UInt64.max), (1, 0)] {
      for range in [0, 1, UInt64.max] {
        _ = sample(now, range: range, at: 5).energy(since: sample(before, range: range, at: 4))
        _ = sample(now, range: range, at: 4).energy(since: sample(before, range: range, at: 5))
      }
    }
    let backwards = sample(9, at: 4).energy(since: sample(1, at: 5))
    #expect(backwards.gaps == ["intel-rapl:0 (package-0) was sampled in the wrong order of time"])
  }

  @Test func zonesThatComeAndGoAreNamed() {
    var now = sample(2_000_000, at: 1)
    now.counters["intel-rapl:1"] = EnergyCounter(name: "package-1", microjoules: 7, range: 100)
    let earlier = sample(1_000_000, at: 0)
    #expect(now.energy(since: earlier).joules == Joules(1))
    #expect(now.energy(since: earlier).gaps == ["intel-rapl:1 is new"])
    #expect(
      earlier.energy(since: EnergySample(takenAt: .zero, counters: now.counters)).gaps.contains(
        "intel-rapl:1 (package-1) is gone"))
  }

  @Test func onlyPackagesAreSummed() throws {
    let root = try TemporaryTree(MachineTrees.intelServer).root
    let (energy, faults) = EnergySample.read(in: root, at: .zero)
    #expect(faults.isEmpty)
    #expect(energy.counters.keys.sorted() == ["intel-rapl:0", "intel-rapl:1"])
    let zones = Powercap.all(in: root).devices
    #expect(
      zones.map(\.zone) == [
        "intel-rapl:0", "intel-rapl:0:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:0", "intel-rapl:2",
      ])
    #expect(zones.filter(\.isPackage).map(\.name) == ["package-0", "package-1"])
  }

  @Test(.enabled(if: geteuid() != 0, "root may read whatever its mode is"))
  func theKernelsOwnRefusalIsToldToo() throws {
    let tree = try TemporaryTree(MachineTrees.intelServer)
    try #require(chmod(tree.path + "/sys/class/powercap/intel-rapl:0/energy_uj", 0) == 0)
    let (energy, faults) = EnergySample.read(in: tree.root, at: .zero)
    #expect(energy.counters.keys.sorted() == ["intel-rapl:1"])
    #expect(faults.map(\.errno) == [EACCES])
  }

  @Test func aCounterThatOnlyRootReadsSaysWhatToDo() throws {
    let tree = try TemporaryTree(MachineTrees.intelServer)
    let denied = tree.root { $0.hasSuffix("/energy_uj") ? 13 : nil }
    let (energy, faults) = EnergySample.read(in: denied, at: .zero)
    #expect(energy.counters.isEmpty)
    #expect(faults.count == 2)
    #expect(
      faults.first?.description
        == "cannot read \(tree.path)/sys/class/powercap/intel-rapl:0/energy_uj: Permission denied; since Linux 5.10 "
        + "only root reads energy counters: run as root, or let a udev rule or systemd-tmpfiles give the agent's group "
        + "read access")
  }
}
