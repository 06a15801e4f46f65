/// The OCI runtime specification's `linux.seccomp`, as far as a filter without a supervisor can carry it out.
package struct SeccompPolicy: Sendable, Hashable {
  /// What the kernel does on a call; SECCOMP_RET_* of seccomp(2).
  package enum Action: Sendable, Hashable {
    case allow
    case log
    case errno(UInt16)
    case trap
    case killThread
    case killProcess

    /// The call goes through.
    package var isPermissive: Bool { self == .allow || self == .log }
  }

  package enum Comparison: String, Sendable, Hashable, CaseIterable {
    case notEqual = "SCMP_CMP_NE"
    case less = "SCMP_CMP_LT"
    case lessOrEqual = "SCMP_CMP_LE"
    case equal = "SCMP_CMP_EQ"
    case greaterOrEqual = "SCMP_CMP_GE"
    case greater = "SCMP_CMP_GT"
    /// `argument & value == valueTwo`.
    case maskedEqual = "SCMP_CMP_MASKED_EQ"
  }

  package struct Argument: Sendable, Hashable {
    /// 0 to 5.
    package var index: UInt32
    package var value: UInt64
    package var valueTwo: UInt64
    package var comparison: Comparison
  }

  /// All arguments must match; several rules of one name are alternatives.
  package struct Rule: Sendable, Hashable {
    package var names: [String]
    package var action: Action
    package var arguments: [Argument]
  }

  package var defaultAction: Action
  package var rules: [Rule]
}
