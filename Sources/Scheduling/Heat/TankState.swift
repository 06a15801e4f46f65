import Telemetry
package import Workload

/// The temperatures of a tank that decisions are made by.
package struct TankState: Hashable, Sendable, Codable {
  /// Of the water that leaves: the top layer.
  package var outlet: Celsius
  /// Over the volume.
  package var mean: Celsius
  /// Of any layer.
  package var hottest: Celsius
  /// From 0, cold water, to 1, the comfort maximum; beyond 1 where it is hotter.
  package var charge: Double

  package init(outlet: Celsius, mean: Celsius, hottest: Celsius, charge: Double) {
    self.outlet = outlet
    self.mean = mean
    self.hottest = hottest
    self.charge = charge
  }

  /// Nothing where the layers don't tell.
  init?(_ snapshot: HeatSnapshot, _ policy: HeatPolicy) {
    let known = snapshot.tank.compactMap { $0.temperature.usable }
    guard let outlet = snapshot.tank.last?.temperature.usable, let mean = snapshot.meanTankTemperature,
      let hottest = known.max(), mean.value.isFinite, outlet.value.isFinite
    else { return nil }
    // A sensor of the cold water that says more than the comfort minimum stands in warm water: it is not
    // believed.
    let measured = snapshot.inlet?.usable.flatMap { $0 < policy.comfort.minimum ? $0 : nil }
    let cold = measured ?? policy.coldWater
    let span = policy.comfort.maximum.value - cold.value
    self.init(outlet: outlet, mean: mean, hottest: hottest, charge: (mean.value - cold.value) / span)
  }
}
