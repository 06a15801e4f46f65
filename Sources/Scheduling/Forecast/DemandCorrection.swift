/// Corrects a forecast of heat demand by what was drawn.
package struct DemandCorrection: Hashable, Sendable {
  package let stepsPerDay: Int

  package init(stepsPerDay: Int) {
    self.stepsPerDay = stepsPerDay
  }

  package mutating func corrected(_ situation: PlanSituation, horizon: Int) -> (
    demand: [Double], deviation: [Double]
  ) {
    var demand = Array(situation.demand.prefix(horizon))
    while demand.count < horizon {
      demand.append(demand.count >= stepsPerDay ? demand[demand.count - stepsPerDay] : demand.last ?? 0)
    }
    return (demand, demand.map { 0.5 * $0 })
  }
}
