package import Workload

/// Which images a node runs.
package struct ImageCapacity: Hashable, Sendable, Codable {
  /// Where images may come from: `HOST[:PORT]` for a whole registry, `HOST[:PORT]/NAME` for a repository and those below
  /// it.
  package var registries: [String]
  /// What one image's layers may be together, as they are fetched.
  package var largest: ByteCount

  package init(registries: [String], largest: ByteCount) {
    self.registries = registries
    self.largest = largest
  }

  /// Whether the node asks the image's registry at all.
  package func allows(_ image: PinnedImage) -> Bool {
    guard let repository = image.repository else { return false }
    return registries.contains { repository == $0 || repository.hasPrefix($0 + "/") }
  }
}

/// What a node found out about a task's image before it took the task.
package enum ImageFinding: Hashable, Sendable {
  /// It can run here; its layers are so large as they are fetched.
  case usable(size: ByteCount)
  /// It can't, for this reason.
  case unusable(String)
}
