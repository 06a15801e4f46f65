package import Receipts
package import Workload

/// Signed receipts with their statements by the hash that the ledger knows: `<receipt hash>.json` in a directory that
/// nodes and requesters of one machine share.
package struct ReceiptStore: Sendable {
  package let directory: String

  package init(directory: String) throws(FileError) {
    self.directory = directory
    try LocalFile.makeDirectory(directory)
  }

  package func path(of hash: Bytes32) -> String { "\(directory)/\(hash.hex).json" }

  package func put(_ receipt: SignedReceipt) throws {
    try LocalFile.write(receipt.encoded(pretty: true), to: path(of: receipt.hash))
  }

  /// The receipt, if it is the one that the hash names; nothing where it isn't there.
  package func receipt(_ hash: Bytes32) throws -> SignedReceipt? {
    let path = path(of: hash)
    guard LocalFile.exists(path) else { return nil }
    let receipt = try SignedReceipt(decoding: LocalFile.read(path, limit: .mebibytes(16)))
    guard receipt.hash == hash else { throw ReceiptStoreError.otherReceipt(path: path, found: receipt.hash) }
    return receipt
  }
}

package enum ReceiptStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  case otherReceipt(path: String, found: Bytes32)

  package var description: String {
    switch self {
    case .otherReceipt(let path, let found):
      "\(path) holds the receipt \(found); remove it and fetch the right one from the node that signed it"
    }
  }
}
