package import Sandbox
package import Workload

/// Why an image can't be had or run, sorted by who must act. Nothing of an image has run when one is thrown.
package enum ImageError: Error, Hashable, Sendable {
  /// The user: the reference isn't written as one.
  case badReference(String, reason: String)
  /// The user: what the reference names isn't there.
  case absent(String, remedy: String)
  /// The maker of the image: bytes aren't what their descriptor says, or the image contradicts itself.
  case untrue(String)
  /// The maker of the image: it asks for something that no image gets here.
  case refused(String)
  /// The user: a sound image that this machine can't run.
  case unsuitable(String, remedy: String)
  /// The user: the image has no such command.
  case noCommand(String, remedy: String)
  /// The registry's operator, or the network's.
  case registry(String, remedy: String)
  /// This machine's operator: the cache may not take as much as the image needs.
  case noRoom(String)
  /// This machine's operator.
  case file(FileError)
  case sandbox(SandboxError)
  case machine(String)
  case cancelled

  /// Whether the same may succeed soon without anybody doing something about it. A registry that didn't answer was asked
  /// several times already.
  package var isTransient: Bool {
    switch self {
    case .cancelled: true
    case .sandbox(let error): error.isTransient
    default: false
    }
  }

  /// 126 and 127 as a shell has them, else 125: nothing was run.
  package var exitStatus: Int32 {
    switch self {
    case .unsuitable: 126
    case .noCommand: 127
    case .cancelled: 130
    default: 125
    }
  }
}

extension ImageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .badReference(let text, let reason):
      """
      '\(text)' is no image: \(reason); write oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG] or \
      docker://HOST[:PORT]/NAME[:TAG][@DIGEST]
      """
    case .absent(let what, let remedy), .unsuitable(let what, let remedy), .noCommand(let what, let remedy),
      .registry(let what, let remedy):
      "\(what); \(remedy)"
    case .untrue(let what): "\(what); don't use this image before its maker has explained that"
    case .noRoom(let what): "\(what); give the cache a greater budget, or take a smaller image"
    case .refused(let what): "\(what); have the image made without it"
    case .file(let error): "\(error)"
    case .sandbox(let error): "\(error)"
    case .machine(let what): what
    case .cancelled: "cancelled"
    }
  }
}

/// Turns a file's refusal into an image's error.
func filing<Value>(_ body: () throws(FileError) -> Value) throws(ImageError) -> Value {
  do throws(FileError) { return try body() } catch { throw .file(error) }
}
