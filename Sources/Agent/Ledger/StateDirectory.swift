import Receipts
package import Workload

/// What a node keeps, and the one ledger that it is for: its outbox knows what the node committed to there.
enum StateDirectory {
  static let bindingFile = "ledger"

  /// Remembers at the first start which ledger the directory is for, by the digest of its genesis, and refuses any other
  /// from then on.
  static func bind(_ path: String, to genesis: Bytes32) throws {
    let file = "\(path)/\(bindingFile)"
    guard LocalFile.exists(file) else {
      return try LocalFile.write(Array("\(genesis)\n".utf8), to: file)
    }
    let text = try LocalFile.readText(file, limit: .kibibytes(4)).filter { !$0.isWhitespace }
    guard Bytes32(hex: text) == genesis else {
      throw NodeSetupError.stateOfAnotherLedger(state: path, boundTo: text, configured: genesis)
    }
  }
}

/// Why a node can't start although its configuration reads well; the operator must act.
package enum NodeSetupError: Error, Hashable, Sendable, CustomStringConvertible {
  case stateOfAnotherLedger(state: String, boundTo: String, configured: Bytes32)
  /// The key file can't be unlocked with what is in the password file.
  case keyLocked(file: String, passwordFile: String, reason: String)

  package var description: String {
    switch self {
    case .stateOfAnotherLedger(let state, let bound, let configured):
      "the state directory \(state) is for the ledger of genesis \(bound), and the configuration names the one of "
        + "\(configured); correct `ledger:`, or give this ledger a `state:` of its own"
    case .keyLocked(let file, let passwordFile, let reason):
      "cannot unlock the key file \(file) with the password in \(passwordFile): \(reason)"
    }
  }
}
