internal import Workload

extension SeccompPolicy {
  private static let actions = [
    "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_LOG", "SCMP_ACT_TRAP",
  ]

  /// Reads a `linux.seccomp` object. Nothing, and a mistake on the list, for what this sandbox can't enforce.
  static func read(_ mapping: YAMLMapping) -> SeccompPolicy? {
    let defaultErrno = mapping.optional("defaultErrnoRet", default: nil) { .some(readErrno($0)) }
    let defaultAction = mapping.required("defaultAction") { readAction($0, errno: defaultErrno ?? nil) }
    // Only the host's own architecture is ever allowed, whichever are listed: the filter kills calls of all
    // others.
    _ = mapping["architectures"]?.strings()
    if let flags = mapping["flags"] {
      for flag in flags.list() ?? [] {
        guard let name = flag.string(), name != "SECCOMP_FILTER_FLAG_TSYNC" else { continue }
        flag.report("the flag \(name) is not supported; take it out")
      }
    }
    for key in ["listenerPath", "listenerMetadata"] {
      mapping[key]?.report("user notification is not supported; take \(key) out")
    }
    let rules = mapping.optional("syscalls", default: []) { $0.list(readRule) }
    guard let defaultAction, let rules else { return nil }
    return SeccompPolicy(defaultAction: defaultAction, rules: rules)
  }

  private static func readRule(_ value: YAMLValue) -> Rule? {
    guard let mapping = value.mapping() else { return nil }
    let names = mapping.required("names") { $0.strings() }
    let errnoValue = mapping.optional("errnoRet", default: nil) { .some(readErrno($0)) }
    let action = mapping.required("action") { readAction($0, errno: errnoValue ?? nil) }
    let arguments = mapping.optional("args", default: []) { $0.list(readArgument) }
    guard let names, let action, let arguments else { return nil }
    if Set(arguments.map(\.index)).count < arguments.count {
      return value.mistake("two conditions on one argument can't stand in one rule; make two rules")
    }
    return Rule(names: names, action: action, arguments: arguments)
  }

  private static func readArgument(_ value: YAMLValue) -> Argument? {
    guard let mapping = value.mapping() else { return nil }
    let index: UInt32? = mapping.required("index") { $0.integer(0...5) }
    let first = mapping.required("value", readNumber)
    let second = mapping.optional("valueTwo", default: 0, readNumber)
    let comparison = mapping.required("op") { text in
      text.choice(Dictionary(uniqueKeysWithValues: Comparison.allCases.map { ($0.rawValue, $0) }))
    }
    guard let index, let first, let second, let comparison else { return nil }
    return Argument(index: index, value: first, valueTwo: second, comparison: comparison)
  }

  private static func readAction(_ value: YAMLValue, errno: UInt16?) -> Action? {
    switch value.string() {
    case nil: return nil
    case "SCMP_ACT_ALLOW": return .allow
    case "SCMP_ACT_LOG": return .log
    // The specification's default is EPERM.
    case "SCMP_ACT_ERRNO": return .errno(errno ?? 1)
    case "SCMP_ACT_TRAP": return .trap
    case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD": return .killThread
    case "SCMP_ACT_KILL_PROCESS": return .killProcess
    case .some(let name):
      let nearest = NearestKey.find(name, in: actions).map { "did you mean \($0)?" }
      return value.mistake(
        "the action \(name) is not supported; \(nearest ?? "use one of \(actions.joined(separator: ", "))")")
    }
  }

  private static func readErrno(_ value: YAMLValue) -> UInt16? { value.integer(1...4095) }

  /// Decimal as in JSON, or hexadecimal as people write masks.
  private static func readNumber(_ value: YAMLValue) -> UInt64? {
    guard let text = value.string() else { return nil }
    let number = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    guard let number else {
      return value.mistake("\(value.name) must be a whole number below 2^64, not '\(text)'")
    }
    return number
  }
}
