package import Workload

/// A profile's file: found by name or given by its path.
package struct ProfileFile: Sendable {
  package let name: String
  package let path: String
  package let bytes: [UInt8]

  /// A file where it has a slash or ends in `.yaml` or `.json`, else searched for as `NAME.yaml`.
  package static func isPath(_ name: String) -> Bool {
    name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".json")
  }

  /// - Parameter directories: where a name that is no path is searched for, in this order.
  package init(_ name: String, directories: [String]) throws(SandboxError) {
    let paths = Self.isPath(name) ? [name] : directories.map { "\($0)/\(name).yaml" }
    for path in paths {
      guard let bytes = HostFile.read(path) else { continue }
      self.name = name
      self.path = path
      self.bytes = bytes
      return
    }
    throw .profileNotFound(name: name, searched: paths)
  }

  /// Reads it as a run does, from the cache where its bytes were read before.
  package func compiled(cache: CacheDirectory?) throws(SandboxError) -> CompiledProfile {
    try CompiledProfile.load(name, file: path, bytes: bytes, cache: cache)
  }

  /// Reads it as a run does, and names of system calls are judged too.
  package func checked() throws(Mistakes) -> Profile {
    try Profile.read(bytes, name: name, file: path, target: SeccompTarget.current.judgingNames()) {
      HostFile.read($0)
    }
  }
}
