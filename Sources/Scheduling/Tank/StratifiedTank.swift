package import Workload

/// A hot-water store of layers that mix by buoyancy only, and through which water moves as a piston.
///
/// Every change moves a known energy in or out and returns it, so that the sum of what was returned is the
/// change of the content, up to the rounding of sums.
package struct StratifiedTank: Hashable, Sendable, Codable {
  /// From the bottom to the top.
  package private(set) var temperatures: [Celsius]
  /// Litres of each layer.
  package let volumes: [Double]

  /// Heat capacity of a litre of water, in joules per kelvin: 4.1868 kJ/(kg·K) at 1 kg per litre, as EU
  /// 812/2013 counts useful energy.
  package static let joulesPerLitreKelvin = 4186.8

  /// - Parameters:
  ///   - volumes: litres from the bottom to the top; at least one, each more than nothing.
  package init(volumes: [Double], temperature: Celsius) {
    self.init(volumes: volumes, temperatures: Array(repeating: temperature, count: volumes.count))
  }

  /// - Parameters:
  ///   - volumes: litres from the bottom to the top; at least one, each more than nothing.
  ///   - temperatures: as many as volumes.
  package init(volumes: [Double], temperatures: [Celsius]) {
    precondition(!volumes.isEmpty && volumes.allSatisfy { $0 > 0 }, "a tank has layers, and each a volume")
    precondition(temperatures.count == volumes.count, "each layer has a temperature")
    self.volumes = volumes
    self.temperatures = temperatures
  }

  package var bottom: Celsius { temperatures[0] }
  package var top: Celsius { temperatures[temperatures.count - 1] }
  package var smallestLayer: Double { volumes.reduce(.infinity, min) }

  /// Energy above water of 0 °C.
  package var content: Joules {
    Joules(zip(volumes, temperatures).reduce(0) { $0 + $1.0 * $1.1.value } * Self.joulesPerLitreKelvin)
  }

  package var mean: Celsius {
    Celsius(content.value / Self.joulesPerLitreKelvin / volumes.reduce(0, +))
  }

  /// Water enters at one layer, the bottom where none is named, and as much leaves at the top. At most the smallest
  /// layer's volume at once.
  ///
  /// - Returns: heat taken out, relative to the water that entered.
  package mutating func draw(litres: Double, entering cold: Celsius, at entry: Int = 0) -> Joules {
    precondition(litres >= 0 && litres <= smallestLayer, "a piston of more than a layer")
    let leaving = top
    for index in (entry..<temperatures.count).reversed() {
      let below = index == entry ? cold.value : temperatures[index - 1].value
      temperatures[index].value += litres / volumes[index] * (below - temperatures[index].value)
    }
    return Joules(litres * Self.joulesPerLitreKelvin * (leaving.value - cold.value))
  }

  /// Water leaves at the bottom, is heated, and comes back at the height of its own temperature, pushing down
  /// what is below. At most the smallest layer's volume at once.
  package mutating func circulate(litres: Double, returningAt hot: Celsius) {
    precondition(litres > 0 && litres <= smallestLayer, "a piston of more than a layer")
    let entry = temperatures.lastIndex { $0 <= hot } ?? 0
    for index in 0..<entry {
      temperatures[index].value +=
        litres / volumes[index] * (temperatures[index + 1].value - temperatures[index].value)
    }
    temperatures[entry].value += litres / volumes[entry] * (hot.value - temperatures[entry].value)
  }

  package mutating func heat(layer index: Int, by energy: Joules) {
    temperatures[index].value += energy.value / (volumes[index] * Self.joulesPerLitreKelvin)
  }

  /// Heat to a room, through the wall of each layer in proportion to its volume.
  ///
  /// - Returns: heat lost; negative where the room is warmer.
  package mutating func lose(to ambient: Celsius, wattsPerKelvin: Double, seconds: Double) -> Joules {
    let whole = volumes.reduce(0, +)
    var lost = 0.0
    for index in temperatures.indices {
      let watts = wattsPerKelvin * volumes[index] / whole * (temperatures[index].value - ambient.value)
      heat(layer: index, by: Joules(-watts * seconds))
      lost += watts * seconds
    }
    return Joules(lost)
  }

  /// Warm water rises: layers that are warmer than the one above mix with it, and so on until each is at
  /// least as warm as the one below. Keeps the content.
  package mutating func mix() {
    // In most steps nothing is upside down, and a year has hundreds of thousands of them.
    guard zip(temperatures, temperatures.dropFirst()).contains(where: { $0 > $1 }) else { return }
    var blocks: [(mean: Double, volume: Double, layers: Int)] = []
    for (temperature, volume) in zip(temperatures, volumes) {
      blocks.append((temperature.value, volume, 1))
      while blocks.count > 1, blocks[blocks.count - 2].mean > blocks[blocks.count - 1].mean {
        let above = blocks.removeLast()
        let below = blocks.removeLast()
        let volume = above.volume + below.volume
        let mean = (above.mean * above.volume + below.mean * below.volume) / volume
        blocks.append((mean, volume, above.layers + below.layers))
      }
    }
    temperatures = blocks.flatMap { Array(repeating: Celsius($0.mean), count: $0.layers) }
  }
}
