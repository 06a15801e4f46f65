extension SeccompPolicy {
  /// What the policy answers to a call, as its rules stand. Where several rules fit, one without conditions goes before
  /// others (libseccomp drops those), then the first.
  func verdict(_ name: String, _ arguments: [UInt64] = []) -> Action {
    let fitting = rules.filter { rule in
      rule.names.contains(name) && rule.arguments.allSatisfy { $0.fits(arguments) }
    }
    return (fitting.first { $0.arguments.isEmpty } ?? fitting.first)?.action ?? defaultAction
  }

  /// Whether AF_UNIX is the only family of socket(2) and socketpair(2) that goes through.
  var permitsLocalSocketsOnly: Bool {
    let calls = ["socket", "socketpair"]
    // A profile has hundreds of names: they are searched once, not for each family.
    var own = self
    own.rules = rules.filter { rule in calls.contains { rule.names.contains($0) } }
    let others = (0..<Self.familyBound).filter { $0 != Self.local }
    return calls.allSatisfy { name in others.allSatisfy { !own.verdict(name, [$0]).isPermissive } }
      && !verdict("socketcall").isPermissive
  }

  /// AF_UNIX, and above the last AF_ that any kernel has (AF_MAX of <linux/socket.h> is 46 in Linux 6.12).
  private static let local: UInt64 = 1
  private static let familyBound: UInt64 = 64

  /// Whether some arguments of a call go through and others don't.
  func looksAtArguments(of name: String) -> Bool {
    let own = rules.filter { $0.names.contains(name) }
    return own.contains { !$0.arguments.isEmpty } && !own.contains { $0.arguments.isEmpty }
  }
}

extension SeccompPolicy.Argument {
  /// Unsigned, in 64 bits, as libseccomp compares. An argument that isn't given is 0.
  fileprivate func fits(_ arguments: [UInt64]) -> Bool {
    let given = Int(index) < arguments.count ? arguments[Int(index)] : 0
    switch comparison {
    case .notEqual: return given != value
    case .less: return given < value
    case .lessOrEqual: return given <= value
    case .equal: return given == value
    case .greaterOrEqual: return given >= value
    case .greater: return given > value
    case .maskedEqual: return given & value == valueTwo
    }
  }
}

extension SeccompPolicy.Action {
  /// Its name in the OCI runtime specification, and its `errnoRet`.
  var oci: (name: String, errno: UInt16?) {
    switch self {
    case .allow: ("SCMP_ACT_ALLOW", nil)
    case .log: ("SCMP_ACT_LOG", nil)
    case .errno(let number): ("SCMP_ACT_ERRNO", number)
    case .trap: ("SCMP_ACT_TRAP", nil)
    case .killThread: ("SCMP_ACT_KILL_THREAD", nil)
    case .killProcess: ("SCMP_ACT_KILL_PROCESS", nil)
    }
  }
}
