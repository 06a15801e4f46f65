import Foundation

/// An empty directory of a test's own, removed with its last holder.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "samovar-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    path = place.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
