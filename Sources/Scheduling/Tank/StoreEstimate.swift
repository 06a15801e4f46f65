/// Temperatures of a store's layers from sensors that fail.
package struct StoreEstimate: Hashable, Sendable {
  package let layers: Int
  private var last: [Double]?

  package init(layers: Int) {
    self.layers = layers
  }

  package mutating func update(_ readings: [Double?], backupOn: Bool) -> [Double] {
    var good = readings.map { reading in reading.flatMap { $0 > 1 && $0 < 84.9 ? $0 : nil } }
    if let last {
      let near = zip(good, last).map { reading, old in reading.flatMap { abs($0 - old) < 12 ? $0 : nil } }
      if 2 * near.compactMap({ $0 }).count >= good.compactMap({ $0 }).count { good = near }
    }
    guard good.contains(where: { $0 != nil }) else { return last ?? Array(repeating: 40, count: layers) }
    var filled: [Double] = []
    for index in good.indices {
      if let value = good[index] {
        filled.append(value)
        continue
      }
      let below = good[..<index].compactMap { $0 }.last
      let above = good[(index + 1)...].compactMap { $0 }.first
      filled.append(above.flatMap { high in below.map { ($0 + high) / 2 } ?? high } ?? below ?? 40)
    }
    last = filled
    return filled
  }
}
