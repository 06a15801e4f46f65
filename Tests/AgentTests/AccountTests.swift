import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

@Suite struct AccountTests {
  /// Two processes with one key, and tasks in each: every call gets a nonce of its own and is included once. Each makes
  /// as many calls as the other may lose races, so that chance decides nothing here.
  @Test func callsAtOnceGetNoncesInTurn() async throws {
    let place = try TemporaryDirectory()
    let key = PrivateKey.generate()
    let directory = LedgerDirectory(place.path)
    try directory.create(genesis: Genesis(chainID: 1337, ledgerKey: key.address), key: key)
    let accounts = try (0..<2).map { _ in
      LedgerAccount(
        ledger: try EmbeddedLedger(directory, key: key, now: { WallClock.now }), key: key)
    }
    let receiver = PrivateKey.generate().address
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<2 * LedgerAccount.mostNonceRaces {
        group.addTask {
          try await accounts[index % 2].call(.deposit(to: receiver, amount: 1 << Amount(index)))
        }
      }
      try await group.waitForAll()
    }
    let ledger = accounts[0].ledger
    #expect(try await ledger.account(receiver).free == (1 << 16) - 1)
    #expect(try await ledger.account(key.address).lastNonce == 16)
  }

  /// A call that the rules refuse leaves no gap, and lets the next one through.
  @Test func aRefusedCallLetsTheNextOneThrough() async throws {
    let place = try TemporaryDirectory()
    let key = PrivateKey.generate()
    let directory = LedgerDirectory(place.path)
    try directory.create(genesis: Genesis(chainID: 1337, ledgerKey: key.address), key: key)
    let account = LedgerAccount(
      ledger: try EmbeddedLedger(directory, key: key, now: { WallClock.now }), key: key)
    await #expect(throws: LedgerError.self) { try await account.call(.withdraw(amount: 1)) }
    try await account.call(.deposit(to: account.address, amount: 5))
    try await account.call(.withdraw(amount: 1))
    #expect(try await account.ledger.account(account.address).lastNonce == 2)
  }

  @Test func theLockLetsOneInAtATimeInTheOrderOfArrival() async throws {
    actor Diary {
      var entered: [Int] = []
      var inside = 0
      var most = 0
      func enter(_ index: Int) {
        entered.append(index)
        inside += 1
        most = max(most, inside)
      }
      func leave() { inside -= 1 }
    }
    let lock = FirstComeLock()
    let diary = Diary()
    await lock.acquire()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<20 {
        group.addTask {
          await lock.acquire()
          await diary.enter(index)
          await Task.yield()
          await diary.leave()
          await lock.release()
        }
        while await lock.waiting.count <= index { await Task.yield() }
      }
      await lock.release()
    }
    #expect(await diary.entered == Array(0..<20))
    #expect(await diary.most == 1)
    #expect(await lock.waiting.isEmpty)
  }

  @Test func aLieIsToldAboutTheSameTasksAtEveryTry() {
    let tasks = (0..<300).map { Keccak256.hash("task \($0)") }
    let liar = FaultInjection(lieOneIn: 3)
    let lies = tasks.map(liar.lies)
    #expect(lies == tasks.map(FaultInjection(lieOneIn: 3).lies))
    #expect((60...140).contains(lies.count { $0 }), "about one in three: \(lies.count { $0 })")
    #expect(tasks.allSatisfy(FaultInjection(lieOneIn: 1).lies))
    #expect(!tasks.contains(where: FaultInjection.none.lies))
  }
}
