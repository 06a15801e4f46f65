import Ledger
import Receipts
import TestSupport
import Testing
import Workload

extension Chain {
  /// What the chain says of a task, as an auditor who reads it from its beginning finds it.
  func record(of task: TaskID) throws -> TaskRecord {
    var state = try ContributionState(genesis: self.state.genesis, signatures: .assumeValid)
    var recorder = TaskRecorder(task: task)
    for entry in entries {
      let before = state
      let events = try entry.apply(to: &state)
      guard case .call(let call, let from, _) = entry else { continue }
      recorder.saw(
        call, from: from, block: nil, height: state.height, events: events,
        states: recorder.needsStates(for: call) ? (before, state) : nil)
    }
    recorder.end(at: state)
    return try #require(recorder.record)
  }
}

extension TaskStory {
  /// As it is printed, without the breaks of lines that a terminal asks for.
  var text: String {
    let told = chapters.map { chapter in
      ([chapter.title] + chapter.lines.map { "  " + $0 }).joined(separator: "\n")
    }
    let chart = ["Timeline"] + TimelineChart(timeline, width: 100).lines.map { "  " + $0 }
    return (told + [chart.joined(separator: "\n")]).joined(separator: "\n\n") + "\n"
  }
}

/// A network of liars, sleepers and shy nodes, driven by a seed.
struct StoryNetwork {
  var chain: Chain
  private var random: SplitMix64
  private let members: [Member]

  init(seed: UInt64, determinism: Determinism) throws {
    random = SplitMix64(seed)
    // Two of the ten share an operator, two a site, and there are two hardware classes.
    members = (1...10).map { number in
      var member = Member(number, operatorNumber: number == 10 ? 1 : number, site: number == 7 ? 6 : number)
      member.hardwareClass = Bytes32(UInt128(number % 2))
      return member
    }
    chain = try Chain(
      demoGenesis(members: members) {
        $0.juryLead = 1 + UInt32(seed % 2)
        $0.auditRate = 4_000
        $0.auditRateAlert = 6_000
        $0.holdBlocks = 40
        $0.unbondingBlocks = 40 + 48 * 50 + 5
      })
    try chain.block()
    for member in members {
      let price: Amount = random.chance(15) ? 2_000_000 : 1
      try chain.join(member, bond: random.chance(15) ? 30_000_000 : 90_000_000, slots: 2, minimumPrice: price)
    }
    for _ in 0..<4 {
      try chain.post(order(tasks: 4, trust: 10, cap: 5, determinism: determinism), by: requesterAddress)
      try chain.block(3)
    }
  }

  mutating func run() throws {
    for _ in 0..<500 where chain.state.bags.contains(where: { $0.open > 0 }) {
      try chain.block()
      for member in members where random.chance(75) { try work(member) }
      for call in chain.state.dueCalls(limit: 30) { try crank(call) }
    }
  }

  /// A call before it in the block may have taken its slots, or banned a winner.
  private mutating func crank(_ call: Call) throws {
    do {
      try chain.crank(call)
    } catch let rejection as Rejection {
      guard case .wrongPhase = rejection else { throw rejection }
    }
  }

  private mutating func work(_ member: Member) throws {
    for duty in chain.state.duties(of: member.node)
    where duty.action != .awaitSeal && chain.state.height <= duty.deadline {
      let name = duty.replica
      if [.acknowledge, .commit].contains(duty.action), random.chance(10) {
        try chain.call(.decline(name.task, round: name.round), by: name.node)
      } else if duty.mayExtend, random.chance(10) {
        try chain.call(.extend(name.task, round: name.round), by: name.node)
      } else if !random.chance(10) {
        let lie = random.chance(50) ? Bytes32(666) : Bytes32(UInt128(member.node.word.words[3]))
        let root = random.chance(8) ? lie : honest(name.task)
        try chain.perform(duty, root: root, hardwareClass: member.hardwareClass)
      }
    }
  }
}
