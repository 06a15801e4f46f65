/// One run that was placed: the specification, and where its inputs are on this machine.
package struct RunRequest: Sendable {
  package var specification: TaskSpec
  /// Local path of each input's bytes, already checked against its digest, by digest.
  package var inputPaths: [ContentDigest: String]
  /// Where kept outputs, `stdout` and `stderr` are written: an empty directory of the host. Nothing where no output is
  /// kept: the streams are in memory then.
  package var outputDirectory: String?
  /// Name of the sandbox profile, a file of `sandbox-profiles/`.
  package var profile: String
  /// Processors that the run may use; empty for all.
  package var processors: [Int]
  /// The unpacked image that is the root, where the specification's root is one.
  package var image: ImageRoot?
  /// A file of the host that the payload reads as its standard input; without one it reads nothing.
  package var standardInput: String?
  /// Directories of the host that the payload may write to: for programs of our own that take untrusted input apart,
  /// never for a task.
  package var writableDirectories: [WritableDirectory] = []

  package init(
    specification: TaskSpec, inputPaths: [ContentDigest: String], outputDirectory: String?,
    profile: String = "batch",
    processors: [Int] = []
  ) {
    self.specification = specification
    self.inputPaths = inputPaths
    self.outputDirectory = outputDirectory
    self.profile = profile
    self.processors = processors
  }
}

/// An OCI image, unpacked on this machine: what of it the sandbox needs to make it a root.
package struct ImageRoot: Sendable, Hashable {
  /// Directories of the host, the lowest layer first. All files in them belong to `SandboxID.store`, or to the agent's
  /// user where that is not root. Whiteouts stand in them as overlayfs with `userxattr` reads them: character devices
  /// 0:0, and `user.overlay.opaque` = `y` on opaque directories.
  package var layers: [String]
  /// The id that the payload has inside: the image's user.
  package var user: UInt32
  package var group: UInt32
  /// Absolute, in the sandbox; where the payload starts.
  package var workingDirectory: String

  package init(layers: [String], user: UInt32, group: UInt32, workingDirectory: String) {
    self.layers = layers
    self.user = user
    self.group = group
    self.workingDirectory = workingDirectory
  }
}

/// A directory of the host at a place in the sandbox, writable there.
package struct WritableDirectory: Sendable, Hashable {
  package var source: String
  /// Absolute, in the sandbox.
  package var target: String

  package init(source: String, target: String) {
    self.source = source
    self.target = target
  }
}
