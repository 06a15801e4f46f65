/// The backup heater's threshold: the lowest that keeps the outlet warm when more is drawn than expected.
///
/// Each threshold is tried on the stratified model for the present step, with the heater at its most afterwards: what
/// can still be mended later isn't done now.
struct BackupChoice {
  let problem: PlanProblem
  let layers: [Double]
  let forecast: DemandForecast
  let tuning: PlanTuning

  private struct Load {
    var demand: StoreModel.Demand
    /// kW from the servers.
    var heat: Double
  }

  /// K·h of cold that make no difference.
  static let tolerance = 0.002
  /// Work that is expected but not begun counts by that share: it may not come.
  static let trust = 0.7
  /// Kelvin above the range's lower end.
  static let thresholds = [0.5, 1.5, 3, 5, 8, 11.5]

  /// - Parameter powers: kW of tasks that can be suspended or may come, by step.
  func threshold(powers: [Double]) -> Double {
    let loads = loads(powers)
    let range = problem.site.store.backup.thresholds
    let steps = Self.thresholds.map { range.lowerBound + $0 }.filter { $0 < range.upperBound }
    let least = cold(below: range.upperBound, loads)
    return steps.first { cold(below: $0, loads) <= least + Self.tolerance } ?? range.upperBound
  }

  private func loads(_ powers: [Double]) -> [Load] {
    let site = problem.site
    let steps = min(problem.horizon, tuning.backupSteps)
    let peaks = forecast.peaks(steps: steps, forecast: problem.outlook.net, deviations: tuning.peak)
    let idle = site.servers.allIdleKilowatts
    var before = 0.0
    return peaks.enumerated().map { index, peak in
      let asked = max(0, peak - before)
      before = max(before, peak)
      return Load(
        demand: forecast.split(asked, taps: nil),
        heat: site.servers.capture * (idle + Self.trust * powers[index] + problem.firmPower[index]))
    }
  }

  /// K·h below comfort when the threshold holds for the present step.
  private func cold(below threshold: Double, _ loads: [Load]) -> Double {
    let site = problem.site
    var model = StoreModel(site.store, temperatures: layers, isBackupOn: problem.situation.isBackupOn)
    var cold = 0.0
    for (index, load) in loads.enumerated() {
      let flows = model.advance(
        hours: problem.stepHours, demand: load.demand, serverHeat: load.heat, mains: problem.situation.mains,
        backupBelow: index == 0 ? threshold : site.store.backup.thresholds.upperBound,
        comfort: site.comfort + Self.margin)
      cold += flows.coldKelvinHours + flows.unmet * Self.unmetWeight
    }
    return cold
  }

  /// Kelvin above comfort that are aimed at.
  static let margin = 0.3
  /// K·h that one kWh that can't be given counts as.
  static let unmetWeight = 5.0
}
