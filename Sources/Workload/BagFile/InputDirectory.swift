private import Glibc

/// The files beside a bag file, from which its inputs are read. Nothing outside of the directory is: a bag file that
/// somebody else wrote must not publish `~/.ssh`.
package struct InputDirectory: Sendable {
  private let directory: String
  private let replacements: [String: String]

  /// - Parameter replacements: real paths for sources as the bag file writes them, such as a program that was
  ///   built elsewhere. They may lie anywhere.
  package init(_ directory: String, replacements: [String: String] = [:]) {
    self.directory = directory.isEmpty ? "." : directory
    self.replacements = replacements
  }

  /// Reads a regular file once, in chunks, for its digest and size.
  ///
  /// - Throws: what the system said, or that the path leaves the directory.
  package func identify(_ source: String) throws(InputFault) -> InputIdentity {
    throw InputFault("is not read yet")
  }
}
