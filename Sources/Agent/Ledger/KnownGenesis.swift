import Workload

/// The ledger that a node works on, remembered in its state directory: a node that is pointed at another one must not vote
/// there with what it promised here.
struct KnownGenesis {
  private let path: String

  init(stateDirectory: String) {
    path = "\(stateDirectory)/genesis"
  }

  /// The digest that the node first saw; nothing before its first start.
  func read() throws -> Bytes32? {
    guard LocalFile.exists(path) else { return nil }
    let text = try LocalFile.readText(path, limit: .kibibytes(1))
    guard let digest = Bytes32(hex: text.filter { !$0.isWhitespace }) else {
      throw KnownGenesisError.unreadable(path: path)
    }
    return digest
  }

  func write(_ digest: Bytes32) throws(FileError) {
    if !LocalFile.exists(path) { try LocalFile.write(Array("\(digest)\n".utf8), to: path) }
  }
}

enum KnownGenesisError: Error, CustomStringConvertible {
  case unreadable(path: String)

  var description: String {
    switch self {
    case .unreadable(let path):
      "\(path) should hold the digest of the node's ledger; write there what `samovar ledger show` says, or remove it"
    }
  }
}
