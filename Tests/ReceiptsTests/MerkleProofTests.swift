import Receipts
import TestSupport
import Testing
import Workload

@Suite struct MerkleProofTests {
  /// Of every size, so of trees that are full and of all that are not.
  @Test(arguments: 1...40) func everyLeafOfATreeIsProvenAndNothingElse(size: Int) throws {
    let leaves = (0..<size).map { StandardMerkleTree.leafHash([.word(UInt64($0)), .word(UInt64(size))]) }
    let stranger = StandardMerkleTree.leafHash([.word(UInt64(size)), .word(UInt64(size))])
    for isSorted in [true, false] {
      let tree = try #require(StandardMerkleTree(leafHashes: leaves, isSorted: isSorted))
      for (index, leaf) in leaves.enumerated() {
        let proof = tree.proof(ofLeaf: index)
        #expect(StandardMerkleTree.verify(leafHash: leaf, proof: proof, root: tree.root))
        #expect(!StandardMerkleTree.verify(leafHash: stranger, proof: proof, root: tree.root))
        // As deep as a complete tree of so many leaves, give or take the last row.
        #expect(proof.count <= Int.bitWidth - (size - 1).leadingZeroBitCount)
        for (place, sibling) in proof.enumerated() {
          var wrong = proof
          wrong[place] = Keccak256.hash(sibling.bytes)
          #expect(!StandardMerkleTree.verify(leafHash: leaf, proof: wrong, root: tree.root))
          wrong.remove(at: place)
          #expect(!StandardMerkleTree.verify(leafHash: leaf, proof: wrong, root: tree.root))
        }
      }
    }
  }
}
