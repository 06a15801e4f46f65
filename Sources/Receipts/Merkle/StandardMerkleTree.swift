package import Workload

/// The Merkle tree of OpenZeppelin's `@openzeppelin/merkle-tree`, whose proofs its `MerkleProof.sol` checks.
///
/// A complete binary tree in an array: the root first, the children of node i at 2i + 1 and 2i + 2, the
/// leaves last and in reverse. Pairs are hashed in order of their size, so that a proof needs no directions.
package struct StandardMerkleTree: Hashable, Sendable {
  /// All nodes, the root first.
  package let nodes: [Bytes32]
  /// Where each leaf stands in `nodes`, in the order in which the leaves were given.
  package let leafPositions: [Int]

  /// A tree over leaf hashes, which are sorted first unless `isSorted` is false (the library's `sortLeaves`).
  /// Nothing where there are none.
  package init?(leafHashes: [Bytes32], isSorted: Bool = true) {
    guard !leafHashes.isEmpty else { return nil }
    let order =
      isSorted ? leafHashes.indices.sorted { leafHashes[$0] < leafHashes[$1] } : Array(leafHashes.indices)
    var nodes = [Bytes32](repeating: .zero, count: 2 * leafHashes.count - 1)
    var positions = [Int](repeating: 0, count: leafHashes.count)
    for (rank, leaf) in order.enumerated() {
      let position = nodes.count - 1 - rank
      nodes[position] = leafHashes[leaf]
      positions[leaf] = position
    }
    for position in stride(from: leafHashes.count - 2, through: 0, by: -1) {
      nodes[position] = Self.parent(nodes[2 * position + 1], nodes[2 * position + 2])
    }
    self.nodes = nodes
    leafPositions = positions
  }

  /// A tree over values of one Solidity tuple type.
  package init?(values: [[ABI.Argument]], isSorted: Bool = true) {
    self.init(leafHashes: values.map(Self.leafHash), isSorted: isSorted)
  }

  package var root: Bytes32 { nodes[0] }

  /// The siblings from a leaf up to the root. `leaf` counts as the leaves were given.
  package func proof(ofLeaf leaf: Int) -> [Bytes32] {
    var position = leafPositions[leaf]
    var proof: [Bytes32] = []
    while position > 0 {
      proof.append(nodes[position.isMultiple(of: 2) ? position - 1 : position + 1])
      position = (position - 1) / 2
    }
    return proof
  }

  /// Whether `proof` leads from a leaf's hash to `root`.
  package static func verify(leafHash: Bytes32, proof: [Bytes32], root: Bytes32) -> Bool {
    self.root(leafHash: leafHash, proof: proof) == root
  }

  /// Where a leaf's hash and its siblings lead.
  package static func root(leafHash: Bytes32, proof: [Bytes32]) -> Bytes32 { proof.reduce(leafHash, parent) }

  /// Hashed twice, so that no inner node can pass for a leaf.
  package static func leafHash(_ value: [ABI.Argument]) -> Bytes32 {
    Keccak256.hash(Keccak256.hash(ABI.encode(value)).bytes)
  }

  private static func parent(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
    left < right ? Keccak256.hash(left, right) : Keccak256.hash(right, left)
  }
}
