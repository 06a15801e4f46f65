package import Workload

/// Judgement of one temperature by itself and by what stands beside it. Pure.
package enum Plausibility {
  /// What a DS18B20 holds from power-on until its first conversion, and what it gives with too little parasite power.
  static let powerOn = Celsius(85)
  static let weakPower = Celsius(127.937)
  /// Thermometers this near vouch for one that says exactly 85.
  static let vouchingKelvin = 5.0
  /// A layer may be this much warmer than the one above it: mixing, and two probes' tolerance.
  static let inversionKelvin = 3.0

  /// What is wrong with a value; nothing where it may be believed.
  ///
  /// 85 °C is a temperature that water can have, so it is judged by its neighbours: all of those that can be believed
  /// must be within 5 K, and there must be one.
  ///
  /// - Parameter isOneWire: whether the value may come from a DS18B20; other sensors reach exactly 85.000 honestly.
  package static func fault(
    of value: Celsius, isOneWire: Bool, neighbours: [Celsius], limits: SensorLimits
  ) -> SensorFault.Kind? {
    if isOneWire, isSame(value, weakPower) { return .weakPower }
    // What is no number lies within every range of a `Quantity`.
    guard value.value.isFinite, limits.plausible.contains(value) else { return .outOfRange }
    guard isOneWire, isSame(value, powerOn) else { return nil }
    let believed = neighbours.filter { limits.plausible.contains($0) && !isSame($0, powerOn) }
    let isVouchedFor =
      !believed.isEmpty && believed.allSatisfy { abs($0.value - value.value) <= vouchingKelvin }
    return isVouchedFor ? nil : .powerOnValue
  }

  /// Indices of layers, from the bottom, that are warmer than the next known one above them by more than 3 K.
  package static func inversions(_ layers: [Celsius?]) -> [(lower: Int, upper: Int)] {
    let known = layers.indices.compactMap { index in layers[index].map { (index, $0.value) } }
    return zip(known, known.dropFirst()).compactMap { lower, upper in
      lower.1 > upper.1 + inversionKelvin ? (lower.0, upper.0) : nil
    }
  }

  /// Kernel values are whole millidegrees.
  private static func isSame(_ left: Celsius, _ right: Celsius) -> Bool {
    abs(left.value - right.value) < 0.0005
  }
}

extension SensorFault {
  /// A refused value in words.
  static func refused(
    _ kind: Kind, _ value: Celsius, limits: SensorLimits, quantity: String, source: String
  ) -> SensorFault {
    let said = "\(value.thousandths) °C"
    let (detail, advice) =
      switch kind {
      case .powerOnValue:
        (
          "says exactly \(said), which is a DS18B20's value before its first conversion",
          "check its supply and cable if it stays; it counts again with its first other value"
        )
      case .weakPower:
        (
          "says exactly \(said), which is a DS18B20's value with too little power",
          "give it a supply wire instead of parasite power, or a stronger pull-up"
        )
      default:
        (
          "says \(said), outside of \(limits.plausible.lowerBound.value) to \(limits.plausible.upperBound.value) °C",
          "the probe is open, shorted or mounted where it does not belong: replace or move it"
        )
      }
    return SensorFault(quantity: quantity, source: source, kind: kind, detail: detail, advice: advice)
  }
}
