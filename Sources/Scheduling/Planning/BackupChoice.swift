/// The backup heater's threshold: the lowest that keeps the outlet warm when more is drawn than expected.
///
/// Each threshold is tried on the stratified model for the present step, with the heater at its most afterwards: what
/// can still be mended later isn't done now.
struct BackupChoice {
  let site: HeatSite
  let layers: [Double]
  let isOn: Bool
  let mains: Double
  let stepHours: Double
  /// Of each of the next steps: kWh that are asked for when much is drawn.
  let demand: [StoreModel.Demand]
  /// kW from the servers.
  let serverHeat: [Double]

  /// K·h of cold that make no difference.
  static let tolerance = 0.002

  func threshold() -> Double {
    let range = site.store.backup.thresholds
    let steps = [0.5, 1.5, 3, 5, 8, 11.5].map { range.lowerBound + $0 }.filter { $0 < range.upperBound }
    let least = cold(below: range.upperBound)
    if least == 0, let first = steps.first, cold(below: first) == 0 { return first }
    return steps.first { cold(below: $0) <= least + Self.tolerance } ?? range.upperBound
  }

  /// K·h below comfort when the threshold holds for the present step.
  private func cold(below threshold: Double) -> Double {
    var model = StoreModel(site.store, temperatures: layers, isBackupOn: isOn)
    var cold = 0.0
    for (index, asked) in demand.enumerated() {
      let flows = model.advance(
        hours: stepHours, demand: asked, serverHeat: index < serverHeat.count ? serverHeat[index] : 0,
        mains: mains, backupBelow: index == 0 ? threshold : site.store.backup.thresholds.upperBound,
        comfort: site.comfort + 0.3)
      cold += flows.coldKelvinHours + flows.unmet * 5
    }
    return cold
  }
}
