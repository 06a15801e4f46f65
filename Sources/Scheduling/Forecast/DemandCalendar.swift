/// Which kind of day a step is on: weekday, and whether people stay at home.
package struct DemandCalendar: Hashable, Sendable {
  /// Days since 1970-01-01 of step 0, by local time.
  package var firstDay: Int
  /// Steps between midnight and step 0.
  package var firstStepOfDay: Int
  /// Days since 1970-01-01 that are as Sundays.
  package var holidays: Set<Int>
  package let stepsPerDay: Int

  package init(firstDay: Int, firstStepOfDay: Int = 0, stepsPerDay: Int, holidays: Set<Int> = []) {
    precondition(stepsPerDay > 0, "a day has steps")
    self.firstDay = firstDay
    self.firstStepOfDay = firstStepOfDay
    self.stepsPerDay = stepsPerDay
    self.holidays = holidays
  }

  package enum Kind: Int, Hashable, Sendable, CaseIterable {
    case workday, saturday, sunday
  }

  package func kind(of step: Int) -> Kind {
    let day = firstDay + Int((Double(step + firstStepOfDay) / Double(stepsPerDay)).rounded(.down))
    if holidays.contains(day) { return .sunday }
    switch Weekday(daysSinceEpoch: day) {
    case .saturday: return .saturday
    case .sunday: return .sunday
    default: return .workday
    }
  }

  package func stepOfDay(_ step: Int) -> Int {
    ((step + firstStepOfDay) % stepsPerDay + stepsPerDay) % stepsPerDay
  }
}
