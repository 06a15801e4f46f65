/// Work that the market offers at each ask price, for each number of free slots, as a steady flow.
///
/// At an ask a (EUR per kWh of electricity, net of the worth of its heat) the tasks that pay more are taken, those
/// with the best margin per slot first, until the free slots are full. The margin of the last one taken is the
/// price of a slot.
package struct SupplyCurve: Sendable {
  /// EUR/kWh, rising.
  package let asks: [Double]
  package let slots: Int
  /// By ask and free slots: kW taken.
  private var power: [Double]
  /// EUR an hour.
  private var income: [Double]
  /// EUR a slot-hour.
  private var slotPrice: [Double]

  static let lowestAsk = -0.15
  static let highestAsk = 0.45
  static let askLevels = 31

  package init(market: TaskMarket, now: Int, slots: Int) {
    let (arrivals, hours) = market.flow(now: now)
    let stepHours = 24 / Double(market.stepsPerDay)
    self.slots = slots
    let width = slots + 1
    asks = (0..<Self.askLevels).map {
      Self.lowestAsk + (Self.highestAsk - Self.lowestAsk) * Double($0) / Double(Self.askLevels - 1)
    }
    power = Array(repeating: 0, count: asks.count * width)
    income = power
    slotPrice = power
    // Density in EUR/kWh, power of a slot, slots that the flow would fill on average.
    let offers = arrivals.map { arrival in
      (
        density: arrival.revenue / max(1e-9, arrival.kilowatts * Double(arrival.steps) * stepHours),
        kilowatts: arrival.kilowatts, slots: Double(arrival.steps) * stepHours / hours
      )
    }
    for (level, ask) in asks.enumerated() {
      let taken = offers.map { (margin: $0.kilowatts * ($0.density - ask), offer: $0) }
        .filter { $0.margin > 0 }.sorted { $0.margin > $1.margin }
      fill(level, taken.map { ($0.margin, $0.offer.kilowatts, $0.offer.density, $0.offer.slots) })
    }
  }

  private mutating func fill(
    _ level: Int, _ taken: [(margin: Double, kilowatts: Double, density: Double, slots: Double)]
  ) {
    var used = 0.0
    var kilowatts = 0.0
    var euros = 0.0
    var next = 0
    for free in 0...slots {
      let room = Double(free)
      while next < taken.count, used + taken[next].slots <= room {
        used += taken[next].slots
        kilowatts += taken[next].slots * taken[next].kilowatts
        euros += taken[next].slots * taken[next].kilowatts * taken[next].density
        next += 1
      }
      let index = level * (slots + 1) + free
      guard next < taken.count else {
        power[index] = kilowatts
        income[index] = euros
        continue
      }
      let part = room - used
      power[index] = kilowatts + part * taken[next].kilowatts
      income[index] = euros + part * taken[next].kilowatts * taken[next].density
      slotPrice[index] = taken[next].margin
    }
  }

  package func power(_ level: Int, free: Int) -> Double { power[level * (slots + 1) + free] }
  package func income(_ level: Int, free: Int) -> Double { income[level * (slots + 1) + free] }

  /// Price of a slot-hour at an ask, with all slots in the market: EUR.
  package func slotPrice(ask: Double) -> Double {
    let width = slots + 1
    let place = (ask - Self.lowestAsk) / (Self.highestAsk - Self.lowestAsk) * Double(asks.count - 1)
    let low = min(max(0, Int(place.rounded(.down))), asks.count - 2)
    let part = min(1, max(0, place - Double(low)))
    return slotPrice[low * width + slots] * (1 - part) + slotPrice[(low + 1) * width + slots] * part
  }
}
