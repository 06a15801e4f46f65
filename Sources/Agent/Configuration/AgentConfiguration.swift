package import Receipts
package import Scheduling
package import Simulation
package import Workload

/// What an operator tells an agent: one YAML file. Paths in it are relative to the file's directory.
package struct AgentConfiguration: Sendable {
  package var identity: Identity
  /// What the agent keeps: outbox, runs that aren't attested yet, status.
  package var stateDirectory: String
  /// The ledger that the nodes of this machine share.
  package var ledgerDirectory: String
  package var hardware: Hardware
  package var heat: HeatPolicy
  package var tariff: Tariff
  package var work: Work
  /// Nothing for a node that runs no images.
  package var images: ImageTerms?
  /// Nothing on a real site.
  package var simulation: SimulationSettings?
  package var faults: FaultInjection

  /// Who the node is.
  package struct Identity: Sendable, Hashable {
    /// For people; the ledger knows the key's address.
    package var name: String
    /// Key file of the node, version 3 of Web3 Secret Storage.
    package var keyFile: String
    package var passwordFile: String
    /// Who answers for the node and is paid.
    package var operatorAddress: Address
    /// Where it stands; the ledger gets its Keccak-256. Nodes of one site never share a task.
    package var site: String
    /// Named the same by nodes whose results are the same to the bit.
    package var hardwareClass: String
  }

  package struct Hardware: Sendable, Hashable {
    /// A directory with a `board.yaml`.
    package var board: String
    /// In front of `/sys` and `/proc`; `/` on a real machine.
    package var root: String
  }

  /// What of the machine is given to tasks.
  package struct Work: Sendable, Hashable {
    package var slots: Int
    package var memory: ByteCount
    package var disk: ByteCount
    package var longestRun: Duration
    /// The length of run by which the price per hour is offered as a price per replica.
    package var referenceRun: Duration
    package var profile: String
  }

  /// Which images tasks may run in, and what those may take.
  package struct ImageTerms: Sendable, Hashable {
    /// As `ImageCapacity.registries`.
    package var registries: [String]
    package var cacheDirectory: String
    /// What all of them may take of the disk.
    package var budget: ByteCount
    /// What the layers of one may be, as they are fetched.
    package var largest: ByteCount
    /// From the first byte of one to the last.
    package var pullTime: Duration
    /// Passwords for registries, in the form of containers-auth.json(5).
    package var authFile: String?
  }
}
