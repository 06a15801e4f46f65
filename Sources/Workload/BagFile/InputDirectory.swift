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

  /// The directory that a file is in, as inputs are written relative to it.
  package init(of file: String, replacements: [String: String] = [:]) {
    self.init(LocalFile.directory(of: file), replacements: replacements)
  }

  /// Reads a regular file once, in chunks, for its digest and size.
  ///
  /// - Throws: what the system said, or that the path leaves the directory.
  package func identify(_ source: String) throws(InputFault) -> InputIdentity {
    let path = try locate(source)
    let file = RegularFile(path: path)
    var hash = SHA256()
    do throws(RegularFile.Fault) {
      let size = try file.read { hash.update($0) }
      return InputIdentity(path: path, digest: ContentDigest(sha256: hash.finalize()), size: ByteCount(size))
    } catch {
      throw fault(error, ofReading: source, at: path)
    }
  }

  private func locate(_ source: String) throws(InputFault) -> String {
    if let replacement = replacements[source] { return replacement }
    guard !source.utf8.contains(0), !source.isEmpty else { throw InputFault("is no path") }
    guard !source.hasPrefix("/") else {
      throw InputFault("is absolute; inputs are written relative to the bag file and lie in its directory")
    }
    guard !source.split(separator: "/").contains("..") else {
      throw InputFault(
        "leaves the directory of the bag file through '..'; copy it there, or name it by --with")
    }
    let path = directory == "/" ? "/" + source : directory + "/" + source
    // A symbolic link may lead out of the directory as well as '..' does.
    guard let base = Self.real(directory), let target = Self.real(path) else { return path }
    guard base == "/" || TaskRules.isWithin(target, base) else {
      throw InputFault(
        "is a link that leaves the directory of the bag file; copy it there, or name it by --with")
    }
    return target
  }

  private func fault(_ fault: RegularFile.Fault, ofReading source: String, at path: String) -> InputFault {
    guard fault == .system(ENOENT) else { return InputFault(fault.description + " (\(path))") }
    guard replacements[source] == nil else { return InputFault("was to be \(path), which does not exist") }
    let parent = source.lastIndex(of: "/").map { String(source[...$0]) } ?? ""
    // At most as many names as are worth comparing.
    let names = try? LocalFile.names(
      in: parent.isEmpty ? directory : directory + "/" + parent, atMost: 1000)
    let nearest = NearestKey.find(String(source.dropFirst(parent.count)), in: names ?? []).map { parent + $0 }
    return InputFault("does not exist (\(path))", nearest: nearest)
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
