package import Workload

/// What stands at a simulated site: fixed for a simulation.
package struct BoilerSite: Hashable, Sendable, Codable {
  /// Litres from the bottom to the top.
  package var volumes: [Double]
  package var lossWattsPerKelvin: Double
  package var ambient: Celsius
  package var drawOffs: DrawOffs
  /// Part of the servers' electricity that reaches the loop.
  package var capture: Double
  /// The loop's pump holds this return temperature, as far as its flow suffices.
  package var charge: Celsius
  package var mostLitresPerMinute: Double
  /// Hotter the loop doesn't get: what the tank can't take is blown outside.
  package var hottestCoolant: Celsius
  package var backup: BackupHeater

  package init(
    volumes: [Double], lossWattsPerKelvin: Double, ambient: Celsius = Celsius(18), drawOffs: DrawOffs,
    capture: Double,
    charge: Celsius = Celsius(62), mostLitresPerMinute: Double = 6, hottestCoolant: Celsius = Celsius(68),
    backup: BackupHeater = BackupHeater()
  ) {
    self.volumes = volumes
    self.lossWattsPerKelvin = lossWattsPerKelvin
    self.ambient = ambient
    self.drawOffs = drawOffs
    self.capture = capture
    self.charge = charge
    self.mostLitresPerMinute = mostLitresPerMinute
    self.hottestCoolant = hottestCoolant
    self.backup = backup
  }
}

/// A heater in the upper part of the tank with a thermostat of its own, which no agent can switch off.
package struct BackupHeater: Hashable, Sendable, Codable {
  package var power: Watts
  package var onBelow: Celsius
  /// It stays on until this much above `onBelow`.
  package var bandKelvin: Double

  package init(power: Watts = Watts(2000), onBelow: Celsius = Celsius(52), bandKelvin: Double = 4) {
    self.power = power
    self.onBelow = onBelow
    self.bandKelvin = bandKelvin
  }
}

/// Where the energy went since the simulation's start, in simulated time.
package struct BoilerTotals: Hashable, Sendable, Codable {
  /// Used by the servers.
  package var electric = Joules.zero
  /// Of it, brought into the tank's water by the loop.
  package var delivered = Joules.zero
  /// Of it, blown outside because the tank could not take it.
  package var dumped = Joules.zero
  /// Of it, lost on the way to the loop: the room is warmed by it.
  package var uncaptured = Joules.zero
  package var backup = Joules.zero
  /// Taken by taps, above the cold water.
  package var drawn = Joules.zero
  /// Asked for by taps, but the water was too cold.
  package var unmet = Joules.zero
  /// From the tank through its walls.
  package var standingLoss = Joules.zero
  /// Time that the outlet was too cold for a tap that was open, in seconds.
  package var coldSeconds = 0.0

  package init() {}

  /// Into the tank less out of it: the change of its content.
  package var net: Joules { delivered + backup - drawn - standingLoss }
}
