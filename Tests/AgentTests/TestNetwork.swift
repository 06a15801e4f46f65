import Foundation
import Ledger
import Receipts
import Synchronization
import TestSupport
import Workload

@testable import Agent

/// Nodes that are processes of their own, on one ledger below a directory of their own.
final class TestNetwork: Sendable {
  static let password = "boil"
  static let slots: UInt16 = 2

  let directory: String
  let sites: [TestSite]
  let ledger: EmbeddedLedger
  let requester: LedgerAccount
  let shared: SharedDirectory
  private let logs: TemporaryDirectory
  private let processes = Mutex<[TestProcess]>([])

  var ledgerDirectory: String { directory + "/ledger" }
  var requesterKey: [String] {
    ["--key", directory + "/requester.key.json", "--password-file", directory + "/password"]
  }

  /// Makes a network, lets `body` use it, and ends every agent however that goes. What fails says what the agents said.
  static func with(
    _ sites: [TestSite], in directory: String? = nil, _ body: (TestNetwork) async throws -> Void
  ) async throws {
    let place = try TemporaryDirectory()
    let network = try TestNetwork(sites, directory: directory ?? place.path)
    do {
      try await body(network)
      await network.stop()
    } catch {
      await network.stop()
      throw TestFault("\(error)\n\(network.tails)")
    }
    withExtendedLifetime(place) {}
  }

  private init(_ sites: [TestSite], directory: String) throws {
    self.sites = sites
    self.directory = directory
    logs = try TemporaryDirectory()
    let requesterKey = PrivateKey.generate()
    let ledgerKey = PrivateKey.generate()
    var deposits = Dictionary(
      uniqueKeysWithValues: sites.map { ($0.operatorKey.address, MicroEuros(5_000_000)) })
    deposits[requesterKey.address] = MicroEuros(5_000_000)
    let genesis = Genesis(
      chainID: 1337, ledgerKey: ledgerKey.address, parameters: Self.parameters, deposits: deposits,
      auditPool: MicroEuros(50_000))
    let ledgerDirectory = LedgerDirectory(directory + "/ledger")
    try ledgerDirectory.create(genesis: genesis, key: ledgerKey)
    try Self.write(requesterKey, "requester.key.json", in: directory)
    for site in sites {
      let home = "\(directory)/\(site.name)"
      try LocalFile.makeDirectory(home, mode: 0o700)
      try Self.write(site.node, "node.key.json", in: home)
    }
    ledger = try EmbeddedLedger(ledgerDirectory, key: ledgerKey, now: { WallClock.now })
    requester = LedgerAccount(ledger: ledger, key: requesterKey)
    shared = try SharedDirectory(path: ledgerDirectory.path)
  }

  /// Names of the receipts that anybody on the machine can read.
  func shownReceipts() throws -> [String] { try LocalFile.names(in: ledgerDirectory + "/receipts") }

  /// Short blocks, epochs and holds, and deadlines that leave time for a restart on a busy machine.
  private static var parameters: Parameters {
    var parameters = Parameters()
    parameters.blockMilliseconds = 50
    parameters.epochBlocks = 10
    parameters.juryLead = 1
    parameters.juryLeadHighTrust = 1
    parameters.jurorMinimumCredibility = 0
    parameters.holdBlocks = 10
    parameters.accept = BlockTimer(floor: 600, tauThousandths: 100)
    parameters.commit = BlockTimer(floor: 1_200, tauThousandths: 3_000)
    parameters.reveal = BlockTimer(floor: 600, tauThousandths: 250)
    parameters.hardStop = BlockTimer(floor: 6_000, tauThousandths: 48_000)
    parameters.search = BlockTimer(floor: 1_200, tauThousandths: 3_000)
    return parameters
  }

  private static func write(_ key: PrivateKey, _ name: String, in directory: String) throws {
    let keystore = try Keystore(
      locking: key, password: Array(password.utf8), derivation: .light, randomness: .system())
    try KeystoreFile.write(keystore, to: "\(directory)/\(name)")
    try LocalFile.write(Array((password + "\n").utf8), to: "\(directory)/password", mode: 0o600)
  }

  // MARK: - Agents

  /// Every agent that was started, in that order.
  var agents: [TestProcess] { processes.withLock { $0 } }

