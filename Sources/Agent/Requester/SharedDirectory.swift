package import Workload

/// What nodes and requesters of one machine share: the embedded ledger's directory.
package struct SharedDirectory: Sendable {
  package let path: String
  /// Bags, inputs and results by digest.
  package let content: ContentStore
  package let receipts: ReceiptStore

  package init(path: String) throws(FileError) {
    self.path = path
    content = try ContentStore(directory: "\(path)/blobs")
    receipts = try ReceiptStore(directory: "\(path)/receipts")
  }
}
