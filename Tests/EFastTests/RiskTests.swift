import Foundation
import Testing

@Suite struct RiskTests {
  @Test(arguments: [99.0, 95, 97.5, 50])
  func historicalRiskIsThatOfTheDaysInTheTable(confidence: Double) throws {
    let report = try EFastProgram.report(["--confidence", "\(confidence)", "--paths", "1000"])
    let prices = Prices(try String(contentsOfFile: EFastProgram.prices, encoding: .utf8))
    // Straight from prices, without logarithms: what a quarter of the money in each asset would have lost.
    let days = prices.columns[0].count - 1
    var losses: [Double] = []
    for day in 0..<days {
      let moves = prices.columns.map { column -> Double in column[day + 1] / column[day] - 1 }
      losses.append(-250_000 * moves.reduce(0, +))
    }
    losses.sort(by: >)
    // From the worst down: as many as lie at or beyond the quantile.
    let worst = days - Int((Double(days) * confidence / 100).rounded(.up)) + 1
    let valueAtRisk = losses[worst - 1]
    let shortfall = losses[..<worst].reduce(0, +) / Double(worst)
    #expect(report.risk.historical.observations == days)
    #expect(abs(report.risk.historical.valueAtRisk - valueAtRisk) < 1e-5)
    #expect(abs(report.risk.historical.expectedShortfall - shortfall) < 1e-5)
  }

  @Test(arguments: [(days: 1, z: 2.3263478740408408), (days: 10, z: 2.3263478740408408)])
  func simulatedRiskOfOneAssetIsThatOfTheLognormalDistribution(days: Int, z: Double) throws {
    let column = Prices(try String(contentsOfFile: EFastProgram.prices, encoding: .utf8)).columns[1]
    let text = "day,ONLY\n" + column.enumerated().map { "\($0),\($1)\n" }.joined()
    let file = try TemporaryFile(text)
    let report = try EFastProgram.report(["--paths", "200000", "--horizon", "\(days)"], prices: file.path)
    let (mean, deviation) = Prices(text).moments(0)
    let drift = mean * Double(days)
    let spread = deviation * Double(days).squareRoot()
    let valueAtRisk = 1_000_000 * (1 - exp(drift - spread * z))
    // E[loss | beyond] of a lognormal, from its partial expectation.
    let partial = exp(drift + spread * spread / 2) * BlackScholes.cumulative(-z - spread)
    let shortfall = 1_000_000 * (1 - partial / 0.01)
    // The standard error of a quantile: the root of p(1−p)/n over the density there.
    let error = (0.01 * 0.99 / 200_000).squareRoot() / BlackScholes.density(z) * spread * 1_000_000
    #expect(abs(report.risk.simulated.valueAtRisk - valueAtRisk) < 4 * error)
    #expect(abs(report.risk.simulated.expectedShortfall - shortfall) < 6 * error)
    #expect(report.risk.simulated.expectedShortfall > report.risk.simulated.valueAtRisk)
  }
}