  func home(_ site: TestSite) -> String { "\(directory)/\(site.name)" }
  func log(_ site: TestSite) -> String { "\(logs.path)/\(site.name).log" }
  func status(_ site: TestSite) -> AgentStatus? { AgentStatus.read(home(site) + "/state") }

  /// Writes the site's configuration and starts its agent.
  @discardableResult
  func start(_ site: TestSite, environment: [String: String] = [:]) throws -> TestProcess {
    let file = home(site) + "/samovar.yaml"
    try LocalFile.write(Array(site.configuration.utf8), to: file)
    let process = try TestProcess(
      TestProcess.samovar, ["agent", "--config", file, "--log-level", "debug", "--until-end-of-input"],
      output: log(site), errors: log(site), environment: environment)
    processes.withLock { $0.append(process) }
    return process
  }

  /// Starts all, and waits until they are registered, bonded, and their offers count.
  func startAll(environment: [String: String] = [:]) async throws {
    for site in sites { try start(site, environment: environment) }
    for site in sites {
      try await until("\(site.name) has registered") { try await self.ledger.node(site.node.address) != nil }
      let account = LedgerAccount(ledger: ledger, key: site.operatorKey)
      for slot in 0..<Self.slots {
        try await account.call(.bond(node: site.node.address, slot: slot, amount: 500_000))
      }
    }
    for site in sites { try await offers(site) }
  }

  func offers(_ site: TestSite) async throws {
    try await until("\(site.name) offers slots") {
      let epoch = try await self.ledger.epoch().epoch
      return try await self.ledger.node(site.node.address)?.offers.contains {
        $0.from <= epoch && $0.to >= epoch && $0.slots > 0
      } ?? false
    }
  }

  func stop() async {
    for process in processes.withLock({ $0 }) { await process.stop() }
  }

  // MARK: - Bags

  /// So many small tasks of examples/efast, which differ by their seed.
  func bag(tasks: Int, replicas: Int = 1, paths: Int = 2_000) throws -> ResolvedBag {
    let file = directory + "/bag.yaml"
    let text = """
      name: small
      command:
        - /bin/efast
        - --prices=/in/prices.csv
        - --strike=100
        - --seed={seed}
        - --paths=\(paths)
        - --output=result.json
      inputs:
        /bin/efast: {path: efast, executable: true}
        /in/prices.csv: prices.csv
      outputs: [result.json]
      limits: {cpus: 1, memory: 64 MiB, disk: 1 MiB, processes: 4, wall_time: 30 s}
      sweep:
        seed: {from: 1, to: \(tasks)}
      replicas: \(replicas)
      price: 0.002 EUR
      expected_time: 1 s
      deadline: 1 h
      """
    try LocalFile.write(Array(text.utf8), to: file)
    let inputs = InputDirectory(of: file, replacements: Self.inputs)
    return try BagFile(reading: text, file: file).resolve(inputs.identify)
  }

  static let prices = TestProcess.repository + "/examples/efast/prices.csv"
  static let inputs = ["efast": BuiltProgram("efast").path, "prices.csv": prices]

  func post(_ bag: ResolvedBag) async throws -> BagID {
    try await Submission(account: requester, shared: shared).post(bag)
  }

  /// Waits until every task of a bag is decided and paid, or given up.
  func complete(_ bag: BagID, seconds: Double = 60) async throws {
    try await until("the bag is complete", seconds: seconds) {
      try await self.ledger.bag(bag)?.isTerminal ?? false
    }
  }

  func events() async throws -> [Event] {
    try await ledger.events(after: .start, limit: 1_000_000).map(\.event)
  }

  // MARK: - Waiting

  func until(
    _ what: String, seconds: Double = 30, _ holds: () async throws -> Bool
  ) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .seconds(seconds))
    while !(try await holds()) {
      guard clock.now < deadline else {
        throw TestFault("waited \(seconds) s until \(what), in vain")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// The last lines of every agent's log.
  var tails: String {
    sites.map { site in
      let lines = ((try? LocalFile.readText(log(site))) ?? "").split(separator: "\n")
      return "--- \(site.name)\n" + lines.suffix(15).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  func logged(_ site: TestSite) -> String { (try? LocalFile.readText(log(site))) ?? "" }
}
