package import Workload

/// A profile's file: found by name or given by its path.
package struct ProfileFile: Sendable {
  package let name: String
  package let path: String
  package let bytes: [UInt8]

  /// - Parameters:
  ///   - name: a file where it has a slash or ends in `.yaml` or `.json`, else searched for as `NAME.yaml`.
  ///   - directories: in which order.
  package init(_ name: String, directories: [String]) throws(SandboxError) {
    let isPath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".json")
    let paths = isPath ? [name] : directories.map { "\($0)/\(name).yaml" }
    for path in paths {
      guard let bytes = HostFile.read(path) else { continue }
      self.name = name
      self.path = path
      self.bytes = bytes
      return
    }
    throw .profileNotFound(name: name, searched: paths)
  }

  /// Reads it as a run does, and names of system calls are judged too.
  package func checked() throws(Mistakes) -> Profile {
    try Profile.read(bytes, name: name, file: path, target: SeccompTarget.current.judgingNames()) {
      HostFile.read($0)
    }
  }
}
