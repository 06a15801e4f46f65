/// A hot-water store with what is connected to it. Litres, °C, kW, hours; layers count from the bottom.
package struct StoreDescription: Hashable, Sendable {
  package var litres: Double
  package var layers: Int
  package var lossWattsPerKelvin: Double
  package var ambient: Double
  /// What the mixing valve at the taps gives.
  package var tap: Double
  /// Constant loss of the circulation loop.
  package var loopKilowatts: Double
  /// Space heating draws at least that warm, and comes back that cold.
  package var heatingSupply: Double
  package var heatingReturn: Double
  /// The server loop's return temperature, as far as its pump suffices.
  package var charge: Double
  /// Hotter the server loop doesn't get: what the store can't take is blown outside.
  package var hottestCoolant: Double
  package var mostLitresPerMinute: Double
  package var backup: BackupDescription
  /// No layer gets hotter by our doing.
  package var hardMaximum: Double

  package init(
    litres: Double, layers: Int, lossWattsPerKelvin: Double, ambient: Double = 18, tap: Double = 45,
    loopKilowatts: Double = 0, heatingSupply: Double = 40, heatingReturn: Double = 33, charge: Double = 62,
    hottestCoolant: Double = 68, mostLitresPerMinute: Double, backup: BackupDescription,
    hardMaximum: Double = 80
  ) {
    self.litres = litres
    self.layers = layers
    self.lossWattsPerKelvin = lossWattsPerKelvin
    self.ambient = ambient
    self.tap = tap
    self.loopKilowatts = loopKilowatts
    self.heatingSupply = heatingSupply
    self.heatingReturn = heatingReturn
    self.charge = charge
    self.hottestCoolant = hottestCoolant
    self.mostLitresPerMinute = mostLitresPerMinute
    self.backup = backup
    self.hardMaximum = hardMaximum
  }

  /// Heat capacity of the whole store in kWh/K.
  package var kilowattHoursPerKelvin: Double { litres * Self.kilowattHoursPerLitreKelvin }

  /// 4.1868 kJ/(kg·K) at 1 kg per litre, as EU 812/2013 counts useful energy.
  package static let kilowattHoursPerLitreKelvin = StratifiedTank.joulesPerLitreKelvin / 3_600_000

  /// Heat that the loop carries for each kelvin between coolant and store bottom, at full flow: kW/K.
  package var loopKilowattsPerKelvin: Double {
    mostLitresPerMinute * 60 * Self.kilowattHoursPerLitreKelvin
  }
}

/// A heater with a thermostat of its own, whose threshold the controller may move.
package struct BackupDescription: Hashable, Sendable {
  package enum Fuel: Hashable, Sendable {
    /// EUR for one kWh of fuel.
    case fixed(Double)
    /// The running price of electricity.
    case electricity
  }
  package var kilowatts: Double
  package var fuel: Fuel
  /// Heat for each kWh of fuel.
  package var efficiency: Double
  /// It heats the upper layers, that many.
  package var heatedLayers: Int
  /// Where its thermostat feels.
  package var sensorLayer: Int
  /// The threshold that holds when nobody moves it.
  package var onBelow: Double
  /// It stays on until this much above the threshold.
  package var bandKelvin: Double
  /// How far the threshold may be moved.
  package var thresholds: ClosedRange<Double>

  package init(
    kilowatts: Double, fuel: Fuel, efficiency: Double = 1, heatedLayers: Int, sensorLayer: Int,
    onBelow: Double = 53, bandKelvin: Double = 4, thresholds: ClosedRange<Double> = 50...65
  ) {
    self.kilowatts = kilowatts
    self.fuel = fuel
    self.efficiency = efficiency
    self.heatedLayers = heatedLayers
    self.sensorLayer = sensorLayer
    self.onBelow = onBelow
    self.bandKelvin = bandKelvin
    self.thresholds = thresholds
  }

  /// EUR for one kWh of heat while electricity has that price.
  package func price(electricity: Double) -> Double {
    switch fuel {
    case .fixed(let price): price / max(0.01, efficiency)
    case .electricity: electricity / max(0.01, efficiency)
    }
  }
}
