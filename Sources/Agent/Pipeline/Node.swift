package import Ledger
package import Logging
import Receipts
package import Sandbox
package import Workload

/// What the stages of the pipeline work with: one node's key, ledger, stores and tools.
package struct Node: Sendable {
  package let configuration: AgentConfiguration
  package let account: LedgerAccount
  package let outbox: Outbox
  package let shared: SharedDirectory
  package let launcher: Launcher
  let images: NodeImages?
  package let heat: HeatControl
  package let processorClock: ProcessorClock
  let workbench: Workbench
  package let log: Logger
  package let now: @Sendable () -> Instant

  init(
    configuration: AgentConfiguration, account: LedgerAccount, outbox: Outbox, shared: SharedDirectory,
    launcher: Launcher, images: NodeImages?, heat: HeatControl, processorClock: ProcessorClock, log: Logger,
    now: @escaping @Sendable () -> Instant
  ) {
    self.configuration = configuration
    self.account = account
    self.outbox = outbox
    self.shared = shared
    self.launcher = launcher
    self.images = images
    self.heat = heat
    self.processorClock = processorClock
    workbench = Workbench(capacity: heat.capacity)
    self.log = log
    self.now = now
  }

  var ledger: any ContributionLedger { account.ledger }

  /// The `hwClass` of its receipts and registration.
  var hardwareClass: Bytes32 { Keccak256.hash(configuration.identity.hardwareClass) }

  func runDirectory(_ replica: ReplicaKey) -> String {
    "\(configuration.stateDirectory)/runs/\(Self.name(replica))"
  }

  /// What a replica's vote speaks of, until it is revealed.
  func sealedResult(_ replica: ReplicaKey) -> SealedResult {
    SealedResult(directory: "\(Self.sealedDirectory(configuration))/\(Self.name(replica))")
  }

  static func sealedDirectory(_ configuration: AgentConfiguration) -> String {
    "\(configuration.stateDirectory)/sealed"
  }

  private static func name(_ replica: ReplicaKey) -> String { "\(replica.task.word.hex)-\(replica.round)" }
}
