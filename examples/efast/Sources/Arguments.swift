/// What the program was called with.
struct Arguments {
  static let usage = """
    usage: efast --prices FILE [options]         price options and measure risk
           efast make-prices [--seed N] [--days N] [--output FILE]
                                                 make the synthetic prices of the example

      --prices FILE        daily closing prices as CSV: date,ALPHA,BETA,…
      --seed N             of all random draws (1)
      --paths N            simulated paths of each product, 100 to 100000000, even (200000)
      --strike PERCENT     of the last price, 1 to 1000 (100)
      --maturity DAYS      trading days until options are due, 1 to 25200 (252)
      --rate PERCENT       a year, continuously compounded, -50 to 100 (3)
      --confidence PERCENT of the value at risk, 50 to 99.99 (99)
      --horizon DAYS       trading days of the simulated risk, 1 to 252 (1)
      --worth AMOUNT       of the portfolio, in equal parts, 1 to 1000000000 (1000000)
      --output FILE        where the JSON goes; - for standard output (-)

    exit status: 0 done, 2 wrong call, 65 wrong prices, 66 no prices, 74 can't write
    """

  enum Work {
    case report
    case makePrices
    case help
  }

  private(set) var work = Work.report
  private(set) var prices = ""
  private(set) var seed: UInt64 = 1
  private(set) var paths = 200_000
  private(set) var strikeBasisPoints = 10_000
  private(set) var maturityDays = 252
  private(set) var rateBasisPoints = 300
  private(set) var confidenceBasisPoints = 9_900
  private(set) var horizonDays = 1
  private(set) var worth = 1_000_000
  private(set) var days = 500
  private(set) var output = "-"

  init(_ words: some Sequence<String>) throws(Failure) {
    var rest = Array(words)[...]
    if rest.first == "make-prices" {
      work = .makePrices
      rest = rest.dropFirst()
    }
    var seen: Set<String> = []
    while var option = rest.popFirst() {
      if option == "--help" || option == "-h" {
        work = .help
        return
      }
      // `--seed=1` and `--seed 1` are the same.
      if option.hasPrefix("--"), let sign = option.firstIndex(of: "=") {
        rest = [String(option[option.index(after: sign)...])] + rest
        option = String(option[..<sign])
      }
      guard seen.insert(option).inserted else { throw Self.wrong("\(option) stands twice") }
      guard let value = rest.popFirst() else { throw Self.wrong("\(option) needs a value, or is no option") }
      try take(option, value)
    }
    if case .report = work, prices.isEmpty { throw Self.wrong("--prices is missing") }
  }

  private mutating func take(_ option: String, _ value: String) throws(Failure) {
    switch (option, work) {
    case ("--output", _): output = value
    case ("--seed", _):
      guard let number = UInt64(value) else {
        throw Self.wrong("--seed must be a whole number from 0, not '\(value)'")
      }
      seed = number
    case ("--days", .makePrices):
      days = try Self.whole(option, value, PriceTable.leastDays...PriceTable.greatestDays)
    case ("--prices", .report): prices = value
    case ("--paths", .report):
      paths = try Self.whole(option, value, 100...100_000_000)
      guard paths.isMultiple(of: 2) else {
        throw Self.wrong("--paths must be even: paths come in antithetic pairs")
      }
    case ("--strike", .report): strikeBasisPoints = try Self.percent(option, value, 100...100_000)
    case ("--maturity", .report): maturityDays = try Self.whole(option, value, 1...25_200)
    case ("--rate", .report): rateBasisPoints = try Self.percent(option, value, -5_000...10_000)
    case ("--confidence", .report): confidenceBasisPoints = try Self.percent(option, value, 5_000...9_999)
    case ("--horizon", .report): horizonDays = try Self.whole(option, value, 1...252)
    case ("--worth", .report): worth = try Self.whole(option, value, 1...1_000_000_000)
    default: throw Self.wrong("there is no option '\(option)'")
    }
  }

  private static func wrong(_ problem: String) -> Failure {
    Failure(.usage, "\(problem)\n\(usage)")
  }

  private static func whole(_ option: String, _ value: String, _ range: ClosedRange<Int>) throws(Failure)
    -> Int
  {
    guard let number = Int(value), range.contains(number) else {
      throw wrong(
        "\(option) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'")
    }
    return number
  }

  /// In hundredths of a percent, which two decimals give exactly.
  private static func percent(_ option: String, _ value: String, _ range: ClosedRange<Int>) throws(Failure)
    -> Int
  {
    let isNegative = value.hasPrefix("-")
    let parts = value.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard (1...2).contains(parts.count), fraction.count <= 2, value.count <= 12,
      let whole = UInt32(parts[0]),
      let hundredths = UInt32(fraction + String(repeating: "0", count: 2 - fraction.count))
    else { throw wrong("\(option) must be a percentage with at most two decimals, not '\(value)'") }
    let number = (Int(whole) * 100 + Int(hundredths)) * (isNegative ? -1 : 1)
    guard range.contains(number) else {
      let least = Decimals.text(Double(range.lowerBound) / 100, places: 2)
      let greatest = Decimals.text(Double(range.upperBound) / 100, places: 2)
      throw wrong("\(option) must be from \(least) to \(greatest), not '\(value)'")
    }
    return number
  }
}
