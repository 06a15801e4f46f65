import Ledger
import Simulation
import TestSupport
import Testing

/// The scene of `samovar demo`, without agents: real keys, signed calls and receipts, a real ledger file.
///
/// What is drawn follows from the seed and from every byte of the rules' state, so a change of the rules tells another
/// story of the same seed. One seed in some twenty tells a dull one; then another is chosen here and in `DemoCoalition`.
@Suite struct CoalitionSceneTests {
  private func played(seed: UInt64, in directory: String) async throws -> CoalitionStory {
    let scene = try CoalitionScene(seed: seed, directory: LedgerDirectory(directory))
    try await scene.run()
    return await scene.story
  }

  @Test(arguments: [4, 5, 6] as [UInt64])
  func anAuditAJuryAndTheCascadeFindTheCoalitionOut(seed: UInt64) async throws {
    let scratch = try TemporaryDirectory()
    let story = try await played(seed: seed, in: "\(scratch.path)/ledger")
    let dissent = try #require(story.dissent, "seed \(seed): no auditor dissented")
    #expect(dissent.isDecided)
    #expect(dissent.voters.count == 2 && dissent.voters.allSatisfy { $0.hasPrefix("liar-") })
    #expect(dissent.auditor.hasPrefix("honest-"))
    #expect(dissent.jurors.count == 3 && dissent.jurors.allSatisfy { $0.hasPrefix("honest-") })
    #expect(dissent.jurorsWithAuditor == 3)
    #expect(story.banned.count >= 2 && story.banned.allSatisfy { $0.hasPrefix("liar-") }, "\(story.banned)")
    #expect(Set(story.banned).isSuperset(of: dissent.voters))
    #expect(!story.reopened.isEmpty && !story.overturned.isEmpty, "seed \(seed)")
    #expect(story.overturned.union(story.confirmed) == story.reopened, "each is judged again")
    #expect(story.overturned.isSubset(of: story.believedLies), "only false results fall")
    #expect(story.decided.count == story.tasks)
    // Half of what the collusion cost is burned; the auditor's share comes out of the other half.
    #expect(story.slashed == story.slashedToAuditPool + story.burned)
    #expect(story.bounties >= 100_000 && story.bounties < story.slashedToAuditPool)
    #expect(story.isComplete)
    let report = try Audit.run("\(scratch.path)/ledger")
    #expect(report.isClean, "\(String(describing: report.fault))")
    #expect(report.tasks == ["FINAL": story.tasks])
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
