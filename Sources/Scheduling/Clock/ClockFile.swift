package import Workload

extension YAMLValue {
  /// `Europe/Paris`, or an offset that never changes, `+01:00`.
  package func clock() -> LocalClock? {
    guard let text = string() else { return nil }
    if text == "Z" || text.hasPrefix("+") || text.hasPrefix("-") {
      return offsetFromUTC().map { .fixed(minutesEastOfUTC: $0) }
    }
    return ZoneFile.clock(text)
      ?? mistake(
        "\(name) must be a zone of \(ZoneFile.directory) such as Europe/Paris, or an offset such as +01:00, not "
          + "'\(text)'; a system without zones gets them with Debian's package tzdata")
  }

  /// `2026-12-24`.
  package func date() -> CivilDate? {
    guard let text = string() else { return nil }
    return CivilDate(text) ?? mistake("\(name) must be a day such as 2026-12-24, not '\(text)'")
  }
}
