internal import Receipts

/// Money in and out.
extension ContributionState {
  /// No balance can come near the width of an amount.
  private static let depositLimit: Amount = 1 << 100

  mutating func deposit(to: Address, amount: Amount, from: Address) throws(Rejection) {
    guard from == genesis.ledgerKey else { throw .notAllowed(allowed: "the ledger key") }
    guard amount > 0, amount <= Self.depositLimit, deposited <= Self.depositLimit << 20 else {
      throw .outOfBounds(reason: "a deposit is from 1 to 2^100 µ€")
    }
    accounts[to, default: Account()].free += amount
    deposited += amount
    emit(.deposited(to: to, amount: amount))
  }

  mutating func withdraw(_ amount: Amount, from: Address) throws(Rejection) {
    guard amount > 0 else { throw .outOfBounds(reason: "nothing can't be withdrawn") }
    try requireBalance(amount, of: from)
    accounts[from, default: Account()].free -= amount
    accounts[from, default: Account()].cumulativeClaim += amount
    withdrawn += amount
    emit(.withdrawn(account: from, amount: amount, cumulative: account(from).cumulativeClaim))
  }

  func requireBalance(_ amount: Amount, of address: Address) throws(Rejection) {
    let free = accounts[address]?.free ?? 0
    guard free >= amount else { throw .insufficientBalance(has: free, needs: amount) }
  }

  /// Money into the AuditPool, of which its oldest debts are paid first.
  mutating func addToAuditPool(_ amount: Amount) {
    pools.auditPool += amount
    payDebts()
  }

  /// Jurors are paid when the pool can: verdicts never wait for money. What is owed is no money yet, so that
  /// the sum of all balances stays what was deposited.
  mutating func payFromAuditPool(_ amount: Amount, to: Address) {
    guard amount > 0 else { return }
    if debts.isEmpty, pools.auditPool >= amount {
      pools.auditPool -= amount
      accounts[to, default: Account()].free += amount
    } else {
      debts.append(Debt(to: to, amount: amount))
      emit(.owed(to: to, amount: amount))
    }
  }

  mutating func payOwed() throws(Rejection) {
    guard let first = debts.first else { throw .unknown(what: "debt of the AuditPool") }
    guard pools.auditPool >= first.amount else {
      throw .insufficientBalance(has: pools.auditPool, needs: first.amount)
    }
    payDebts()
  }

  /// At most so many debts are paid by one call.
  private static let debtsPerCall = 8

  private mutating func payDebts() {
    var paid = 0
    while paid < Self.debtsPerCall, paid < debts.count, pools.auditPool >= debts[paid].amount {
      let debt = debts[paid]
      pools.auditPool -= debt.amount
      accounts[debt.to, default: Account()].free += debt.amount
      emit(.owedPaid(to: debt.to, amount: debt.amount))
      paid += 1
    }
    debts.removeFirst(paid)
  }
}
