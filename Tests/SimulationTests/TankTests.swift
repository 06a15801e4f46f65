import Scheduling
import Simulation
import Testing
import Workload

/// Seeded boilers, so that what holds is tried on many.
enum Boilers {
  /// What one household draws; 3XL and 4XL are several flats and empty these tanks.
  static let households: [TappingProfile] = [.xxs, .xs, .s, .m, .l, .xl, .xxl]

  static func site(
    profile: TappingProfile = .m, volumes: [Double] = [60, 60, 60, 60, 60], seed: UInt64 = 0,
    loss: Double = 2,
    backup: Double = 2000, hottestCoolant: Double = 68
  ) -> BoilerSite {
    BoilerSite(
      volumes: volumes, lossWattsPerKelvin: loss,
      drawOffs: DrawOffs(profile: profile, cold: Celsius(10), seed: seed), capture: 0.92,
      hottestCoolant: Celsius(hottestCoolant), backup: BackupHeater(power: Watts(backup)))
  }

  static let day = 86_400.0
}

@Suite struct BoilerPlantTests {
  /// Heat in less heat out is the change of the content, to 1e-9 of what went through, for days of any load.
  @Test(arguments: 0..<6)
  func energyBalances(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let profile = Boilers.households[seed % Boilers.households.count]
    let site = Boilers.site(
      profile: profile, volumes: (0..<(4 + seed % 5)).map { _ in random.between(20, 200) },
      seed: UInt64(seed),
      loss: random.between(0, 6), backup: seed % 4 == 0 ? 0 : 3000)
    var plant = BoilerPlant(site: site, initial: Celsius(random.between(12, 75)))
    let start = plant.tank.content
    for _ in 0..<1000 {
      plant.advance(seconds: random.between(0.1, 800), serverPower: Watts(random.between(0, 4000)))
    }
    #expect(plant.clock > 4 * Boilers.day)
    let totals = plant.totals
    let change = plant.tank.content.value - start.value
    let through =
      totals.delivered.value + totals.backup.value + abs(totals.drawn.value) + totals.standingLoss.value
    #expect(abs(totals.net.value - change) <= 1e-9 * through)
    let electric = totals.delivered.value + totals.dumped.value + totals.uncaptured.value
    #expect(abs(electric - totals.electric.value) <= 1e-9 * totals.electric.value)
  }

  @Test(arguments: 0..<4)
  func warmWaterStaysAboveCold(seed: Int) {
    var random = SplitMix(state: UInt64(seed) &+ 99)
    var plant = BoilerPlant(
      site: Boilers.site(profile: .xl, volumes: [30, 80, 50, 120], seed: 5), initial: Celsius(45))
    for _ in 0..<1500 {
      plant.advance(seconds: random.between(1, 200), serverPower: Watts(random.between(0, 3000)))
      let layers = plant.tank.temperatures
      #expect(zip(layers, layers.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(layers.allSatisfy { $0.value.isFinite && $0.value > 9 && $0.value < 80 })
    }
  }

  /// Hot enough at every tap, so what is drawn is what the regulation's profile asks for.
  @Test(arguments: Boilers.households)
  func aDaysTapsTakeTheProfilesSum(profile: TappingProfile) {
    var plant = BoilerPlant(
      site: Boilers.site(profile: profile, volumes: [200, 200, 200, 200, 200], backup: 9000),
      initial: Celsius(65))
    for day in 1...3 {
      for _ in 0..<977 { plant.advance(seconds: Boilers.day / 977, serverPower: Watts(0)) }
      let expected = profile.energyPerDay.kilowattHours * Double(day)
      #expect(abs(plant.totals.drawn.kilowattHours - expected) < 1e-9 * expected)
      #expect(plant.totals.unmet == .zero)
    }
  }

  @Test func aColdTankLeavesTapsUnmetAndSaysHowMuch() {
    var plant = BoilerPlant(site: Boilers.site(profile: .l, backup: 0), initial: Celsius(30))
    for _ in 0..<288 { plant.advance(seconds: 300, serverPower: .zero) }
    let totals = plant.totals
    #expect(totals.unmet > .zero)
    #expect(totals.coldSeconds > 0)
    #expect(abs(totals.drawn.kilowattHours + totals.unmet.kilowattHours - 11.655) < 1e-9)
  }

  /// More power never makes any layer colder, nor less backup heat cost more.
  @Test func moreServerPowerMakesAWarmerTankAndLessBackup() {
    var last: BoilerPlant?
    for watts in stride(from: 0.0, through: 1000, by: 200) {
      var plant = BoilerPlant(site: Boilers.site(profile: .l), initial: Celsius(40))
      for _ in 0..<288 { plant.advance(seconds: 300, serverPower: Watts(watts)) }
      if let last {
        #expect(plant.totals.backup <= last.totals.backup)
        #expect(plant.totals.delivered > last.totals.delivered)
      }
      last = plant
    }
  }

  @Test func aTankAloneCoolsTowardsTheRoom() {
    var plant = BoilerPlant(
      site: BoilerSite(
        volumes: [100, 100], lossWattsPerKelvin: 2, ambient: Celsius(18),
        drawOffs: DrawOffs(profile: .m, cold: Celsius(10)), capture: 0.9, backup: BackupHeater(power: .zero)),
      initial: Celsius(60))
    // Six hours before the first tap: exp(−UA·t/C) by hand.
    plant.advance(seconds: 6 * 3600, serverPower: .zero)
    let expected = 18 + 42 * 0.9496906
    #expect(abs(plant.tank.mean.value - expected) < 0.005)
  }

  @Test func aTankHotterThanTheLoopMayGetTakesNothing() {
    var plant = BoilerPlant(site: Boilers.site(profile: .m, loss: 0), initial: Celsius(70))
    plant.advance(seconds: 3600, serverPower: Watts(1000))
    #expect(plant.totals.delivered == .zero)
    #expect(abs(plant.totals.dumped.kilowattHours - 0.92) < 1e-9)
    #expect(plant.coolant == Celsius(68))
  }

  @Test func theBackupKeepsTheUpperTankWarmWithoutAnyTask() {
    var plant = BoilerPlant(site: Boilers.site(profile: .m), initial: Celsius(55))
    for _ in 0..<(4 * 288) { plant.advance(seconds: 300, serverPower: .zero) }
    #expect(plant.totals.backup > .zero)
    #expect(plant.tank.top > Celsius(45))
    #expect(plant.totals.unmet.value < 0.02 * plant.totals.drawn.value)
  }

  @Test func theSameStepsGiveTheSameState() {
    func run() -> BoilerPlant {
      var plant = BoilerPlant(site: Boilers.site(profile: .l, seed: 42), initial: Celsius(48))
      for step in 0..<500 { plant.advance(seconds: 171, serverPower: Watts(Double(step % 7) * 100)) }
      return plant
    }
    #expect(run() == run())
  }

  @Test func anotherSeedDrawsAtOtherTimes() {
    func drawn(_ seed: UInt64) -> Double {
      var plant = BoilerPlant(site: Boilers.site(profile: .l, seed: seed, backup: 9000), initial: Celsius(65))
      for _ in 0..<288 { plant.advance(seconds: 300, serverPower: .zero) }
      return plant.totals.drawn.kilowattHours
    }
    #expect(drawn(1) != drawn(2))
    #expect(abs(drawn(1) / 11.655 - 1) < 0.2)
  }
}

/// The same numbers on every run of a test.
struct SplitMix {
  var state: UInt64

  mutating func between(_ low: Double, _ high: Double) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return low + (high - low) * Double((state ^ state >> 29) >> 11) * 0x1p-53
  }
}
