/// Daily closing prices, read from CSV (RFC 4180 without quotes):
///
///     date,ALPHA,BETA
///     2024-01-02,100.00,55.25
///
/// The first column is a label and is not looked at; each other column is one asset.
struct PriceTable {
  private(set) var names: [String]
  /// By asset, then by day.
  private(set) var prices: [[Double]]

  /// The fewest days from which volatility is estimated.
  static let leastDays = 30
  static let greatestAssets = 64
  /// So that sorting and covariance stay quick: some four hundred years.
  static let greatestDays = 100_000

  var days: Int { prices.first?.count ?? 0 }

  /// - Throws: the first line that is wrong, by number.
  init(csv text: String, file: String) throws(Failure) {
    func wrong(_ line: Int, _ problem: String) -> Failure { Failure(.data, "\(file):\(line): \(problem)") }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.last == "\r" ? line.dropLast() : line
    }
    // Swift takes CR LF for one character, so such a file has no bare line feed.
    if lines.count == 1 { lines = text.split(omittingEmptySubsequences: false) { $0.isNewline } }
    if lines.last == "" { lines.removeLast() }
    guard let header = lines.first, !header.isEmpty else {
      throw wrong(1, "the file is empty; its first line names the columns: date,ALPHA,BETA")
    }
    let titles = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    names = Array(titles.dropFirst())
    guard !names.isEmpty else {
      throw wrong(1, "there is no asset; the first line names a date and at least one asset")
    }
    guard names.count <= Self.greatestAssets else {
      throw wrong(1, "\(names.count) assets; \(Self.greatestAssets) are the most")
    }
    for (index, name) in names.enumerated() {
      let isPlain =
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
      guard isPlain else {
        throw wrong(1, "column \(index + 2) must be a name of plain letters, but is '\(name)'")
      }
      guard !names[..<index].contains(name) else { throw wrong(1, "the asset '\(name)' stands twice") }
    }
    prices = Array(repeating: [], count: names.count)
    for (index, line) in lines.enumerated().dropFirst() {
      let number = index + 1
      guard index <= Self.greatestDays else { throw wrong(number, "more than \(Self.greatestDays) days") }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == titles.count else {
        throw wrong(number, "\(fields.count) columns, but the first line has \(titles.count)")
      }
      for (asset, field) in fields.dropFirst().enumerated() {
        guard let price = Self.price(field) else {
          throw wrong(
            number, "the price of \(names[asset]) must be a number above 0 such as 101.25, but is '\(field)'")
        }
        prices[asset].append(price)
      }
    }
    guard days >= Self.leastDays else {
      throw wrong(lines.count, "\(days) days of prices; volatility needs at least \(Self.leastDays)")
    }
  }

  /// Plain decimals between 10⁻⁶ and 10⁹: a price of another magnitude is a slip of units.
  private static func price(_ text: Substring) -> Double? {
    guard text.utf8.count <= 32, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }),
      let value = Double(text), value >= 1e-6, value <= 1e9
    else { return nil }
    return value
  }
}
