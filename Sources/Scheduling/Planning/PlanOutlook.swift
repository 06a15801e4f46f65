/// What is expected, by step from now.
struct PlanOutlook: Sendable {
  /// Electricity and what is added to it, EUR/kWh.
  var price: [Double]
  /// Of taps, space heating and circulation loop: kWh.
  var demand: [Double]
  /// The same without the circulation loop.
  var net: [Double]
  /// Standard deviation of a step's demand: kWh.
  var deviation: [Double]
  /// Expected cost of cold water at an empty store, EUR, and the energy with which it falls to 1/e, kWh.
  var risk: [(cost: Double, scale: Double)]

  init(
    _ situation: PlanSituation, site: HeatSite, price: [Double], forecast: DemandForecast, tuning: PlanTuning,
    stepHours: Double
  ) {
    let horizon = price.count
    let perDay = forecast.stepsPerDay
    self.price = price.enumerated().map { index, price in
      let intensity = index < situation.carbon.count ? situation.carbon[index] : situation.carbon.last ?? 0
      return price + site.economics.carbon * intensity
    }
    let base = forecast.expected(situation, horizon: horizon)
    let level = 1 + tuning.level * (forecast.level - 1)
    demand = base.enumerated().map { index, expected in
      // What was drawn lately says more about today than about tomorrow.
      expected * (1 + (level - 1) * max(0.3, 1 - Double(index) / Double(2 * perDay)))
    }
    deviation = forecast.deviations(from: situation.step, forecast: base)
    let loop = site.store.loopKilowatts * stepHours
    let net = demand.map { max(0, $0 - loop) }
    self.net = net
    // What is missing leaves the outlet too cold by it over the store's capacity, for as long as the backup heater
    // takes to bring it: the cost grows with its square, whose mean over an exponential tail is twice the scale's.
    let shortage =
      site.economics.cold / max(0.1, site.store.backup.kilowatts) / site.store.kilowattHoursPerKelvin
    let windows = 12 / Double(perDay)
    let lump = forecast.lump
    risk = (0..<horizon).map { index in
      let tail = forecast.tail(from: index, forecast: net, lump: lump)
      return (tuning.risk * shortage * tail.chance * tail.scale * tail.scale * windows, tail.scale)
    }
  }
}
