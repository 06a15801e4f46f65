package import Workload

/// One leaf of a result's Merkle tree. Every leaf has the Solidity tuple `(string kind, string name, int64
/// number, uint64 size, bytes32 digest)`, so that any OpenZeppelin tool can build the tree again:
///
/// | what | kind | name | number | size | digest |
/// |---|---|---|---|---|---|
/// | outcome | `outcome` | see below | code, signal or 0 | 0 | see below |
/// | standard output | `stdout` | empty | 1 if truncated, else 0 | kept bytes | SHA-256 of the kept bytes |
/// | standard error | `stderr` | the same | | | |
/// | a kept file | `file` | its path | permission bits | bytes | SHA-256 |
///
/// Names of outcomes: `exited` with its code, `signalled` with its signal, `out-of-memory`, `timed-out`,
/// `denied-system-call`, `output-refused` with the SHA-256 of the path's UTF-8, `input-not-fetchable` with
/// the input's digest. All other fields of an outcome are zero.
package struct ResultLeaf: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable {
    case outcome
    case standardOutput = "stdout"
    case standardError = "stderr"
    case file
  }

  package var kind: Kind
  package var name: String
  package var number: Int64
  package var size: UInt64
  package var digest: Bytes32

  package init(kind: Kind, name: String = "", number: Int64 = 0, size: UInt64 = 0, digest: Bytes32 = .zero) {
    self.kind = kind
    self.name = name
    self.number = number
    self.size = size
    self.digest = digest
  }

  /// Solidity's types of the tuple, the `leafEncoding` of OpenZeppelin's library.
  package static let encoding = ["string", "string", "int64", "uint64", "bytes32"]

  package var values: [ABI.Argument] {
    [.string(kind.rawValue), .string(name), .word(number), .word(size), .word(digest)]
  }

  package var hash: Bytes32 { StandardMerkleTree.leafHash(values) }
}

extension ResultLeaf {
  /// Nothing for a run that was cancelled: it has no result.
  init?(_ outcome: RunOutcome) {
    switch outcome {
    case .exited(let code): self.init(kind: .outcome, name: "exited", number: Int64(code))
    case .signalled(let signal): self.init(kind: .outcome, name: "signalled", number: Int64(signal))
    case .outOfMemory: self.init(kind: .outcome, name: "out-of-memory")
    case .timedOut: self.init(kind: .outcome, name: "timed-out")
    case .deniedSystemCall: self.init(kind: .outcome, name: "denied-system-call")
    case .outputRefused(let path):
      self.init(kind: .outcome, name: "output-refused", digest: ContentDigest(of: path.utf8).sha256)
    case .inputNotFetchable(let digest):
      self.init(kind: .outcome, name: "input-not-fetchable", digest: digest.sha256)
    case .cancelled: return nil
    }
  }

  init(_ kind: Kind, _ stream: CapturedStream) {
    self.init(
      kind: kind, number: stream.isTruncated ? 1 : 0, size: stream.size.value, digest: stream.digest.sha256)
  }

  init(_ file: OutputFile) {
    self.init(
      kind: .file, name: file.path, number: Int64(file.mode), size: file.size.value,
      digest: file.digest.sha256)
  }
}
