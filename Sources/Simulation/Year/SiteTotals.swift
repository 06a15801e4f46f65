import Scheduling

/// Where money, heat and work went since a simulation's start.
package struct SiteTotals: Hashable, Sendable, Codable {
  /// EUR. What tasks paid that were done in time.
  package var revenue = 0.0
  /// EUR for the servers' electricity, idling and the fan included.
  package var electricity = 0.0
  /// EUR.
  package var wear = 0.0
  /// EUR for the backup heater's fuel.
  package var backup = 0.0
  /// EUR for started tasks that missed their deadline.
  package var missed = 0.0
  /// EUR for water that was too cold and heat that was lacking.
  package var comfort = 0.0

  /// kWh of electricity in tasks, above idling.
  package var computedKilowattHours = 0.0
  /// kWh of electricity in servers, idling included.
  package var serverKilowattHours = 0.0
  /// kWh of the servers' heat that the store took.
  package var absorbedKilowattHours = 0.0
  /// kWh of the servers' heat that was blown outside.
  package var dumpedKilowattHours = 0.0
  package var backupKilowattHours = 0.0
  /// kWh that taps, rooms and the circulation loop got.
  package var deliveredKilowattHours = 0.0
  package var lostKilowattHours = 0.0
  package var unmetKilowattHours = 0.0
  /// Kelvin of the outlet below comfort, times hours.
  package var coldKelvinHours = 0.0

  package var tasksDone = 0
  package var tasksMissed = 0
  /// Never begun.
  package var tasksExpired = 0

  /// EUR.
  package var money: Double { revenue - electricity - wear - backup - missed - comfort }

  /// Share of the store's heat that came from servers.
  package var coverage: Double {
    let all = absorbedKilowattHours + backupKilowattHours
    return all > 0 ? absorbedKilowattHours / all : 0
  }

  static func + (left: SiteTotals, right: SiteTotals) -> SiteTotals {
    var sum = left
    sum.revenue += right.revenue
    sum.electricity += right.electricity
    sum.wear += right.wear
    sum.backup += right.backup
    sum.missed += right.missed
    sum.comfort += right.comfort
    sum.computedKilowattHours += right.computedKilowattHours
    sum.serverKilowattHours += right.serverKilowattHours
    sum.absorbedKilowattHours += right.absorbedKilowattHours
    sum.dumpedKilowattHours += right.dumpedKilowattHours
    sum.backupKilowattHours += right.backupKilowattHours
    sum.deliveredKilowattHours += right.deliveredKilowattHours
    sum.lostKilowattHours += right.lostKilowattHours
    sum.unmetKilowattHours += right.unmetKilowattHours
    sum.coldKelvinHours += right.coldKelvinHours
    sum.tasksDone += right.tasksDone
    sum.tasksMissed += right.tasksMissed
    sum.tasksExpired += right.tasksExpired
    return sum
  }

  /// What a step of a site brings into the sum.
  ///
  /// - Parameters:
  ///   - busy: kW of tasks.
  ///   - idle: kW of slots, at work or not.
  ///   - price: EUR/kWh of electricity.
  mutating func add(
    _ flows: StoreModel.Flows, busy: Double, idle: Double, price: Double, hours: Double, site: HeatSite
  ) {
    let economics = site.economics
    let fan = flows.dumped * economics.fanShare
    electricity += ((busy + idle) * hours + fan) * price
    wear += busy * hours * economics.wear
    backup += flows.backup * site.store.backup.price(electricity: price)
    comfort += flows.unmet * economics.unmet + flows.coldKelvinHours * economics.cold
    computedKilowattHours += busy * hours
    serverKilowattHours += (busy + idle) * hours
    absorbedKilowattHours += flows.absorbed
    dumpedKilowattHours += flows.dumped
    backupKilowattHours += flows.backup
    deliveredKilowattHours += flows.delivered
    lostKilowattHours += flows.loss
    unmetKilowattHours += flows.unmet
    coldKelvinHours += flows.coldKelvinHours
  }
}
