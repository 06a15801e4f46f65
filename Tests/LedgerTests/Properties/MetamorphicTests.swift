import Ledger
import Receipts
import TestSupport
import Testing
import Workload

/// Histories that differ only in what must not matter.
@Suite struct MetamorphicTests {
  /// Reveals that follow one another, each by its own node, in another order.
  @Test(arguments: 11...16 as ClosedRange<UInt64>) func i15TheOrderOfRevealsDoesNotMatter(seed: UInt64) throws
  {
    let walk = try Walks.walk(seed: seed)
    var random = SplitMix64(seed)
    var permuted: [Chain.Entry] = []
    var run: [Chain.Entry] = []
    var moved = 0
    for entry in walk.chain.entries {
      if case .call(.reveal, let from, _) = entry, !run.contains(where: { $0.sender == from }) {
        run.append(entry)
        continue
      }
      moved += run.count > 1 ? run.count : 0
      permuted += run.shuffled(using: &random)
      run = []
      permuted.append(entry)
    }
    permuted += run
    #expect(moved > 20)
    #expect(try walk.chain.told(permuted).stateHash == walk.chain.state.stateHash)
  }

  /// Who cranks leaves only a nonce behind; all crankers' last nonces are made equal at the end.
  @Test(arguments: 21...24 as ClosedRange<UInt64>) func i15WhoCranksDoesNotMatter(seed: UInt64) throws {
    let walk = try Walks.walk(seed: seed)
    var random = SplitMix64(seed)
    let crankers = (1...3).map { address($0, 9) }
    let ends = crankers.map { Chain.Entry.call(.deposit(to: $0, amount: 1), from: ledgerAddress, nonce: 0) }
    let hashes = try (0..<2).map { _ in
      var entries = walk.chain.entries.map { entry in
        guard case .call(let call, let from, let nonce) = entry, from == crankAddress else { return entry }
        return .call(call, from: crankers.randomElement(using: &random) ?? from, nonce: nonce)
      }
      for (number, end) in ends.enumerated() {
        guard case .call(let call, let from, _) = end else { continue }
        entries.append(.call(call, from: from, nonce: (1 << 40) + UInt64(number)))
        entries.append(.call(.withdraw(amount: 1), from: crankers[number], nonce: 1 << 40))
      }
      return try walk.chain.told(entries).stateHash
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test(arguments: 31...36 as ClosedRange<UInt64>) func i16ReplayGivesTheSameHash(seed: UInt64) throws {
    let walk = try Walks.walk(seed: seed)
    #expect(try walk.chain.replayed().stateHash == walk.chain.state.stateHash)
  }

  /// Twice the prices, bonds and deposits: twice the flows, up to the rounding of each.
  @Test(arguments: [42, 44, 46, 48] as [UInt64]) func i22DoublingPricesDoublesFlows(seed: UInt64) throws {
    var walks = try [1, 2].map { try Walk(seed: seed, unit: $0) }
    for index in walks.indices {
      try walks[index].run(blocks: 120)
      try walks[index].drain()
      #expect(walks[index].checker.violations.isEmpty)
    }
    let (single, double) = (walks[0].chain, walks[1].chain)
    #expect(single.events.map(\.kind) == double.events.map(\.kind), "the same happens")
    let roundings = Double(single.events.count)
    for (address, account) in single.state.accounts {
      let start = Amount(single.state.genesis.deposits[address]?.value ?? 0)
      let flows = [account.free, double.state.account(address).free].map { Double($0) - Double(start) }
      #expect(abs(flows[1] - 2 * flows[0]) <= roundings, "\(address)")
    }
    let pools = [\Pools.burned, \.treasury, \.auditPool]
    for pool in pools {
      let flows = [single, double].map { Double($0.state.pools[keyPath: pool]) }
      #expect(abs(flows[1] - 2 * flows[0]) <= roundings)
    }
    #expect(single.state.pools.burned > 0 && single.state.pools.treasury > 0)
  }
}

extension Chain.Entry {
  fileprivate var sender: Address? { if case .call(_, let from, _) = self { from } else { nil } }
}

extension Event {
  /// Its name without what is in it.
  fileprivate var kind: Substring { "\(self)".prefix { $0 != "(" } }
}
