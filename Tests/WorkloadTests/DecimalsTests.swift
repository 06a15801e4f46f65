import Testing
import Workload

@Suite struct DecimalsTests {
  @Test(
    arguments: [
      (1.25, 1, "1.3"), (-0.04, 1, "0.0"), (-0.06, 1, "-0.1"), (3, 3, "3.000"), (2.5, 0, "3"),
      (0.999, 2, "1.00"),
      (1e300, 1, "1e+300"), (.nan, 1, "nan"), (-.infinity, 2, "-inf"),
      (999_999_999_999.9, 1, "999999999999.9"),
    ] as [(Double, Int, String)])
  func justSoManyDecimals(value: Double, places: Int, text: String) {
    #expect(Decimals.text(value, places) == text)
  }

  @Test(
    arguments: [
      (1.25, 4, "1.25"), (20, 1, "20"), (200, 0, "200"), (0.1204, 3, "0.12"), (-0.0001, 3, "0"),
      (1e300, 2, "1e+300"),
    ] as [(Double, Int, String)])
  func noZerosAtTheEnd(value: Double, places: Int, text: String) {
    #expect(Decimals.trimmed(value, places) == text)
  }

  @Test func eurosOfAnySizeAreWritten() {
    #expect(Decimals.euros(microEuros: 1_234_560) == "1.2346 EUR")
    #expect(Decimals.euros(microEuros: .max).hasSuffix(" EUR"))
  }
}
