import Glibc
import Scheduling
import Workload

/// What happens to a site whatever is decided there, by step of a quarter of an hour, and what is forecast of it.
struct SiteSeries: Hashable, Sendable {
  /// EUR/kWh.
  var price: [Double] = []
  /// Useful energy at the taps: kWh a step.
  var taps: [Double] = []
  /// For the rooms: kWh a step.
  var heating: [Double] = []
  /// Cold water, °C.
  var mains: [Double] = []
  /// Taps, rooms and circulation loop, as somebody would expect them who knows the days until three days before: kWh a
  /// step.
  var forecast: [Double] = []
  /// Tomorrow's prices are unknown until 13:00.
  var isDayAhead = false

  private static let perDay = SiteScenario.stepsPerDay

  init(_ scenario: SiteScenario) {
    let days = scenario.days
    let first = scenario.start.daysSinceEpoch
    let dayOfYear = first - CivilDate(year: scenario.start.year, month: 1, day: 1).daysSinceEpoch + 1
    var weather = SplitMix64.stream(scenario.seed, 1)
    var households = SplitMix64.stream(scenario.seed, 2)
    var market = SplitMix64.stream(scenario.seed, 3)
    switch scenario.electricity {
    case .synthetic(let prices):
      isDayAhead = true
      price = prices.series(days: days, dayOfYear: dayOfYear, firstDay: first, random: &market)
    case .tariff(let tariff):
      if case .dayAhead = tariff { isDayAhead = true }
      let midnight = scenario.clock.instant(day: first, minute: 0)
      price = (0..<scenario.steps).map { tariff.price(at: midnight + .seconds(900 * $0)).value }
    }
    let climate = scenario.climate
    mains = (0..<scenario.steps).map { step in
      let day = Double(dayOfYear) + Double(step) / Double(Self.perDay)
      let middle = (climate.mainsColdest + climate.mainsWarmest) / 2
      // Pipes follow the air by a month.
      return middle - (climate.mainsWarmest - climate.mainsColdest) / 2 * cos(2 * .pi * (day - 45) / 365)
    }
    drawTaps(scenario, &households)
    heatRooms(scenario, dayOfYear: dayOfYear, &weather)
  }

  // MARK: Taps

  /// Every home draws the profile each day: each tapping up to three quarters of an hour sooner or later, by half more or
  /// less, and the whole home by its own habit and size. Colder mains cost more energy for the same shower.
  private mutating func drawTaps(_ scenario: SiteScenario, _ random: inout SplitMix64) {
    let days = scenario.days
    let demand = scenario.demand
    let tap = scenario.site.store.tap
    let tappings = demand.profile.tappings
    taps = Array(repeating: 0, count: scenario.steps)
    var expected = Array(repeating: 0.0, count: Self.perDay)
    for _ in 0..<demand.homes {
      let size = random.logNormal(median: 1, sigma: 0.3)
      let habit = (random.unit() - 0.5) * 8
      for tapping in tappings {
        let usual = Double(tapping.at.value) / 15 + habit
        for offset in -3...3 {
          let slot = (Int(usual.rounded(.down)) + offset + Self.perDay) % Self.perDay
          expected[slot] += tapping.energy.kilowattHours / 7
        }
        for day in 0..<days {
          let shift = (random.unit() - 0.5) * 6
          let energy = tapping.energy.kilowattHours * size * (0.5 + random.unit())
          let step = day * Self.perDay + Int(max(0, (usual + shift).rounded(.down)))
          if step < taps.count { taps[step] += energy }
        }
      }
    }
    for step in taps.indices {
      taps[step] *= (tap - mains[step]) / (tap - Self.profileCold)
    }
    forecastTaps(expected, tap: tap)
  }

  /// The profile's energies are above water of 10 °C: EU 812/2013, annex VII.
  private static let profileCold = 10.0

  /// The mean of the same time of the day on the third to fourteenth day before; the profile's before there are such.
  private mutating func forecastTaps(_ expected: [Double], tap: Double) {
    forecast = taps.indices.map { step in
      let day = step / Self.perDay
      guard day >= 6 else {
        return expected[step % Self.perDay] * (tap - mains[step]) / (tap - Self.profileCold)
      }
      var sum = 0.0
      var count = 0.0
      for back in 3...min(14, day) {
        for near in -1...1 where step - back * Self.perDay + near >= 0 {
          sum += taps[step - back * Self.perDay + near]
          count += 1
        }
      }
      return sum / count
    }
  }

  // MARK: Rooms

  /// Degree days with the house's inertia: what is asked for follows the air's mean of half a day, and less by night.
  private mutating func heatRooms(
    _ scenario: SiteScenario, dayOfYear: Int, _ random: inout SplitMix64
  ) {
    let climate = scenario.climate
    let demand = scenario.demand
    let loop = scenario.site.store.loopKilowatts * SiteScenario.stepHours
    var spell = random.normal()
    var mistake = 0.0
    var felt: Double?
    heating = (0..<scenario.steps).map { step in
      if step % Self.perDay == 0 { spell = 0.8 * spell + 0.6 * random.normal() }
      let day = Double(dayOfYear) + Double(step) / Double(Self.perDay)
      let hour = Double(step % Self.perDay) / 4
      let air =
        climate.outdoorMean - climate.outdoorSwing * cos(2 * .pi * (day - 20) / 365)
        + Self.spellKelvin * spell - Self.dailyKelvin * cos(2 * .pi * (hour - 3) / 24)
      felt = felt.map { $0 + (air - $0) / 48 } ?? air
      let setback = hour < 5 || hour >= 22 ? 0.75 : 1.1
      return demand.heatingKilowattsPerKelvin * max(0, demand.heatingLimit - (felt ?? air)) * setback
        * SiteScenario.stepHours
    }
    for step in heating.indices {
      mistake += 0.02 * random.normal() - 0.01 * mistake
      forecast[step] += max(0, heating[step] * (1 + 0.6 * mistake)) + loop
    }
  }

  /// Standard deviation of a spell of weather: K.
  private static let spellKelvin = 3.0
  /// From the day's mean to its warmest hour: K.
  private static let dailyKelvin = 4.0

  /// Prices that are published at a step, from it on.
  func knownPrices(at step: Int, most: Int) -> ArraySlice<Double> {
    var end = price.count
    if isDayAhead {
      let (day, slot) = step.quotientAndRemainder(dividingBy: Self.perDay)
      end = (day + (slot < 13 * 4 ? 1 : 2)) * Self.perDay
    }
    return price[step..<min(end, price.count, step + most)]
  }
}
