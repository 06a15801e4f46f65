/// Makes a situation safe to plan with: what is no number, or none that can be, is replaced by what does least harm, and
/// each replacement is said.
struct SituationRepair {
  private(set) var situation: PlanSituation
  /// What was replaced, in sentences.
  private(set) var notes: [String] = []

  /// EUR/kWh; a price beyond is a mistake of units or worse.
  static let believablePrices = -5.0...5.0
  static let believableMains = 0.0...35.0

  init(_ original: PlanSituation, site: HeatSite) {
    situation = original
    repairPrices()
    if !Self.believableMains.contains(situation.mains) {
      notes.append("cold water of \(situation.mains) °C can't be: 10 °C is taken")
      situation.mains = 10
    }
    let demand = situation.demand.map { $0.isFinite ? max(0, $0) : 0 }
    if demand != situation.demand {
      notes.append("the demand forecast has values that are negative or no numbers: 0 is taken for them")
      situation.demand = demand
    }
    situation.carbon = situation.carbon.map { $0.isFinite ? max(0, $0) : 0 }
    if situation.caps.contains(where: { $0.map { !$0.isFinite } ?? false }) {
      // A cap that can't be read may be any: it counts as the strictest.
      notes.append("a power cap is no number: nothing starts under it")
      situation.caps = situation.caps.map { $0.map { $0.isFinite ? $0 : 0 } }
    }
    let before = situation.queue.count + situation.running.count
    situation.queue = situation.queue.filter(Self.isWhole)
    situation.running = situation.running.filter(Self.isWhole)
    let dropped = before - situation.queue.count - situation.running.count
    if dropped > 0 {
      notes.append("\(dropped) tasks have a power, revenue or duration that can't be: they are left alone")
    }
    if let last = situation.last,
      ![last.serverHeat, last.absorbed, last.backup, last.demand].allSatisfy(\.isFinite)
    {
      notes.append("the last step's energies have values that are no numbers: they are passed over")
      situation.last = nil
    }
  }

  private mutating func repairPrices() {
    var last: Double?
    var replaced = 0
    var prices: [Double] = []
    for price in situation.prices {
      if Self.believablePrices.contains(price) {
        last = price
        prices.append(price)
      } else {
        replaced += 1
        // Beyond belief but a number: as far as can be believed. No number: as the one before.
        prices.append(
          price.isFinite
            ? min(Self.believablePrices.upperBound, max(Self.believablePrices.lowerBound, price))
            : last ?? 0.3)
      }
    }
    if replaced > 0 { notes.append("\(replaced) prices can't be: they are taken as the nearest that can") }
    situation.prices = prices
  }

  private static func isWhole(_ task: PlannableTask) -> Bool {
    task.kilowatts.isFinite && task.kilowatts >= 0 && task.revenue.isFinite && task.remaining >= 1
      && task.steps >= task.remaining
  }
}
