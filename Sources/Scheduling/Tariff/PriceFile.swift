import FoundationEssentials
package import Workload

/// Reads prices from a file or from what a service answered: CSV, or one of the JSON forms that services give.
///
///     start,price_eur_per_mwh                       CSV, or price_eur_per_kwh; a column `end` may follow
///     2026-11-25T00:00+01:00,87.31
///
///     {"unix_seconds": […], "price": […], "unit": "EUR / MWh"}                       energy-charts.info
///     {"data": [{"start_timestamp": ms, "end_timestamp": ms, "marketprice": …, "unit": "Eur/MWh"}]}   aWATTar
///     [{"start": "2026-11-25T00:00:00Z", "end": "…", "price": 0.0873}]                   EUR/kWh; evcc has `value`
package enum PriceFile {
  /// - Throws: all mistakes at once.
  package static func read(_ bytes: [UInt8], file: String) throws(Mistakes) -> PriceSeries {
    let first = bytes.first { !" \t\r\n".utf8.contains($0) }
    let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    return try isJSON ? PriceJSON.read(bytes, file: file) : PriceCSV.read(bytes, file: file)
  }

  /// Ends that are not given are the next beginning, the last stretch is as long as the one before; a gap is one where beginnings are
  /// further apart than is usual in the file.
  static func close(_ starts: [(start: Instant, price: Double)]) -> [PriceSeries.Stretch] {
    let sorted = Set(starts.map(\.start)).sorted()
    let lengths = zip(sorted, sorted.dropFirst()).map { ($1 - $0).milliseconds }
    let usual = lengths.min() ?? 3_600_000
    let next = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.dropFirst()))
    return starts.map { start, price in
      // An hourly stretch in a quarter-hourly file ends with its hour.
      let length = next[start].map { ($0 - start).milliseconds } ?? usual
      let end = start + .milliseconds(length <= max(usual, 3_600_000) ? length : usual)
      return PriceSeries.Stretch(start: start, end: end, price: EuroPerKilowattHour(price))
    }
  }

  /// `2026-11-25T00:00+01:00`, `2026-11-25T00:00:00.000Z`; an offset there must be.
  static func instant(_ text: some StringProtocol) -> Instant? {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, let date = CivilDate(parts[0]) else { return nil }
    var time = Substring(parts[1])
    var minutesEast = 0
    if time.last == "Z" {
      time = time.dropLast()
    } else {
      guard let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }),
        let offset = TimeOfDay(time[time.index(after: sign)...])
      else { return nil }
      minutesEast = time[sign] == "-" ? -offset.value : offset.value
      time = time[..<sign]
    }
    let fields = time.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count), let minute = TimeOfDay(fields[0] + ":" + fields[1]) else {
      return nil
    }
    var seconds = 0.0
    if fields.count == 3 {
      guard let value = Double(fields[2]), (0..<60).contains(value) else { return nil }
      seconds = value
    }
    let minutes = Int64(date.daysSinceEpoch) * 1440 + Int64(minute.value - minutesEast)
    return Instant(minutes * 60_000 + Int64(seconds * 1000))
  }
}

/// Comma-separated, with a line of headings.
enum PriceCSV {
  static func read(_ bytes: [UInt8], file: String) throws(Mistakes) -> PriceSeries {
    var mistakes: [Mistake] = []
    // CR and LF together are one character.
    let lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let headings = (lines.first ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    let units = ["price_eur_per_kwh": 1.0, "price_eur_per_mwh": 0.001]
    guard headings.count >= 2, headings[0] == "start", let unit = units[headings[1]],
      headings.count == 2 || headings == [headings[0], headings[1], "end"]
    else {
      throw Mistakes([
        Mistake(
          file: file, line: 1, column: 1,
          message:
            "the first line must be 'start,price_eur_per_kwh' or 'start,price_eur_per_mwh', with or without ',end'"
        )
      ])
    }
    var rows: [(line: Int, start: Instant, price: Double, end: Instant?)] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      func mistaken(_ column: Int, _ message: String) {
        mistakes.append(Mistake(file: file, line: index + 1, column: column, message: message))
      }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == headings.count else {
        mistaken(1, "the line has \(fields.count) fields instead of \(headings.count)")
        continue
      }
      let priceColumn = fields[0].count + 2
      let start = PriceFile.instant(fields[0])
      if start == nil {
        mistaken(1, "start must be a time with its offset such as 2026-11-25T00:00+01:00, not '\(fields[0])'")
      }
      let price = Double(fields[1].filter { $0 != " " })
      if price?.isFinite != true { mistaken(priceColumn, "the price must be a number, not '\(fields[1])'") }
      var end: Instant?
      if fields.count == 3 {
        end = PriceFile.instant(fields[2])
        if end == nil {
          mistaken(
            priceColumn + fields[1].count + 1, "end must be a time with its offset, not '\(fields[2])'")
        }
      }
      if let start, let price, price.isFinite { rows.append((index + 1, start, price * unit, end)) }
    }
    guard mistakes.isEmpty else { throw Mistakes(mistakes) }
    let closed = PriceFile.close(rows.map { ($0.start, $0.price) })
    let stretches = zip(rows, closed).map { row, stretch in
      PriceSeries.Stretch(start: stretch.start, end: row.end ?? stretch.end, price: stretch.price)
    }
    do { return try PriceSeries(stretches) } catch {
      throw Mistakes(
        error.all.map {
          Mistake(file: file, line: rows[$0.place].line, column: 1, message: "this stretch \($0.sentence)")
        })
    }
  }
}
