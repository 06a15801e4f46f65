import Ledger
import Receipts
import Testing
import Workload

@Suite struct DrawTests {
  /// Fisher and Yates as textbooks have it, with the whole array, and the remainder of 256 bits digit by
  /// digit.
  private func shuffled(seed: Bytes32, task: TaskID, round: UInt32, count: Int) -> [Int] {
    var slots = Array(0..<count)
    for place in 0..<count {
      var bytes = seed.bytes + task.word.bytes
      for number in [round, UInt32(place)] {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
      }
      var remainder = 0
      for byte in Keccak256.hash(bytes).bytes { remainder = (remainder * 256 + Int(byte)) % (count - place) }
      slots.swapAt(place, place + remainder)
    }
    return slots
  }

  @Test(arguments: [1, 2, 3, 17, 300])
  func permutationIsTheTextbooks(count: Int) {
    let (seed, task) = (Keccak256.hash("seed"), TaskID(word: Keccak256.hash("task")))
    for round in 0..<3 as Range<UInt32> {
      var permutation = Permutation(seed: seed, task: task, round: round, count: count)
      var order: [Int] = []
      while let index = permutation.next() { order.append(index) }
      #expect(order == shuffled(seed: seed, task: task, round: round, count: count))
      #expect(order.sorted() == Array(0..<count))
    }
  }

  @Test func everyPlaceIsDrawnAboutEquallyOften() {
    var counts = [Int](repeating: 0, count: 5)
    for number in 0..<2_000 as Range<UInt64> {
      let task = TaskID(word: Bytes32(0, 0, number, 0))
      var permutation = Permutation(seed: Keccak256.hash("s"), task: task, round: 0, count: 5)
      if let first = permutation.next() { counts[first] += 1 }
    }
    // Binomial(2000, 1/5): 400 ± 18; five standard deviations.
    #expect(counts.allSatisfy { abs($0 - 400) < 90 }, "\(counts)")
  }

  /// 7: anyone can repeat a draw from the list, the seed, the task and the round.
  @Test func anAssignmentIsRecomputed() throws {
    let members = (1...12).map { Member($0, operatorNumber: $0 == 12 ? 1 : $0, site: $0 == 3 ? 2 : $0) }
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members {
      try chain.join(member, minimumPrice: member.node == members[4].node ? 2_000_000 : 1)
    }
    try chain.block(12)
    let bag = try chain.post(order(tasks: 20, cap: 5), by: requesterAddress)
    try chain.block(5)
    for index in 0..<3 as Range<UInt32> {
      let task = bag.task(index)
      let before = chain.state
      let events = try chain.call(.assign(task), by: crankAddress)
      guard case .roundOpened(let opening) = events.first else { throw Unexpected() }
      let list = try #require(before.lists.first { $0.epoch == opening.listEpoch })
      var expected: [Address] = []
      var operators: Set<Address> = []
      var sites: Set<Bytes32> = []
      for entry in shuffled(seed: opening.seed, task: task, round: 0, count: list.entries.count).map({
        list.entries[$0]
      }) {
        let node = try #require(before.node(entry.node))
        guard entry.minimumPrice <= 1_000_000, node.slots[Int(entry.slot)].running == nil,
          !operators.contains(node.operatorAddress), !sites.contains(node.registration.site)
        else { continue }
        operators.insert(node.operatorAddress)
        sites.insert(node.registration.site)
        expected.append(entry.node)
        // All are strangers, so three are drawn for trust 2.
        if expected.count == 3 { break }
      }
      #expect(opening.seed == before.seed)
      #expect(!opening.isLowDiversity)
      let drawn = events.compactMap { if case .drawn(let name, _, _) = $0 { name.node } else { nil } }
      #expect(drawn == expected)
    }
  }

  /// 8: what is created after a seed is known is never drawn with it.
  @Test func offersAndTasksWaitForALaterSeed() throws {
    let members = [Member(1), Member(2)]
    var chain = try Chain(demoGenesis(members: members))
    try chain.block(5)  // epoch 1
    for member in members { try chain.join(member) }
    let early = try chain.post(order(), by: requesterAddress)
    #expect(throws: Rejection.tooEarly(from: 10)) { try chain.call(.assign(early.task(0)), by: crankAddress) }
    try chain.block(9)  // epoch 2, its last block
    #expect(chain.state.epoch == 2)
    #expect(throws: Rejection.notEnoughSlots(found: 0, needed: 2)) {
      try chain.call(.assign(early.task(0)), by: crankAddress)
    }
    try chain.block()  // epoch 3: two after that of the offers
    try chain.call(.assign(early.task(0)), by: crankAddress)
    #expect(try chain.task(early.task(0)).name == "ASSIGNED")
  }

  @Test func aWithdrawnOfferCountsForOneMoreEpoch() throws {
    let members = [Member(1), Member(2)]
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member) }
    try chain.block(14)  // epoch 3
    try chain.call(.withdrawOffer, by: members[0].node)
    let counts = try (3...5).map { epoch in
      try chain.block(epoch == 3 ? 0 : 5)
      return try #require(chain.state.lists.first { $0.epoch == epoch }).entries.count
    }
    #expect(counts == [2, 2, 1])
    #expect(throws: Rejection.self) { try chain.call(.withdrawOffer, by: members[0].node) }
  }

  @Test func aDeclineIsFilledFromTheSamePermutation() throws {
    let members = (1...9).map { Member($0) }
    var chain = try Chain(demoGenesis(members: members))
    try chain.block()
    for member in members { try chain.join(member) }
    let bag = try chain.post(order(cap: 3), by: requesterAddress)
    try chain.block(15)
    let task = bag.task(0)
    let list = try #require(chain.state.lists.first { $0.epoch == chain.state.epoch })
    let sequence = shuffled(seed: chain.state.seed, task: task, round: 0, count: 9).map {
      list.entries[$0].node
    }
    try chain.call(.assign(task), by: crankAddress)
    #expect(try chain.task(task).panel?.replicas.map(\.node) == Array(sequence[0..<3]))
    try chain.block(6)  // another epoch: the old permutation goes on
    try chain.call(.expire(task), by: crankAddress)
    #expect(try chain.task(task).panel?.replicas.map(\.node) == Array(sequence[0..<6]))
    try chain.call(.decline(task, round: 0), by: sequence[4])
    #expect(try chain.task(task).panel?.replicas.map(\.node) == Array(sequence[0..<7]))
    #expect(
      try chain.task(task).panel?.replicas.map(\.status.name) == [
        "TIMED_OUT", "TIMED_OUT", "TIMED_OUT", "ASSIGNED", "DECLINED", "ASSIGNED", "ASSIGNED",
      ])
    // A late node pays p/10; the first decline of an epoch is free.
    #expect(chain.state.node(sequence[0])?.slashed == 100_000)
    #expect(chain.state.node(sequence[4])?.slashed == 0)
  }
}
