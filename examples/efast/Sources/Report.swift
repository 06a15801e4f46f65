/// Numbers with a fixed number of decimals.
enum Decimals {
  /// Rounded half away from zero. The C library's `printf` would do, but its locale and its length don't matter here.
  static func text(_ value: Double, places: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * Double(scale)).rounded(.toNearestOrAwayFromZero)
    precondition(abs(scaled) < 0x1p63, "a result is beyond all bounds of the inputs")
    let units = Int64(scaled)
    let magnitude = units.magnitude
    let sign = units < 0 ? "-" : ""
    guard places > 0 else { return sign + String(magnitude) }
    let fraction = String(magnitude % scale.magnitude)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return sign + String(magnitude / scale.magnitude) + "." + zeros + fraction
  }
}

/// The result as JSON: always the same keys in the same order, six decimals, one line feed at the end. Equal results
/// have equal bytes, which is what nodes vote on.
struct Report {
  private var lines: [String] = []

  init(arguments: Arguments, market: Market) {
    let pricing = Pricing(
      market: market, seed: arguments.seed, paths: arguments.paths,
      strikeShare: Double(arguments.strikeBasisPoints) / 10_000,
      years: Double(arguments.maturityDays) / Market.tradingDaysAYear,
      rate: Double(arguments.rateBasisPoints) / 10_000)
    let portfolio = Portfolio(market: market, worth: Double(arguments.worth))
    lines = [
      "{",
      "  \"program\": \"efast 1\",",
      "  \"seed\": \(arguments.seed),",
      "  \"paths\": \(arguments.paths),",
      "  \"strike_percent\": \(Decimals.text(Double(arguments.strikeBasisPoints) / 100, places: 2)),",
      "  \"maturity_days\": \(arguments.maturityDays),",
      "  \"rate_percent\": \(Decimals.text(Double(arguments.rateBasisPoints) / 100, places: 2)),",
      "  \"options\": [",
    ]
    for asset in market.names.indices {
      append(pricing.european(asset), of: market, asset, isLast: asset == market.names.count - 1)
    }
    lines.append("  ],")
    lines.append(
      "  \"asian_call\": {\"asset\": \"\(market.names[0])\", \(Self.members(pricing.asianCall(0)))},")
    lines.append("  \"basket_call\": {\(Self.members(pricing.basketCall()))},")
    append(portfolio, arguments)
    lines.append("}")
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  private mutating func append(_ option: Pricing.European, of market: Market, _ asset: Int, isLast: Bool) {
    lines += [
      "    {",
      "      \"asset\": \"\(market.names[asset])\",",
      "      \"spot\": \(Self.number(market.spots[asset])),",
      "      \"volatility\": \(Self.number(market.volatility(asset))),",
      "      \"call\": {\(Self.members(option.call)),",
      "        \"delta\": {\(Self.members(option.delta))},",
      "        \"vega\": {\(Self.members(option.vega))}},",
      "      \"put\": {\(Self.members(option.put))}",
      isLast ? "    }" : "    },",
    ]
  }

  private mutating func append(_ portfolio: Portfolio, _ arguments: Arguments) {
    let historical = portfolio.historicalRisk(confidenceBasisPoints: arguments.confidenceBasisPoints)
    let simulated = portfolio.simulatedRisk(
      confidenceBasisPoints: arguments.confidenceBasisPoints, days: arguments.horizonDays,
      draws: arguments.paths,
      seed: arguments.seed)
    lines += [
      "  \"risk\": {",
      "    \"worth\": \(arguments.worth),",
      "    \"confidence_percent\": \(Decimals.text(Double(arguments.confidenceBasisPoints) / 100, places: 2)),",
      "    \"historical\": {\"horizon_days\": 1, \(Self.members(historical))},",
      "    \"simulated\": {\"horizon_days\": \(arguments.horizonDays), \(Self.members(simulated))}",
      "  }",
    ]
  }

  private static func number(_ value: Double) -> String { Decimals.text(value, places: 6) }

  private static func members(_ estimate: Estimate) -> String {
    "\"value\": \(number(estimate.value)), \"standard_error\": \(number(estimate.standardError))"
  }

  private static func members(_ risk: Risk) -> String {
    "\"value_at_risk\": \(number(risk.valueAtRisk)), \"expected_shortfall\": \(number(risk.expectedShortfall)), "
      + "\"observations\": \(risk.observations)"
  }
}
