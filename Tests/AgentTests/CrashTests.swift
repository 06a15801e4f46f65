import Foundation
import Glibc
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// An agent that is killed as by a power cut, and started again, completes with exactly one receipt for each replica.
@Suite struct CrashTests {
  @Test(arguments: Stage.allCases)
  func anAgentThatIsKilledAfterAStageCompletesWithOneReceiptPerReplica(stage: Stage) async throws {
    var site = TestSite(faults: "kill_after: \(stage.rawValue)")
    let scene = try CrashScene()
    try await TestNetwork.with([site]) { network in
      try await network.startAll(environment: scene.environment)
      let bag = try await network.post(network.bag(tasks: 2))
      let agent = try #require(network.agents.first)
      #expect(await agent.end(within: 30) == .signalled(SIGKILL))
      await scene.expectNothingLeft(by: agent)
      #expect(network.logged(site).contains("kills itself after the stage '\(stage.rawValue)'"))
      if stage != .revealed {
        #expect(try network.shownReceipts().isEmpty, "a result is shown while others may still commit")
      }

      site.faults = nil
      try network.start(site)
      try await network.complete(bag)
      try await network.expectOneReceiptPerReplica(of: bag, tasks: 2)
    }
  }

  /// Not at a stage of ours but in the middle of the payload: its sandbox ends with the agent, and an agent that is told
  /// to end keeps the replica too.
  @Test(arguments: [SIGKILL, SIGTERM])
  func anAgentThatEndsWhileATaskRunsLeavesNoProcessAndRunsItAgain(signal: Int32) async throws {
    let site = TestSite()
    let scene = try CrashScene()
    try await TestNetwork.with([site]) { network in
      try await network.startAll(environment: scene.environment)
      let bag = try await network.post(network.bag(tasks: 1, paths: 9_000_000))
      let agent = try #require(network.agents.first)
      try await network.until("the task runs") { !descendants(of: agent.identifier).isEmpty }
      let children = descendants(of: agent.identifier)
      kill(agent.identifier, signal)
      #expect(await agent.end(within: 10) == (signal == SIGKILL ? .signalled(SIGKILL) : .exited(0)))
      try await network.until("nothing of the sandbox is left", seconds: 5) {
        children.allSatisfy { !isAlive($0) }
      }
      await scene.expectNothingLeft(by: agent)
      #expect(
        Tally(try await network.events()).committed.isEmpty, "the run was over before it could be ended")
      try network.start(site)
      try await network.complete(bag)
      try await network.expectOneReceiptPerReplica(of: bag, tasks: 1)
    }
  }

  private func descendants(of process: Int32) -> [Int32] {
    // One read of a small file of proc(5) for each thread that may have started something.
    let tasks = (try? directoryNames("/proc/\(process)/task")) ?? []
    let children = tasks.flatMap { task in
      ((try? LocalFile.readText("/proc/\(process)/task/\(task)/children")) ?? "").split(separator: " ")
        .compactMap { Int32($0) }
    }
    return children + children.flatMap { descendants(of: $0) }
  }

  private func isAlive(_ process: Int32) -> Bool {
    guard let status = try? LocalFile.readText("/proc/\(process)/stat") else { return false }
    // A zombie that init has not collected yet runs nothing.
    return !status.contains(") Z ")
  }
}

/// Where an agent is killed: with a helper and a TMPDIR of its own, so that what it leaves is told from all else.
struct CrashScene {
  private let place: TemporaryDirectory
  private let traces = HostTraces()
  private var helper: String { place.path + "/samovar-init" }
  private var temporary: String { place.path + "/tmp" }

  init() throws {
    place = try TemporaryDirectory()
    chmod(place.path, 0o755)
    try LocalFile.makeDirectory(place.path + "/tmp", mode: 0o700)
    try FileManager.default.copyItem(atPath: BuiltProgram("samovar-init").path, toPath: helper)
  }

  var environment: [String: String] {
    ["SAMOVAR_INIT": helper, "SAMOVAR_UNPACK": BuiltProgram("samovar-unpack").path, "TMPDIR": temporary]
  }

  /// No process, cgroup, mount, socket or temporary file; the state directory is the next agent's to go on from.
  func expectNothingLeft(by agent: TestProcess) async {
    #expect(await HostProcesses.areGone(helper), "processes of the helper")
    #expect(HostTraces.groupsGo(of: agent.identifier), "\(HostTraces.groups(of: agent.identifier))")
    #expect(traces.new == [])
    #expect((try? directoryNames(temporary)) == [])
  }
}

extension TestNetwork {
  /// One draw, one commit, one reveal, one verdict, one leaf, one payment for each replica; no penalty; an audit that holds.
  func expectOneReceiptPerReplica(of bag: BagID, tasks: Int) async throws {
    await stop()
    let summary = try #require(try await ledger.bag(bag))
    #expect(summary.tasks == ["FINAL": tasks])
    let tally = Tally(try await events())
    #expect(tally.drawn.count == tasks, "a bag of one replica per task draws no node twice")
    for replica in tally.drawn {
      #expect(tally.acknowledged[replica] == 1, "acknowledgements of \(replica)")
      #expect(tally.committed[replica] == 1, "commits of \(replica)")
      #expect(tally.revealed[replica] == 1, "reveals of \(replica)")
      #expect(tally.won[replica] == 1, "verdicts for \(replica)")
      #expect(tally.paid[replica] == 1, "payments of \(replica)")
      #expect(tally.leaves[replica.task] == 1, "receipt leaves of \(replica)")
    }
    #expect(tally.penalties == [])
    for site in sites {
      let node = try #require(try await ledger.node(site.node.address))
      #expect(node.strikes == 0)
      #expect(node.slashed == 0)
    }
    // A kill in the middle of a write leaves its temporary file, which has another ending and no name that anybody asks for.
    let published = try directoryNames(shared.receipts.directory).filter { $0.hasSuffix(".json") }
    #expect(Set(published) == Set(tally.receipts.map { "\($0.hex).json" }))
    let audit = try Audit.run(ledgerDirectory)
    #expect(audit.isClean, "\(audit.fault.map(\.description) ?? "")")
    #expect(audit.receipts == tasks)
  }
}

/// What the ledger's events say of replicas.
struct Tally {
  var drawn: [ReplicaName] = []
  var acknowledged: [ReplicaName: Int] = [:]
  var committed: [ReplicaName: Int] = [:]
  var revealed: [ReplicaName: Int] = [:]
  var won: [ReplicaName: Int] = [:]
  var paid: [ReplicaName: Int] = [:]
  var leaves: [TaskID: Int] = [:]
  /// The receipts of those leaves.
  var receipts: [Bytes32] = []
  /// Slashes, strikes, declines and time-outs.
  var penalties: [Event] = []

  init(_ events: [Event]) {
    for event in events {
      switch event {
      case .drawn(let replica, _, _): drawn.append(replica)
      case .acknowledged(let replica, _): acknowledged[replica, default: 0] += 1
      case .committed(let replica, _): committed[replica, default: 0] += 1
      case .revealed(let replica, _, _): revealed[replica, default: 0] += 1
      case .judged(let replica, .won): won[replica, default: 0] += 1
      case .paid(let payment): paid[payment.replica, default: 0] += 1
      case .leafAppended(_, let leaf):
        leaves[leaf.task, default: 0] += 1
        receipts.append(leaf.receiptHash)
      case .slashed, .struck, .declined, .replicaTimedOut, .equivocated, .judged: penalties.append(event)
      default: break
      }
    }
  }
}
