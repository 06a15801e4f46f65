internal import Receipts
internal import Workload

/// Hashes of parts of the state that only grow or never change, remembered between two state hashes. No part of the state:
/// without it the same hash comes out, later.
struct StateHashMemory: Hashable, Sendable, Codable {
  /// Of the lists of slots, by their epoch; a list never changes once it was made.
  fileprivate var lists: [EpochNumber: Bytes32] = [:]
  /// Of the present epoch's leaves so far.
  fileprivate var leaves = LeafHash(epoch: 0)

  /// Two states are the same whatever they remember.
  static func == (_: StateHashMemory, _: StateHashMemory) -> Bool { true }

  func hash(into _: inout Hasher) {}

  init() {}

  init(from _: any Decoder) {}

  func encode(to _: any Encoder) {}
}

/// The leaves of an epoch, hashed one after another as they come.
private struct LeafHash: Sendable {
  let epoch: EpochNumber
  private(set) var count = 0
  private var keccak = Keccak256()

  init(epoch: EpochNumber) { self.epoch = epoch }

  mutating func take(_ leaves: [ReceiptLeaf]) {
    for leaf in leaves[count...] { keccak.update(leaf.hash) }
    count = leaves.count
  }

  var hash: Bytes32 { keccak.finalized() }
}

extension ContributionState {
  /// The state's hash, of which the parts that stay are remembered: its cost is that of what changed since the last time,
  /// and of accounts and nodes.
  mutating func refreshedStateHash() -> Bytes32 {
    for bag in bags.indices where bags[bag].needsHash {
      bags[bag].tasks.hashPieces(by: StateHasher.hash)
      bags[bag].tasks.remember(hash: bags[bag].stateHash, escrow: bags[bag].escrow)
    }
    hashMemory.lists = Dictionary(uniqueKeysWithValues: lists.map { ($0.epoch, hash(of: $0)) })
    hashMemory.leaves = leafHash
    return stateHash
  }

  func hash(of list: EligibleList) -> Bytes32 { hashMemory.lists[list.epoch] ?? list.stateHash }

  var leavesHash: Bytes32 { leafHash.hash }

  private var leafHash: LeafHash {
    let known = hashMemory.leaves
    var hash = known.epoch == epoch && known.count <= leaves.count ? known : LeafHash(epoch: epoch)
    hash.take(leaves)
    return hash
  }
}

extension BagRecord {
  /// With its tasks as an array, as the rules make them.
  init(terms: BagTerms, escrow: Amount, tasks: [TaskState], firstQueued: Int, open: Int) {
    self.init(terms: terms, escrow: escrow, tasks: TaskList(tasks), firstQueued: firstQueued, open: open)
  }

  fileprivate var needsHash: Bool { tasks.hash(escrow: escrow) == nil }

  /// The bag's part of the state's hash.
  var stateHash: Bytes32 {
    if let known = tasks.hash(escrow: escrow) { return known }
    var hash = StateHasher()
    hash.add(self)
    return hash.finalized()
  }
}

extension EligibleList {
  /// The list's part of the state's hash.
  fileprivate var stateHash: Bytes32 {
    var hash = StateHasher()
    hash.add(epoch)
    hash.list(entries) {
      $0.add($1.node); $0.add($1.slot); $0.add($1.minimumPrice)
    }
    return hash.finalized()
  }
}
