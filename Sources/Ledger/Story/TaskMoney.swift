internal import Receipts

/// Where a task's money went, line by line, and whether it adds up.
package struct TaskMoney: Hashable, Sendable, Codable {
  package struct Line: Hashable, Sendable, Codable {
    package var what: String
    package var amount: Amount
  }

  /// E: what the requester locked for the task.
  package var escrow: Amount
  /// Of E. Nothing while the task has no end.
  package var fromEscrow: [Line] = []
  package var fromAuditPool: [Line] = []
  package var slashes: [Line] = []
  /// Whether the lines of E add up to E, and to what the settlement says; nothing while the task has no end.
  package var addsUp: Bool?

  init(_ record: TaskRecord, cast: Cast) {
    escrow = record.terms.escrowPerTask
    let parameters = record.parameters
    let fee = parameters.fee(price: record.terms.price)
    var paid: Amount = 0
    var fees: Amount = 0
    for event in record.events {
      switch event {
      case .paid(let payment) where payment.source == .escrow:
        paid += payment.amount
        fees += fee
        fromEscrow.append(
          Line(what: "to the operator of \(cast.name(payment.replica.node))", amount: payment.amount))
      case .paid(let payment):
        fromAuditPool.append(
          Line(what: "to the operator of \(cast.name(payment.replica.node))", amount: payment.amount))
      case .slashed(let slash):
        slashes.append(
          Line(
            what: "from \(cast.name(slash.node)): \(EventTelling.words(slash.reason))", amount: slash.amount))
      default: continue
      }
    }
    guard let settlement = record.state.settlement else {
      if record.state == .cancelled {
        fromEscrow = [Line(what: "back to the requester: it never ran", amount: escrow)]
        addsUp = record.events.contains { if case .tasksCancelled = $0 { true } else { false } }
      }
      return
    }
    if !fromEscrow.isEmpty {
      fromEscrow.append(
        Line(what: "fees to the Treasury, \(fee.inEuros) for each paid voter", amount: settlement.fees))
    }
    if settlement.premium > 0 {
      fromEscrow.append(Line(what: "audit premium to the AuditPool", amount: settlement.premium))
    }
    fromEscrow.append(Line(what: "back to the requester", amount: settlement.refunded))
    addsUp =
      paid == settlement.paid && fees == settlement.fees
      && fromEscrow.reduce(0) { $0 + $1.amount } == escrow
      && fromAuditPool.reduce(0) { $0 + $1.amount } == settlement.fromAuditPool
  }
}

extension TaskMoney {
  /// In words.
  func lines(_ record: TaskRecord) -> [String] {
    var lines: [String] = []
    if let addsUp {
      lines.append("Of E = \(escrow.inEuros):")
      lines += fromEscrow.map(Self.text)
      lines.append(
        addsUp
          ? "Together they are E, as they must be."
          : "WRONG: together they are not E, or not what the ledger says.")
    } else {
      lines.append("E = \(escrow.inEuros) stays locked until the task ends.")
    }
    if !fromAuditPool.isEmpty {
      lines.append("From the AuditPool:")
      lines += fromAuditPool.map(Self.text)
    }
    for debt in record.debts {
      let paid = debt.paidAt.map { "paid at height \($0)" } ?? "not paid yet"
      lines.append("The AuditPool owed \(debt.amount.inEuros) to \(Cast.short(debt.to)) at first: \(paid).")
    }
    if !slashes.isEmpty {
      lines.append("Out of bonds, half to the AuditPool and half burnt:")
      lines += slashes.map(Self.text)
    }
    return lines
  }

  private static func text(_ line: Line) -> String { "  \(line.amount.inEuros) \(line.what)." }
}
