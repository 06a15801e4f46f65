package import Workload

/// The Merkle tree of what a run resulted in. Its root is what nodes vote on; a proof shows one output file
/// without the others.
package struct ResultTree: Hashable, Sendable {
  /// The outcome, standard output, standard error, then files by path.
  package let leaves: [ResultLeaf]
  package let tree: StandardMerkleTree

  package var root: Bytes32 { tree.root }

  /// Nothing for a run that was cancelled.
  ///
  /// Where the memory limit or the time limit ended the run, or an input was missing, the outcome is the only
  /// leaf: how far the output had come by then is a matter of the machine's speed, and honest nodes would not
  /// agree.
  package init?(of run: CompletedRun) {
    guard let outcome = ResultLeaf(run.outcome) else { return nil }
    var leaves = [outcome]
    if run.outcome.outputIsReproducible {
      leaves.append(ResultLeaf(.standardOutput, run.standardOutput))
      leaves.append(ResultLeaf(.standardError, run.standardError))
      leaves += run.outputs.sorted { $0.path < $1.path }.map { ResultLeaf($0) }
    }
    self.init(leaves: leaves)
  }

  /// Nothing where there are no leaves.
  package init?(leaves: [ResultLeaf]) {
    guard let tree = StandardMerkleTree(leafHashes: leaves.map(\.hash)) else { return nil }
    self.leaves = leaves
    self.tree = tree
  }
}

extension RunOutcome {
  /// Whether the bytes that were written are the task's own doing rather than the moment at which it was
  /// stopped.
  var outputIsReproducible: Bool {
    switch self {
    case .exited, .signalled, .deniedSystemCall, .outputRefused: true
    case .outOfMemory, .timedOut, .inputNotFetchable, .cancelled: false
    }
  }
}

/// What is voted on for a run: see `ResultLeaf` for the exact encoding. Usage and times stay out of it, since
/// they differ from node to node. Nothing for a run that was cancelled.
package func resultRoot(of run: CompletedRun) -> Bytes32? {
  ResultTree(of: run)?.root
}
