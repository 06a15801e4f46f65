/// The backup heater's threshold: the lowest that keeps the outlet warm in the coming hours.
struct BackupChoice {
  let site: HeatSite
  let problem: PlanProblem
  let layers: [Double]
  let isOn: Bool

  func threshold(powers: [Double], boosts: Bool) -> Double {
    let store = site.store
    let layerCapacity = store.kilowattHoursPerKelvin / Double(store.layers)
    let hot = layers.dropLast().reduce(0) { $0 + max(0, $1 - 47) } * layerCapacity
    let steps = min(problem.horizon, 8)
    let demand = problem.outlook.demand.prefix(steps).reduce(0, +)
    let heat = powers.prefix(steps).reduce(0, +) * site.servers.capture * problem.stepHours * 0.5
    return hot + heat > 0.6 * demand ? 51 : 62
  }
}
