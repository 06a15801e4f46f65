import Agent
import ArgumentParser
import Ledger
import Receipts
import Workload

/// `samovar ledger`: makes the embedded ledger of a machine and shows it.
struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Make, show and fund the ledger that the nodes of this machine share.",
    subcommands: [New.self, Show.self, Deposit.self])

  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a ledger with a new key.",
      discussion: """
        Writes genesis.json (parameters, first balances), ledger.sqlite and ledger.key (readable by its owner only: \
        whoever has it writes blocks).
        """)

    @OptionGroup var ledger: LedgerOptions
    @Option(help: ArgumentHelp("EIP-155 number of the chain that signatures are for.", valueName: "number"))
    var chainID: UInt64 = 1_337
    @Option(
      help: ArgumentHelp(
        "A first balance, such as 0xd8dA…=25.00; in euros. May be given several times.",
        valueName: "address=euros"))
    var balance: [Balance] = []
    @Option(help: ArgumentHelp("First content of the pool that pays jurors, in euros.", valueName: "euros"))
    var auditPool: Euros = Euros(amount: .zero)
    @Flag(
      help: """
        Short spans (blocks of 250 ms, epochs of a second, a hold of two) and juries of one, to try things out. It is no \
        security.
        """)
    var demonstration = false

    func run() throws {
      let key = PrivateKey.generate()
      let genesis = Genesis(
        chainID: chainID, ledgerKey: key.address, parameters: demonstration ? .demonstration : Parameters(),
        deposits: Dictionary(balance.map { ($0.address, $0.amount) }, uniquingKeysWith: +),
        auditPool: auditPool.amount)
      let directory = try ledger.directory
      try directory.create(genesis: genesis, key: key)
      print("genesis   \(try genesis.digest)")
      print("key       \(key.address) in \(directory.keyFile)")
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a ledger's height and pools.")
    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
      let ledger = try ledger.open()
      let pools = try await ledger.pools()
      print("genesis     \(try ledger.genesis.digest)")
      print("height      \(try await ledger.height())")
      print("audit pool  \(Decimals.euros(microEuros: pools.auditPool))")
      print("treasury    \(Decimals.euros(microEuros: pools.treasury))")
      print("burned      \(Decimals.euros(microEuros: pools.burned))")
    }
  }

  struct Deposit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write money that came in from outside to an account; needs the ledger's key.")
    @OptionGroup var ledger: LedgerOptions
    @Argument(help: "Whom it is for and how much, such as 0xd8dA…=25.00; in euros.")
    var balance: Balance

    func run() async throws {
      let directory = try ledger.directory
      guard let key = try directory.key() else {
        throw ValidationError("\(directory.keyFile) is not there: only its holder may deposit")
      }
      let account = LedgerAccount(ledger: try ledger.open(), key: key)
      try await account.call(.deposit(to: balance.address, amount: Amount(balance.amount.value)))
      print("deposited \(Decimals.euros(microEuros: Amount(balance.amount.value))) to \(balance.address)")
    }
  }
}

/// Euros with at most six decimals.
struct Euros: ExpressibleByArgument {
  let amount: MicroEuros

  var defaultValueDescription: String { Decimals.euros(microEuros: Amount(amount.value)) }

  init(amount: MicroEuros) {
    self.amount = amount
  }

  init?(argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = UInt64(parts[0]) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.utf8.count <= 6, parts.count == 1 || UInt64(fraction) != nil,
      let micro = UInt64(fraction + String(repeating: "0", count: 6 - fraction.utf8.count)), whole < 1 << 40
    else { return nil }
    amount = MicroEuros(whole * 1_000_000 + micro)
  }
}

/// `ADDRESS=EUROS`.
struct Balance: ExpressibleByArgument {
  let address: Address
  let amount: MicroEuros

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = Address(String(parts[0])),
      let euros = Euros(argument: String(parts[1]))
    else {
      return nil
    }
    self.address = address
    amount = euros.amount
  }
}
