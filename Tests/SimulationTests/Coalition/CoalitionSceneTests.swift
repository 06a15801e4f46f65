import Ledger
import Simulation
import TestSupport
import Testing

/// The scene of `samovar demo`, without agents: real keys, signed calls and receipts, a real ledger file.
@Suite struct CoalitionSceneTests {
  private func played(seed: UInt64, in directory: String) async throws -> CoalitionStory {
    let scene = try CoalitionScene(seed: seed, directory: LedgerDirectory(directory))
    try await scene.run()
    return await scene.story
  }

  @Test func anAuditAJuryAndTheCascadeFindTheCoalitionOut() async throws {
    var complete = 0
    for seed in 4...6 as ClosedRange<UInt64> {
      let scratch = try TemporaryDirectory()
      let story = try await played(seed: seed, in: "\(scratch.path)/ledger")
      try expectFoundOut(story, seed: seed)
      let report = try Audit.run("\(scratch.path)/ledger")
      #expect(report.isClean, "seed \(seed): \(String(describing: report.fault))")
      #expect(report.tasks.values.reduce(0, +) == story.tasks)
      if story.isComplete { complete += 1 }
    }
    // Where the very first lie is audited, none stands that could fall.
    #expect(complete >= 1)
  }

  private func expectFoundOut(_ story: CoalitionStory, seed: UInt64) throws {
    let dissent = try #require(story.dissent, "seed \(seed): no auditor dissented")
    #expect(dissent.isDecided)
    #expect(dissent.voters.count == 2 && dissent.voters.allSatisfy { $0.hasPrefix("liar-") })
    #expect(dissent.auditor.hasPrefix("honest-"))
    #expect(dissent.jurors.count == 3 && dissent.jurors.allSatisfy { $0.hasPrefix("honest-") })
    #expect(dissent.jurorsWithAuditor == 3)
    #expect(story.banned.count >= 2 && story.banned.allSatisfy { $0.hasPrefix("liar-") }, "\(story.banned)")
    #expect(Set(story.banned).isSuperset(of: dissent.voters))
    #expect(!story.reopened.isEmpty, "seed \(seed)")
    #expect(story.overturned.isDisjoint(with: story.confirmed))
    #expect(story.overturned.union(story.confirmed).isSubset(of: story.reopened))
    #expect(story.overturned.isSubset(of: story.believedLies), "only false results fall")
    // Half of what the collusion cost is burned; the auditors' share comes out of the other half.
    #expect(story.slashed == story.slashedToAuditPool + story.burned)
    #expect(story.bounties >= 100_000 && story.bounties < story.slashedToAuditPool)
  }

  @Test func theSameSeedGivesTheSameLedger() async throws {
    let scratch = try TemporaryDirectory()
    let (one, two) = ("\(scratch.path)/one", "\(scratch.path)/two")
    _ = try await played(seed: 4, in: one)
    _ = try await played(seed: 4, in: two)
    let reports = (try Audit.run(one), try Audit.run(two))
    #expect(reports.0.tip != nil && reports.0.tip == reports.1.tip)
    #expect(reports.0.stateHash == reports.1.stateHash)
  }

  @Test func aSceneWritesOverNoLedger() throws {
    let scratch = try TemporaryDirectory()
    let directory = LedgerDirectory("\(scratch.path)/ledger")
    _ = try CoalitionScene(seed: 1, directory: directory)
    #expect(throws: LedgerFileError.self) { try CoalitionScene(seed: 1, directory: directory) }
  }
}
