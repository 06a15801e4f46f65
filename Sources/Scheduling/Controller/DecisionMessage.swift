/// A decision as a line of the controller protocol.
struct DecisionMessage: Encodable, Sendable {
  var type = "decision"
  var step: Int
  var start: [String]
  var suspend: [String]
  var backupOnBelow: Double
  /// `auto` or `boost`.
  var backup: String
  var ask: Double
  var slot: Double
  var heat: Double
  var explain: [String]

  enum CodingKeys: String, CodingKey {
    case type, step, start, suspend, backup, explain
    case backupOnBelow = "backup_on_below_c"
    case ask = "ask_eur_per_kwh"
    case slot = "slot_eur_per_h"
    case heat = "heat_eur_per_kwh"
  }

  init(_ decision: PlanDecision, step: Int) {
    self.step = step
    start = decision.start
    suspend = decision.suspend
    backupOnBelow = decision.backupBelow
    backup = decision.boosts ? "boost" : "auto"
    ask = decision.prices.ask
    slot = decision.prices.slotHour
    heat = decision.prices.heat
    explain = decision.reasons
  }
}
