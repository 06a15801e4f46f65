import Agent
import ArgumentParser
import Ledger
import Receipts
import Workload

/// `samovar bond`: an operator stands in for a node.
struct BondCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bond",
    abstract: "Lock an operator's money for the slots of a node, so that it may be drawn.",
    discussion: """
      A slot takes tasks whose price is at most its bond divided by the ledger's bond factor (40). Dishonest work and \
      missed deadlines are taken from the bond.
      """)

  @Argument(help: "The node's address.")
  var node: Address
  @Option(help: "How many slots.") var slots: UInt16
  @Option(help: ArgumentHelp("For each slot, in euros.", valueName: "euros")) var each: Euros
  @OptionGroup var account: AccountOptions

  func run() async throws {
    let ledger = try account.ledger.open()
    let operatorAccount = try account.account(on: ledger)
    for slot in 0..<slots {
      try await operatorAccount.call(.bond(node: node, slot: slot, amount: Amount(each.amount.value)))
    }
    print(
      "bonded \(slots) slots of \(node) with \(Decimals.euros(microEuros: Amount(each.amount.value))) each")
  }
}
