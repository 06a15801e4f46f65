import Foundation
import Testing

@Suite struct PricingTests {
  private func prices() throws -> Prices {
    Prices(try String(contentsOfFile: EFastProgram.prices, encoding: .utf8))
  }

  private func isNear(_ estimate: Report.Estimate, _ truth: Double) -> Bool {
    abs(estimate.value - truth) <= 4 * estimate.standardError
  }

  @Test(arguments: [
    (strike: 100, maturity: 252, rate: 3.0, seed: 1), (strike: 90, maturity: 126, rate: 0, seed: 2),
    (strike: 110, maturity: 504, rate: 5.25, seed: 3), (strike: 100, maturity: 21, rate: -1, seed: 4),
    (strike: 80, maturity: 63, rate: 2.5, seed: 5), (strike: 130, maturity: 252, rate: 1, seed: 6),
  ])
  func europeanPricesAgreeWithTheClosedFormulaWithinFourStandardErrors(
    strike: Int, maturity: Int, rate: Double, seed: Int
  ) throws {
    let report = try EFastProgram.report([
      "--strike", "\(strike)", "--maturity", "\(maturity)", "--rate", "\(rate)", "--seed", "\(seed)",
      "--paths", "100000",
    ])
    let prices = try prices()
    #expect(report.options.map(\.asset) == prices.names)
    for (index, option) in report.options.enumerated() {
      let spot = prices.columns[index][prices.columns[index].count - 1]
      let volatility = prices.moments(index).deviation * 252.0.squareRoot()
      #expect(abs(option.spot - spot) < 1e-6)
      #expect(abs(option.volatility - volatility) < 1e-6)
      let truth = BlackScholes(
        spot: spot, strike: spot * Double(strike) / 100, volatility: volatility,
        years: Double(maturity) / 252,
        rate: rate / 100)
      #expect(
        isNear(option.call.estimate, truth.call), "call on \(option.asset): \(option.call) and \(truth.call)")
      #expect(isNear(option.put, truth.put), "put on \(option.asset): \(option.put) and \(truth.put)")
      #expect(isNear(option.call.delta, truth.delta), "delta on \(option.asset)")
      #expect(isNear(option.call.vega, truth.vega), "vega on \(option.asset)")
      // An error that is merely wide would pass the lines above.
      #expect(option.call.standardError < 0.002 * spot)
    }
  }

  @Test func anAsianCallLiesBetweenTheGeometricAsianAndTheEuropeanOne() throws {
    let report = try EFastProgram.report(["--paths", "200000", "--seed", "11"])
    let option = report.options[0]
    let closed = BlackScholes(
      spot: option.spot, strike: option.spot, volatility: option.volatility, years: 1, rate: 0.03)
    let lower = closed.geometricAsianCall(fixings: 12)
    #expect(report.asianCall.value > lower)
    // The arithmetic mean is above the geometric one by a small part of the price.
    #expect(report.asianCall.value < lower * 1.06)
    #expect(report.asianCall.value < closed.call)
  }

  @Test func aBasketOfOneAssetIsThatAsset() throws {
    let column = try prices().columns[0]
    let file = try TemporaryFile("day,ONLY\n" + column.enumerated().map { "\($0),\($1)\n" }.joined())
    let report = try EFastProgram.report(["--paths", "200000"], prices: file.path)
    let truth = BlackScholes(
      spot: 100, strike: 100, volatility: report.options[0].volatility, years: 1, rate: 0.03)
    #expect(isNear(report.basketCall, truth.call))
  }

  @Test func aBasketOfTwoEqualAssetsIsNoLessRiskyThanOne() throws {
    let column = try prices().columns[0]
    let file = try TemporaryFile("day,A,B\n" + column.enumerated().map { "\($0),\($1),\($1)\n" }.joined())
    let report = try EFastProgram.report(["--paths", "200000"], prices: file.path)
    let truth = BlackScholes(
      spot: 100, strike: 100, volatility: report.options[0].volatility, years: 1, rate: 0.03)
    #expect(isNear(report.basketCall, truth.call))
  }

  @Test func aBasketOfAllAssetsIsCheaperThanTheirMeanSinceTheySpread() throws {
    let report = try EFastProgram.report(["--paths", "100000"])
    let mean =
      report.options.map { 100 * $0.call.value / $0.spot }.reduce(0, +) / Double(report.options.count)
    #expect(report.basketCall.value < mean)
  }
}
