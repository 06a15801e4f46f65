internal import Glibc

/// What the conditions of a policy's rules are judged by: `includes` and `excludes` of Docker's form.
struct SeccompTarget: Sendable, Hashable {
  /// As Go names it: amd64, arm64.
  var architecture: String
  var kernel: KernelVersion
  /// Names of system calls that a person may have written; nothing where names aren't judged.
  var knownNames: Set<String>?

  struct KernelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    var major: Int
    var minor: Int

    /// The first two numbers of `6.12.117+deb12-amd64`.
    init?(_ text: String) {
      let numbers = text.split(separator: ".").prefix(2).map { part in Int(part.prefix { $0.isNumber }) }
      guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
      self.major = major
      self.minor = minor
    }

    static func < (left: KernelVersion, right: KernelVersion) -> Bool {
      (left.major, left.minor) < (right.major, right.minor)
    }

    var description: String { "\(major).\(minor)" }
  }

  /// This machine. A kernel whose version can't be read counts as 0.0: no rule that needs a newer one applies.
  static let current: SeccompTarget = {
    var name = utsname()
    let isThere = uname(&name) == 0
    let release = withUnsafeBytes(of: &name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    #if arch(x86_64)
      let architecture = "amd64"
    #elseif arch(arm64)
      let architecture = "arm64"
    #else
      let architecture = "unknown"
    #endif
    let kernel = (isThere ? KernelVersion(release) : nil) ?? KernelVersion("0.0")
    guard let kernel else { preconditionFailure("0.0 is a version") }
    return SeccompTarget(architecture: architecture, kernel: kernel)
  }()

  /// The same, with names not judged.
  var withoutNames: SeccompTarget { SeccompTarget(architecture: architecture, kernel: kernel) }

  /// The same, with names judged.
  func judgingNames() -> SeccompTarget {
    var target = self
    target.knownNames = Set(SystemCalls.names.values)
    return target
  }
}
