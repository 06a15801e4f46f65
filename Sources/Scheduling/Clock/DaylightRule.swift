/// The rule of a zone for the years after its table: the TZ string of POSIX.1-2017, section 8.3, in the form that RFC 8536 puts
/// at the end of a file, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct DaylightRule: Hashable, Sendable, Codable {
  private var standard: Int
  private var summer: Summer?

  private struct Summer: Hashable, Sendable, Codable {
    var secondsEast: Int
    var start: Change
    var end: Change
  }

  /// `M3.5.0/2`: on the last Sunday of March at 02:00, by the clock until then.
  private struct Change: Hashable, Sendable, Codable {
    var month: Int
    /// 5 is the last.
    var week: Int
    /// 0 is Sunday.
    var weekday: Int
    var second: Int

    /// Seconds since the epoch of the wall clock.
    func second(in year: Int) -> Int64 {
      let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
      // 1970-01-01 was a Thursday.
      let firstWeekday = (first + 4) - (first + 4).quotientRoundedDown(by: 7) * 7
      var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      let length = CivilDate.days(ofMonth: month, in: year)
      while day >= length { day -= 7 }
      return Int64(first + day) * 86_400 + Int64(second)
    }
  }

  /// Nothing where it is no such text, or one of the forms (Julian days) that no zone uses.
  init?(_ text: some StringProtocol) {
    var reader = Reader(rest: Substring(text))
    guard reader.name(), let standard = reader.offset() else { return nil }
    self.standard = -standard
    if reader.rest.isEmpty { return }
    guard reader.name() else { return nil }
    var summerOffset = self.standard + 3600
    if let first = reader.rest.first, first != "," {
      guard let offset = reader.offset() else { return nil }
      summerOffset = -offset
    }
    guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
    summer = Summer(secondsEast: summerOffset, start: start, end: end)
  }

  func secondsEastOfUTC(at second: Int64) -> Int {
    guard let summer else { return standard }
    let year = CivilDate(daysSinceEpoch: Int((second + Int64(standard)).quotientRoundedDown(by: 86_400))).year
    let start = summer.start.second(in: year) - Int64(standard)
    let end = summer.end.second(in: year) - Int64(summer.secondsEast)
    // South of the equator summer goes over the end of the year.
    let isSummer = start < end ? (start..<end).contains(second) : second >= start || second < end
    return isSummer ? summer.secondsEast : standard
  }

  private struct Reader {
    var rest: Substring

    /// `CET`, or `<+0330>`.
    mutating func name() -> Bool {
      if rest.first == "<" {
        guard let end = rest.firstIndex(of: ">") else { return false }
        rest = rest[rest.index(after: end)...]
        return true
      }
      let letters = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(letters.count)
      return letters.count >= 3
    }

    mutating func number() -> Int? {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      return Int(digits)
    }

    /// `-1`, `3:30`, `02:00:00`: seconds.
    mutating func offset() -> Int? {
      var sign = 1
      if rest.first == "-" || rest.first == "+" { sign = rest.removeFirst() == "-" ? -1 : 1 }
      guard var seconds = number().map({ $0 * 3600 }) else { return nil }
      for unit in [60, 1] where rest.first == ":" {
        rest.removeFirst()
        guard let part = number() else { return nil }
        seconds += part * unit
      }
      return sign * seconds
    }

    mutating func change() -> Change? {
      guard rest.hasPrefix(",M") else { return nil }
      rest = rest.dropFirst(2)
      guard let month = number(), (1...12).contains(month), skip("."), let week = number(),
        (1...5).contains(week), skip("."), let weekday = number(), (0...6).contains(weekday)
      else { return nil }
      var second = 7200
      if skip("/") {
        guard let offset = offset() else { return nil }
        second = offset
      }
      return Change(month: month, week: week, weekday: weekday, second: second)
    }

    mutating func skip(_ character: Character) -> Bool {
      guard rest.first == character else { return false }
      rest.removeFirst()
      return true
    }
  }
}
