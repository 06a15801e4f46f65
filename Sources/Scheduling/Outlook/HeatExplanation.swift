package import Workload

/// Why a node does what it does now, what it expects, and what would change it: in sentences, with the figures that decide.
package struct HeatExplanation: Hashable, Sendable {
  package var sentences: [String]

  /// - Parameters:
  ///   - decision: what the heat rule said last.
  ///   - ask: of the present plan.
  ///   - outlook: nothing where no plan was made.
  package init(
    decision: String, ask: AskPrice, outlook: HeatOutlook?, policy: HeatPolicy, tariff: Tariff, now: Instant
  ) {
    sentences = ["Now \(decision)."]
    sentences.append(Self.price(ask))
    if let outlook, !outlook.steps.isEmpty {
      sentences += Self.expectation(outlook, policy) + Self.work(outlook, policy)
    } else {
      sentences.append("No plan of the next days has been made: the price follows how full the tank is.")
    }
    sentences += Self.changes(policy, tariff, now)
  }

  private static func price(_ ask: AskPrice) -> String {
    let whole = "Electricity costs \(ask.electricity), wear \(ask.wear)"
    let heat = "one more kWh of heat is worth \(ask.worthOfHeat) now"
    let share = "\(Decimals.trimmed(ask.capture * 100, 0)) % of the electricity reaches the water"
    let hour = Decimals.trimmed(Double(ask.perSlotHour.value) / 1e6, 5)
    let gain = ask.slotHour.value > 0 ? ", and \(euros(ask.slotHour)) a slot-hour on top" : ""
    return
      "\(whole); \(heat), and \(share). So a task must bring \(ask.perKilowattHour)\(gain): \(hour) EUR for an hour of a slot."
  }

  private static func expectation(_ outlook: HeatOutlook, _ policy: HeatPolicy) -> [String] {
    let steps = outlook.steps.prefix(DemandHistory.stepsPerDay)
    guard let coldest = steps.min(by: { $0.mean < $1.mean }),
      let hottest = steps.max(by: { $0.mean < $1.mean }),
      let busiest = steps.max(by: { $0.demand < $1.demand })
    else { return [] }
    let draws = steps.reduce(0) { $0 + $1.demand }
    return [
      "In the next 24 hours the tank's mean is expected between \(celsius(coldest.mean)) (\(time(coldest.start, policy))) and "
        + "\(celsius(hottest.mean)) (\(time(hottest.start, policy))), with draws of \(Decimals.trimmed(draws, 1)) kWh, "
        + "most at \(time(busiest.start, policy))."
    ]
  }

  private static func work(_ outlook: HeatOutlook, _ policy: HeatPolicy) -> [String] {
    let steps = outlook.steps.prefix(DemandHistory.stepsPerDay)
    let hours = 24.0 / Double(DemandHistory.stepsPerDay)
    let energy = steps.reduce(0) { $0 + $1.power } * hours
    guard let best = steps.min(by: { outlook.ask($0) < outlook.ask($1) }) else { return [] }
    var found = [
      "Tasks are planned with \(Decimals.trimmed(energy, 1)) kWh; the node asks least at \(time(best.start, policy)), "
        + "\(Decimals.trimmed(outlook.ask(best), 4)) EUR/kWh."
    ]
    if let guess = outlook.steps.first(where: { !$0.isPriceKnown }) {
      found.append(
        "Prices from \(time(guess.start, policy)) on aren't published yet: they are taken from the days before."
      )
    }
    return found
  }

  private static func changes(_ policy: HeatPolicy, _ tariff: Tariff, _ now: Instant) -> [String] {
    var found = [
      "Below \(celsius(policy.comfort.minimum.value)) at the outlet heat counts in full; from a mean of "
        + "\(celsius(policy.comfort.maximum.value)) nothing starts; at \(celsius(policy.cutOff.value)) anywhere all work stops."
    ]
    if policy.isVacation(at: now) {
      found.append("It is a vacation: nobody draws, and the comfort minimum doesn't hold.")
    }
    let hours = (0..<48).map { now + .seconds($0 * 1800) }
    let caps = hours.map { policy.caps.power(at: $0) }
    if let cap = caps.first ?? nil {
      let end = zip(hours, caps).first { $0.1 != cap }.map { " until \(time($0.0, policy))" } ?? ""
      found.append("The servers may draw \(Decimals.trimmed(cap.value, 0)) W\(end).")
    } else if let next = zip(hours, caps).first(where: { $0.1 != nil }), let cap = next.1 {
      found.append(
        "About \(time(next.0, policy)) the servers' power becomes limited to \(Decimals.trimmed(cap.value, 0)) W."
      )
    }
    if let cheap = policy.cheapElectricity {
      found.append(
        "Between target and maximum slots open only while electricity costs at most \(cheap); now it costs \(tariff.electricity.price(at: now))."
      )
    }
    return found
  }

  private static func celsius(_ value: Double) -> String { "\(Decimals.trimmed(value, 1)) °C" }
  private static func euros(_ amount: MicroEuros) -> String {
    "\(Decimals.trimmed(Double(amount.value) / 1e6, 5)) EUR"
  }

  /// `Thu 07:15`, by the policy's clock.
  package static func time(_ instant: Instant, _ policy: HeatPolicy) -> String {
    let (day, minute) = policy.clock.local(instant)
    let name = Weekday(daysSinceEpoch: day).rawValue.prefix(3)
    return "\(name.prefix(1).uppercased())\(name.dropFirst()) \(TimeOfDay(minute))"
  }
}
