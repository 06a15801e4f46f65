import Ledger
import Testing

/// Values computed by hand from the page "Decision (exact)".
@Suite struct OddsTests {
  @Test(arguments: [
    // k, w
    (0, 1), (4, 1), (5, 24), (6, 29), (100, 499), (399, 1994), (400, 1999), (500, 1999),
  ])
  func weightIsFiveKLessOne(k: Int, w: Int) {
    #expect(Odds.weight(credibility: UInt32(k), isProven: true, minimum: 5) == UInt64(w))
    #expect(Odds.weight(credibility: UInt32(k), isProven: false, minimum: 5) == 1)
  }

  @Test(
    arguments: [
      // weights, r, T, accepted
      ([1], 1, 1, true), ([1], 1, 0, true),
      ([1, 1], 2, 2, false),  // 1 · 2 > 2 · 1 is false
      ([1, 1, 1], 2, 2, true),  // three strangers in agreement
      ([1, 1, 1], 3, 100_000, true),
      ([24, 1], 2, 24, true),  // 24 · 24 = 576 > 25 · 23 = 575
      ([24, 1], 2, 25, false),  // 24 · 25 = 600, 25 · 24 = 600
      ([24, 24], 2, 576, true), ([24, 24], 2, 577, false),
      ([1999], 2, 2, false),  // one operator is never two
      ([1999, 1999], 3, 100_000, false), ([1999, 1999, 1], 3, 100_000, true),
      ([24, 1, 1], 2, 25, false),  // once a weight is known, strangers add nothing
    ] as [([UInt64], Int, UInt32, Bool)])
  func acceptanceIsExact(weights: [UInt64], required: Int, trust: UInt32, isAccepted: Bool) {
    #expect(Odds.accept(weights: weights, required: required, trust: trust) == isAccepted)
  }

  @Test func ninefoldProductsAreExactAndLargerOnesAreCut() {
    // 1999⁹
    #expect(Odds.group(Array(repeating: 1999, count: 9)) == 509_700_602_628_029_984_671_856_017_999)
    #expect(Odds.group(Array(repeating: 1999, count: 25)) == Odds.group(Array(repeating: 1999, count: 12)))
  }

  @Test func credibilityIsInMillionthsRoundedDown() {
    #expect(Odds.credibilityPPM(of: 1, among: [1]) == 500_000)  // 1 / 2
    #expect(Odds.credibilityPPM(of: 576, among: [576]) == 998_266)  // 576 / 577
    #expect(Odds.credibilityPPM(of: 24, among: [24, 24]) == 489_795)  // 24 / 49
    #expect(Odds.credibilityPPM(of: 1, among: [1, 1999]) == 499)  // 1 / 2001
  }
}
