/// Temperatures of a store's layers from few and faulty sensors, held against the model.
///
/// The model carries the last estimate through the step with the energies that were measured in it. A reading that is
/// far from what the model says, allowing for how steep the temperature is there, is not believed: a missing value, the
/// 85.0 °C that a DS18B20 gives after power-on, a stuck one, an offset. Where most stay unbelieved for long, the model
/// is wrong and the readings count again.
package struct StoreEstimate: Hashable, Sendable {
  package let layers: Int
  /// °C from the bottom to the top; nothing before the first reading.
  package private(set) var temperatures: [Double]?
  /// Steps since enough sensors were last believed.
  package private(set) var blindSteps = 0
  /// Numbers of the layers whose reading wasn't believed, or was missing, in the last step.
  package private(set) var distrusted: [Int] = []

  /// Believed at once.
  static let plausible = 1.0...95.0
  /// What a DS18B20 gives before its first conversion.
  static let powerOn = 85.0
  /// Kelvin between a reading and the model, on top of the difference to the neighbouring layers.
  static let gate = 4.0
  /// Most steps for which the model is believed against most of its sensors.
  package static let longestDoubt = 48
  /// Weight of a believed reading against the model.
  static let weight = 0.7

  package init(layers: Int) {
    self.layers = layers
  }

  /// Takes in a step's readings.
  ///
  /// - Parameters:
  ///   - readings: from the bottom to the top, as many as layers; nothing where a sensor gave none.
  ///   - predicted: what the model says; nothing where it can't.
  package mutating func update(_ readings: [Double?], predicted: [Double]?) {
    let legal = (0..<layers).map { index -> Double? in
      guard index < readings.count, let value = readings[index], Self.plausible.contains(value) else {
        return nil
      }
      let expected = predicted.map { $0[index] } ?? 0
      return value == Self.powerOn && abs(expected - value) > Self.gate ? nil : value
    }
    guard let predicted else { return start(from: legal) }
    let believed = (0..<layers).map { index -> Double? in
      guard let value = legal[index] else { return nil }
      let below = predicted[max(0, index - 1)]
      let above = predicted[min(layers - 1, index + 1)]
      let steepness = max(abs(above - predicted[index]), abs(predicted[index] - below))
      return abs(value - predicted[index]) <= Self.gate + steepness ? value : nil
    }
    let count = believed.count { $0 != nil }
    distrusted = believed.indices.filter { believed[$0] == nil }
    blindSteps = 2 * count >= legal.count { $0 != nil } && 4 * count >= layers ? 0 : blindSteps + 1
    if blindSteps > Self.longestDoubt, 2 * legal.count(where: { $0 != nil }) >= layers {
      return start(from: legal)
    }
    temperatures = (0..<layers).map { index in
      believed[index].map { predicted[index] + Self.weight * ($0 - predicted[index]) } ?? predicted[index]
    }
  }

  /// From the readings alone. Warm water is above cold: the highest run that rises is believed, the gaps are filled
  /// from the neighbours.
  private mutating func start(from legal: [Double?]) {
    let kept = Self.rising(legal)
    distrusted = kept.indices.filter { kept[$0] == nil }
    guard kept.contains(where: { $0 != nil }) else {
      blindSteps += 1
      return
    }
    blindSteps = 4 * kept.count { $0 != nil } >= layers ? 0 : blindSteps + 1
    var filled: [Double] = []
    for index in kept.indices {
      let below = kept[...index].lastIndex { $0 != nil }
      let above = kept[index...].firstIndex { $0 != nil }
      let low = below.flatMap { kept[$0] }
      let high = above.flatMap { kept[$0] }
      switch (low, high, below, above) {
      case (let low?, let high?, let below?, let above?) where above > below:
        filled.append(low + (high - low) * Double(index - below) / Double(above - below))
      default: filled.append(low ?? high ?? 0)
      }
    }
    temperatures = filled
  }

  /// The longest choice of readings that never falls by more than the gate from one to the next above it.
  private static func rising(_ readings: [Double?]) -> [Double?] {
    var length = Array(repeating: 0, count: readings.count)
    var before: [Int?] = Array(repeating: nil, count: readings.count)
    for index in readings.indices {
      guard let value = readings[index] else { continue }
      length[index] = 1
      for lower in 0..<index {
        if let other = readings[lower], other <= value + 3, length[lower] + 1 > length[index] {
          length[index] = length[lower] + 1
          before[index] = lower
        }
      }
    }
    var kept: [Double?] = Array(repeating: nil, count: readings.count)
    var at = length.indices.filter { length[$0] > 0 }.max { (length[$0], $0) < (length[$1], $1) }
    while let index = at {
      kept[index] = readings[index]
      at = before[index]
    }
    return kept
  }
}
