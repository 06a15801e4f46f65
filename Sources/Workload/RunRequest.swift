/// One run that was placed: the specification, and where its inputs are on this machine.
package struct RunRequest: Sendable {
  package var specification: TaskSpec
  /// Local path of each input's bytes, already checked against its digest, by digest.
  package var inputPaths: [ContentDigest: String]
  /// Where kept outputs, `stdout` and `stderr` are written: an empty directory of the host.
  package var outputDirectory: String
  /// Name of the sandbox profile, a file of `sandbox-profiles/`.
  package var profile: String
  /// Processors that the run may use; empty for all.
  package var processors: [Int]

  package init(
    specification: TaskSpec, inputPaths: [ContentDigest: String], outputDirectory: String,
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
