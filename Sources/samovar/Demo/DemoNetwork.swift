import Agent
import Glibc
import Ledger
import Receipts
import Workload

/// The demo's three nodes, each a process with its own directory, and the ledger that they share.
struct DemoNetwork {
  let directory: String
  let sites: [DemoSite]
  let ledger: EmbeddedLedger
  let requester: LedgerAccount
  let shared: SharedDirectory
  private(set) var processes: [ChildProcess] = []

  /// Slots of a node: two, so that one may compute while another's votes are under way.
  static let slots = 2
  /// Simulated seconds for each real one: a demo of a minute sees the taps of a whole morning.
  static let timeFactor = 600
  private static let password = "demo"

  /// Writes keys, genesis and configurations below `directory`, which must be empty or absent.
  init(directory: String, board: String) throws {
    self.directory = directory
    sites = DemoSite.all()
    let requesterKey = PrivateKey.generate()
    let ledgerKey = PrivateKey.generate()
    var deposits = Dictionary(
      uniqueKeysWithValues: sites.map { ($0.operatorKey.address, MicroEuros(5_000_000)) })
    deposits[requesterKey.address] = MicroEuros(5_000_000)
    let genesis = Genesis(
      chainID: 1337, ledgerKey: ledgerKey.address, parameters: Self.parameters, deposits: deposits,
      auditPool: MicroEuros(50_000))
    let ledgerDirectory = LedgerDirectory("\(directory)/ledger")
    try ledgerDirectory.create(genesis: genesis, key: ledgerKey)
    try Self.write(requesterKey, "requester.key.json", in: directory)
    for site in sites {
      let home = "\(directory)/\(site.name)"
      try LocalFile.makeDirectory(home, mode: 0o700)
      try Self.write(site.node, "node.key.json", in: home)
      try Self.write(site.operatorKey, "operator.key.json", in: home)
      let text = site.configuration(board: board, timeFactor: Self.timeFactor, slots: Self.slots)
      try LocalFile.write(Array(text.utf8), to: "\(home)/samovar.yaml")
    }
    ledger = try EmbeddedLedger(ledgerDirectory, key: ledgerKey, now: { WallClock.now })
    requester = LedgerAccount(ledger: ledger, key: requesterKey)
    shared = try SharedDirectory(path: ledgerDirectory.path)
  }

  /// The parameters of a demonstration, with heights that pass five times as fast and as many more of them in each span.
  private static var parameters: Parameters {
    var parameters = Parameters.demonstration
    parameters.blockMilliseconds = 50
    parameters.epochBlocks = 20
    parameters.holdBlocks = 40
    parameters.accept.floor = 100
    parameters.commit.floor = 300
    parameters.reveal.floor = 100
    parameters.unbondingBlocks += 40 + 20
    // Of three operators two vote; an auditor beside them would leave nobody for the jury of a lie. The coalition's scene,
    // with ten operators, has the audits.
    parameters.auditRate = 0
    parameters.auditRateSingle = 0
    parameters.auditRateAlert = 0
    return parameters
  }

  private static func write(_ key: PrivateKey, _ name: String, in directory: String) throws {
    let keystore = try Keystore(
      locking: key, password: Array(password.utf8), derivation: .light, randomness: .system())
    try KeystoreFile.write(keystore, to: "\(directory)/\(name)")
    try LocalFile.write(Array((password + "\n").utf8), to: "\(directory)/password", mode: 0o600)
  }

  /// Starts one agent for each site.
  mutating func start(executable: String) throws {
    for site in sites {
      let home = "\(directory)/\(site.name)"
      processes.append(
        try ChildProcess(
          executable, ["agent", "--config", "\(home)/samovar.yaml", "--until-end-of-input"],
          log: "\(home)/agent.log"))
    }
  }

  func stop() async {
    await withDiscardingTaskGroup { group in
      for process in processes { group.addTask { await process.stop() } }
    }
  }

  /// Waits until every node has registered, and bonds it with its operator's money.
  func bond() async throws {
    for site in sites {
      try await wait(seconds: 20, for: "\(site.name) to register") {
        try await ledger.node(site.node.address) != nil
      }
      let account = LedgerAccount(ledger: ledger, key: site.operatorKey)
      for slot in 0..<UInt16(Self.slots) {
        try await account.call(.bond(node: site.node.address, slot: slot, amount: 500_000))
      }
    }
  }

  /// Waits until every node's offer counts, so that the first draws see all three.
  func waitForOffers() async throws {
    for site in sites {
      try await wait(seconds: 20, for: "\(site.name) to offer slots") {
        let epoch = try await ledger.epoch().epoch
        return try await ledger.node(site.node.address)?.offers.contains { $0.from <= epoch && $0.slots > 0 }
          ?? false
      }
    }
  }

  func status(of site: DemoSite) -> AgentStatus? {
    AgentStatus.read("\(directory)/\(site.name)/state")
  }

  private func wait(seconds: Int, for what: String, _ holds: () async throws -> Bool) async throws {
    for _ in 0..<(seconds * 10) {
      if try await holds() { return }
      if let ended = processes.first(where: { !$0.isRunning }) { throw DemoFault.agentEnded(log: ended.log) }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw DemoFault.tooSlow(what: what, seconds: seconds)
  }
}

/// Why the demo did not come to its end.
enum DemoFault: Error, CustomStringConvertible {
  case agentEnded(log: String)
  case tooSlow(what: String, seconds: Int)
  case notEmpty(String)
  case auditFailed
  case coalitionFailed(String)

  var description: String {
    switch self {
    case .agentEnded(let log):
      "an agent has ended; the last lines of \(log) say why:\n"
        + ((try? LocalFile.readText(log)) ?? "").split(separator: "\n").suffix(5).joined(separator: "\n")
    case .tooSlow(let what, let seconds):
      "waited \(seconds) s for \(what), in vain; the agents' logs may say why"
    case .notEmpty(let path): "\(path) is there already; name a directory that isn't, or remove it"
    case .auditFailed: "the audit found a fault in the ledger"
    case .coalitionFailed(let reason): "the coalition's scene did not come to its end: \(reason)"
    }
  }
}
