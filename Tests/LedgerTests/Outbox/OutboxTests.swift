import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

@Suite struct OutboxTests {
  private let replica = ReplicaKey(task: TaskID(word: Bytes32(7, 7, 7, 7)), round: 2)
  private let key = PrivateKey.generate()

  private func vote(salt: UInt64) -> (vote: Reveal, commit: Call) {
    let name = ReplicaName(task: replica.task, round: replica.round, node: key.address)
    let receipt = receipt(name, root: .zero, price: 5)
    let vote = Reveal(receipt: receipt, signature: key.sign(receipt.structHash), salt: Bytes32(UInt128(salt)))
    return (vote, .commit(replica.task, round: replica.round, digest: Keccak256.hash(vote.salt, .zero)))
  }

  @Test func theFirstVoteIsTheOnlyOneForEver() async throws {
    let scratch = try TemporaryDirectory()
    let path = "\(scratch.path)/outbox.sqlite"
    var outbox = try Outbox(path: path)
    #expect(try await outbox.synchronous() == 2)
    try await outbox.advance(replica, to: .assigned, at: Instant(1))
    try await outbox.enqueue(replica, .acknowledge, .acknowledge(replica.task, round: 2), at: Instant(2))
    try await outbox.advance(replica, to: .running, at: Instant(3))
    let first = vote(salt: 1)
    #expect(
      try await outbox.recordVote(replica, vote: first.vote, commit: first.commit, at: Instant(4))
        == first.vote)
    // The node dies before it has sent anything, runs the task again, and signs again.
    try await outbox.close()
    outbox = try Outbox(path: path)
    let second = vote(salt: 2)
    #expect(
      try await outbox.recordVote(replica, vote: second.vote, commit: second.commit, at: Instant(9))
        == first.vote)
    let pending = try await outbox.pending()
    #expect(pending.map(\.kind) == [.acknowledge, .commit, .reveal])
    #expect(pending.map(\.call) == [.acknowledge(replica.task, round: 2), first.commit, .reveal(first.vote)])
    let record = try #require(try await outbox.replica(replica))
    #expect(record.stage == .attested)
    #expect(record.vote == first.vote)
    #expect(record.changedAt == Instant(4))
  }

  @Test func deliveriesMoveTheJournalOnAndNeverBack() async throws {
    let scratch = try TemporaryDirectory()
    let outbox = try Outbox(path: "\(scratch.path)/outbox.sqlite")
    let first = vote(salt: 1)
    _ = try await outbox.recordVote(replica, vote: first.vote, commit: first.commit, at: Instant(1))
    try await outbox.markDelivered(replica, .commit, at: Instant(2))
    #expect(try await outbox.replica(replica)?.stage == .committed)
    #expect(try await outbox.pending().map(\.kind) == [.reveal])
    try await outbox.advance(replica, to: .running, at: Instant(3))
    #expect(try await outbox.replica(replica)?.stage == .committed)
    try await outbox.markRefused(replica, .reveal, note: "too late", at: Instant(4))
    #expect(try await outbox.replica(replica)?.stage == .committed)
    #expect(try await outbox.entry(replica, .reveal)?.status == .refused)
    #expect(try await outbox.pending().isEmpty)
    // What was settled stays settled.
    try await outbox.markDelivered(replica, .reveal, at: Instant(5))
    try await outbox.enqueue(replica, .reveal, .reveal(first.vote), at: Instant(6))
    #expect(try await outbox.entry(replica, .reveal)?.note == "too late")
    #expect(try await outbox.unfinished().map(\.replica) == [replica])
    try await outbox.advance(replica, to: .done, note: "lost the race", at: Instant(7))
    #expect(try await outbox.unfinished().isEmpty)
    #expect(try await outbox.replica(replica)?.note == "lost the race")
  }

  @Test func aSecondAgentOnTheSameOutboxIsRefused() async throws {
    let scratch = try TemporaryDirectory()
    let path = "\(scratch.path)/outbox.sqlite"
    let outbox = try Outbox(path: path)
    try await outbox.advance(replica, to: .assigned, at: Instant(1))
    #expect {
      _ = try Outbox(path: path)
    } throws: {
      if case LedgerFileError.busy = $0 { true } else { false }
    }
    try await outbox.close()
    #expect(try await Outbox(path: path).unfinished().count == 1)
  }

  @Test func aDatabaseOfSomethingElseIsRefused() async throws {
    let network = try EmbeddedNetwork()
    #expect {
      _ = try Outbox(path: network.directory.database)
    } throws: {
      if case LedgerFileError.otherFormat = $0 { true } else { false }
    }
  }
}
