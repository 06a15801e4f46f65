private import Glibc
package import Receipts
private import Workload

/// Where an embedded ledger lies: `ledger.sqlite` with its log, `genesis.json`, and `ledger.key` where this machine's
/// processes may write blocks.
package struct LedgerDirectory: Hashable, Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path
  }

  package var database: String { "\(path)/ledger.sqlite" }
  package var genesisFile: String { "\(path)/genesis.json" }
  package var keyFile: String { "\(path)/ledger.key" }

  /// Makes a ledger of no blocks. Where `key` is given it is written to `ledger.key`, for the owner only; leave it out
  /// where it is kept elsewhere, as in a keystore.
  ///
  /// Throws `LedgerFileError`, `GenesisError` or `FileError`. The genesis is written last: without it there is no
  /// ledger, and making it may be tried again.
  package func create(genesis: Genesis, key: PrivateKey? = nil) throws {
    guard !LocalFile.exists(genesisFile) else { throw LedgerFileError.exists(path: path) }
    if let key, key.address != genesis.ledgerKey {
      throw LedgerFileError.otherKey(path: path, expected: "\(genesis.ledgerKey)", found: "\(key.address)")
    }
    let json = try genesis.json
    try LocalFile.makeDirectory(path)
    for leftover in [database, "\(database)-wal", "\(database)-shm"] where LocalFile.exists(leftover) {
      try LocalFile.remove(leftover)
    }
    try CheckpointFiles(directory: path).removeAll()
    try BlockStore.create(path: database, genesis: String(decoding: json, as: UTF8.self))
    if let key {
      let text = key.withBytes { Hex.encode($0) + "\n" }
      try LocalFile.write(Array(text.utf8), to: keyFile, mode: 0o600)
    }
    try LocalFile.write(json, to: genesisFile, mode: 0o644)
  }

  /// Throws `.absent` where there is no ledger, and `GenesisError`.
  package func genesis() throws -> Genesis {
    guard LocalFile.exists(genesisFile) else { throw LedgerFileError.absent(path: path) }
    return try Genesis(json: try LocalFile.read(genesisFile, limit: .mebibytes(16)))
  }

  /// The key in `ledger.key`; nothing where there is none, so that the ledger can be followed but not written. Refuses a
  /// file that others may read.
  package func key() throws -> PrivateKey? {
    guard LocalFile.exists(keyFile) else { return nil }
    var status = stat()
    guard stat(keyFile, &status) == 0 else { throw FileError("look at", keyFile, code: errno) }
    guard status.st_mode & 0o077 == 0 else {
      throw LedgerFileError.inaccessible(
        path: keyFile,
        detail:
          "mode \(String(status.st_mode & 0o777, radix: 8)) lets others read the ledger's key; take that away with `chmod 600`"
      )
    }
    let text = try LocalFile.readText(keyFile, limit: .kibibytes(4))
    guard let bytes = Hex.decode(text.filter { !$0.isWhitespace }), let key = try? PrivateKey(bytes: bytes)
    else {
      throw LedgerFileError.otherFormat(
        path: keyFile, detail: "it should hold 64 hexadecimal digits of a private key")
    }
    return key
  }
}
