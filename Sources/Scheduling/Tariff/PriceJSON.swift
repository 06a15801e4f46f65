import FoundationEssentials
import Workload

/// The forms in which services give day-ahead prices.
enum PriceJSON {
  private struct Chart: Decodable {
    var unixSeconds: [Int64]
    var price: [Double?]
    var unit: String
  }
  private struct Market: Decodable {
    struct Entry: Decodable {
      var startTimestamp: Int64
      var endTimestamp: Int64
      var marketprice: Double
      var unit: String
    }
    var data: [Entry]
  }
  private struct Rate: Decodable {
    var start: String
    var end: String?
    var price: Double?
    var value: Double?
  }
  private struct Rates: Decodable { var rates: [Rate] }

  static func read(_ bytes: [UInt8], file: String) throws(Mistakes) -> PriceSeries {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    if let chart = try? decoder.decode(Chart.self, from: data) { return try series(chart, file) }
    if let market = try? decoder.decode(Market.self, from: data) { return try series(market, file) }
    if let rates = try? decoder.decode([Rate].self, from: data) { return try series(rates, file) }
    if let rates = try? decoder.decode(Rates.self, from: data) { return try series(rates.rates, file) }
    throw mistake(
      file,
      "it has none of the known forms: {unix_seconds, price, unit}, {data: [{start_timestamp, end_timestamp, marketprice, unit}]} "
        + "or [{start, end, price}]; the page on tariffs shows them")
  }

  private static func series(_ chart: Chart, _ file: String) throws(Mistakes) -> PriceSeries {
    guard chart.unixSeconds.count == chart.price.count else {
      throw mistake(
        file, "unix_seconds has \(chart.unixSeconds.count) entries, price has \(chart.price.count)")
    }
    let unit = try factor(chart.unit, file)
    let known = zip(chart.unixSeconds, chart.price).compactMap { second, price in
      price.map { (start: Instant(clamping(second)), price: $0 * unit) }
    }
    return try checked(PriceFile.close(known), file, "price")
  }

  private static func series(_ market: Market, _ file: String) throws(Mistakes) -> PriceSeries {
    var stretches: [PriceSeries.Stretch] = []
    for entry in market.data {
      stretches.append(
        PriceSeries.Stretch(
          start: Instant(entry.startTimestamp), end: Instant(entry.endTimestamp),
          price: EuroPerKilowattHour(entry.marketprice * (try factor(entry.unit, file)))))
    }
    return try checked(stretches, file, "data")
  }

  private static func series(_ rates: [Rate], _ file: String) throws(Mistakes) -> PriceSeries {
    var starts: [(start: Instant, price: Double)] = []
    var ends: [Instant?] = []
    var mistakes: [Mistake] = []
    for (index, rate) in rates.enumerated() {
      let end = rate.end.map { PriceFile.instant($0) }
      guard let start = PriceFile.instant(rate.start), let price = rate.price ?? rate.value,
        end != .some(.none)
      else {
        mistakes +=
          mistake(file, "entry \(index) must have times with offsets as start and end, and a price").all
        continue
      }
      starts.append((start, price))
      ends.append(end ?? nil)
    }
    guard mistakes.isEmpty else { throw Mistakes(mistakes) }
    let closed = zip(PriceFile.close(starts), ends).map { stretch, end in
      PriceSeries.Stretch(start: stretch.start, end: end ?? stretch.end, price: stretch.price)
    }
    return try checked(closed, file, "")
  }

  private static func checked(
    _ stretches: [PriceSeries.Stretch], _ file: String, _ list: String
  ) throws(Mistakes) -> PriceSeries {
    do { return try PriceSeries(stretches) } catch {
      throw Mistakes(
        error.all.map { fault in
          Mistake(file: file, line: 1, column: 1, message: "\(list)[\(fault.place)] \(fault.sentence)")
        })
    }
  }

  private static func factor(_ unit: String, _ file: String) throws(Mistakes) -> Double {
    switch unit.lowercased().filter({ $0 != " " }) {
    case "eur/mwh": return 0.001
    case "eur/kwh": return 1
    default: throw mistake(file, "prices are in '\(unit)'; known are EUR/MWh and EUR/kWh")
    }
  }

  private static func clamping(_ second: Int64) -> Int64 {
    let (value, isBeyond) = second.multipliedReportingOverflow(by: 1000)
    return isBeyond ? .max : value
  }

  private static func mistake(_ file: String, _ message: String) -> Mistakes {
    Mistakes([Mistake(file: file, line: 1, column: 1, message: message)])
  }
}
