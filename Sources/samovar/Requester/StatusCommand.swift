import Agent
import ArgumentParser
import Ledger
import Receipts
import Scheduling
import Workload

/// `samovar status`: how far bags are, or what a node shows of itself.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far a bag is, the bags of an account, or a node.",
    discussion: """
      With a bag's name: that bag. With --account: all bags of the account and its balance. With --state: the water, \
      the price and the work of the node whose state directory it is.
      """)

  @Argument(help: "The bag's name.")
  var bag: BagArgument?
  @OptionGroup var ledger: LedgerOptions
  @Option(help: ArgumentHelp("An account's address.", valueName: "address")) var account: String?
  @Option(help: ArgumentHelp("The state directory of a node.", valueName: "directory")) var state: String?
  @Flag(help: "Say it in JSON.") var json = false

  func validate() throws {
    guard [bag != nil, account != nil, state != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("name one of: a bag, --account, --state")
    }
  }

  func run() async throws {
    if let state {
      guard let status = AgentStatus.read(state) else {
        throw ValidationError(
          "\(state) holds no \(AgentStatus.fileName): no agent has run with this state directory")
      }
      return json ? try JSONOutput.print(status) : show(status)
    }
    let ledger = try self.ledger.open()
    if let bag {
      let summary = try await bag.summary(on: ledger)
      return json ? try JSONOutput.print(summary) : show(summary)
    }
    guard let address = account.flatMap({ Address($0) }) else {
      throw ValidationError("'\(account ?? "")' is not an address: 0x and 40 hexadecimal digits")
    }
    let bags = try await ledger.bags(of: address)
    let balance = try await ledger.account(address)
    if json { return try JSONOutput.print(AccountReport(account: balance, bags: bags)) }
    print("free      \(Decimals.euros(microEuros: balance.free))")
    bags.forEach(show)
  }

  private struct AccountReport: Encodable {
    var account: Account
    var bags: [BagSummary]
  }

  private func show(_ bag: BagSummary) {
    print("bag       \(bag.id)")
    let states = bag.tasks.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    print("tasks     \(bag.order.taskCount): \(states)")
    print("escrow    \(Decimals.euros(microEuros: bag.escrow)) still locked")
  }

  private func show(_ status: AgentStatus) {
    print("node      \(status.node) \(status.address)")
    if let tank = status.tank {
      print(
        "water     \(Decimals.text(tank.outlet.value, 1)) °C at the outlet, \(Decimals.text(tank.mean.value, 1)) °C mean"
      )
    }
    print("decision  \(status.decision)")
    print(
      "price     electricity \(Decimals.text(status.ask.electricity.value, 3)) EUR/kWh,"
        + " asks \(Decimals.text(status.askEURPerSlotHour, 3)) EUR per slot and hour")
    print(
      "work      \(status.runningReplicas) running in \(status.offeredSlots) slots, \(status.finishedRuns) done"
    )
    print(
      "energy    \(Decimals.text(status.electric.kilowattHours, 2)) kWh electric,"
        + " \(Decimals.text(status.heat.kilowattHours, 2)) kWh to the water")
    for fault in status.faults { print("fault     \(fault)") }
  }
}
