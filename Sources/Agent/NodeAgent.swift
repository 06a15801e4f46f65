internal import Egress
internal import Ledger
package import Logging
internal import Receipts
internal import Sandbox
internal import Scheduling
internal import ServiceLifecycle
internal import Simulation
internal import Telemetry
internal import UnixSignals
package import Workload

/// A node: everything that its configuration asks for, put together, as one group of services.
package struct NodeAgent: Sendable {
  package let node: Node
  private let services: [any Service]

  /// How often the sensors are read. A 1-Wire thermometer takes 750 ms for a conversion.
  private static let sampling = Duration.seconds(1)

  /// Opens all that the node needs. Nothing runs yet.
  ///
  /// - Parameter lifeline: a descriptor at whose end of file the agent ends.
  /// - Throws: what is wrong and what to do: `Mistakes`, `FileError`, `KeystoreError`, `NodeSetupError`,
  ///   `LedgerFileError`, `SandboxError`, `ImageError`, `BoardError`, `SimulationError`.
  package init(
    _ configuration: AgentConfiguration, log: Logger, environment: [String: String],
    now: @escaping @Sendable () -> Instant, lifeline: Int32? = nil
  ) async throws {
    let state = configuration.stateDirectory
    try LocalFile.makeDirectory(state, mode: 0o700)
    // One process has the outbox; a second agent on the same state ends here, before it touches anything.
    let outbox = try Outbox(path: "\(state)/outbox.sqlite")
    let key = try Self.key(of: configuration.identity)
    let directory = LedgerDirectory(configuration.ledgerDirectory)
    let ledger = try EmbeddedLedger(directory, key: directory.key(), now: now)
    try StateDirectory.bind(state, to: ledger.genesis.digest)
    // No run outlives the agent that started it; what one left before its receipt was signed is made again.
    try RunDirectory.makeEmpty("\(state)/runs")
    try await SealedResult.sweep(Node.sealedDirectory(configuration), endedIn: ledger)
    let board = try Board.load(directory: configuration.hardware.board)
    _ = try configuration.tariff.readingPrices()
    let files = try LauncherFiles.find(environment: environment)
    try files.check(profile: configuration.work.profile)
    let clock = ProcessorClock()
    let site = try await Site(configuration, board: board, now: now)
    let cache = CacheDirectory.standard(environment: environment)
    node = Node(
      configuration: configuration, account: LedgerAccount(ledger: ledger, key: key),
      outbox: outbox,
      shared: try SharedDirectory(path: configuration.ledgerDirectory),
      launcher: Launcher(files: files, clock: now, meter: site.meter, egress: EgressProxy(), cache: cache),
      images: try configuration.images.map { images in
        try NodeImages(
          images, unpacking: Launcher(files: files, clock: now, cache: cache), files: files,
          environment: environment, clock: now)
      },
      heat: site.heat, processorClock: clock, log: log, now: now)
    services =
      Self.services(node, ledger, site, clock, log)
      + (lifeline.map { [LifelineService(descriptor: $0)] } ?? [])
    if configuration.faults != .none {
      log.warning("fault injection is on: this node misbehaves as its configuration tells it to")
    }
  }

  /// Runs until SIGTERM or SIGINT. Runs that are under way are stopped; after the next start they begin again.
  package func run() async throws {
    await node.heat.sample(at: node.now())
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map {
          ServiceGroupConfiguration.ServiceConfiguration(
            service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: node.log))
    node.log.notice("\(node.configuration.identity.name) starts as \(node.account.address)")
    try await group.run()
  }

  private static func key(of identity: AgentConfiguration.Identity) throws -> PrivateKey {
    let keystore = try KeystoreFile.read(identity.keyFile)
    let password = try LocalFile.firstLine(identity.passwordFile)
    do {
      return try keystore.unlock(password: password)
    } catch {
      throw NodeSetupError.keyLocked(
        file: identity.keyFile, passwordFile: identity.passwordFile, reason: "\(error)")
    }
  }

  private static func services(
    _ node: Node, _ ledger: EmbeddedLedger, _ site: Site, _ clock: ProcessorClock, _ log: Logger
  ) -> [any Service] {
    var services: [any Service] = [
      HeatService(node: node, interval: site.boiler == nil ? sampling : .milliseconds(250)),
      OfferService(node: node),
      ReplicaService(node: node),
      CrankService(account: node.account, log: log),
      TimekeepingService(ledger: ledger, log: log),
    ]
    if let feed = PriceFeed(
      node.configuration.tariff.electricity, stateDirectory: node.configuration.stateDirectory)
    {
      services.append(PriceService(node: node, feed: feed))
    }
    if let boiler = site.boiler {
      services.append(
        SimulationService(
          boiler: boiler, clock: clock, processors: node.heat.capacity.processors.count, log: log))
    }
    return services
  }
}

/// The boiler that the node heats, real or simulated.
private struct Site {
  var heat: HeatControl
  var meter: NodeEnergyMeter
  var boiler: SimulatedBoiler?

  init(_ configuration: AgentConfiguration, board: Board, now: @escaping @Sendable () -> Instant) async throws
  {
    let machine = SysfsRoot(configuration.hardware.root)
    let processors = CPUTopology.read(in: machine).online
    let work = configuration.work
    let capacity = NodeCapacity(
      processors: processors, slots: work.slots, memory: work.memory, disk: work.disk,
      longestRun: work.longestRun,
      profiles: [work.profile],
      images: configuration.images.map {
        ImageCapacity(registries: $0.registries, largest: $0.largest)
      })
    let rule = HeatRule(
      board: board, capacity: capacity, policy: configuration.heat, tariff: configuration.tariff)
    guard let settings = configuration.simulation else {
      heat = HeatControl(
        board: board, sampler: HeatSampler(board: board, root: machine), rule: rule,
        memory: HeatMemory(stateDirectory: configuration.stateDirectory))
      meter = NodeEnergyMeter(root: machine, board: board, usesCounters: true, clock: now)
      return
    }
    let boiler = try SimulatedBoiler(
      board: board, settings: settings, directory: "\(configuration.stateDirectory)/boiler",
      processors: processors.count)
    let tree = SysfsRoot(boiler.directory)
    self.boiler = boiler
    heat = HeatControl(
      board: board, sampler: HeatSampler(board: board, root: tree, machine: machine), rule: rule,
      simulated: {
        let totals = await boiler.report.totals
        return EnergyTotals(electric: totals.electric, heat: totals.delivered)
      },
      // A plan counts quarter hours of the real clock, to which a faster boiler doesn't keep.
      memory: settings.timeFactor == 1 ? HeatMemory(stateDirectory: configuration.stateDirectory) : nil)
    meter = NodeEnergyMeter(root: tree, board: board, usesCounters: false, clock: now)
  }
}
