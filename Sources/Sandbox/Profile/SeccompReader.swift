internal import Workload

extension SeccompPolicy {
  private static let actions = [
    "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_LOG", "SCMP_ACT_TRAP",
  ]

  /// Reads a `linux.seccomp` object, or Docker's form of one. Nothing, and a mistake on the list, for what this sandbox
  /// can't enforce.
  static func read(_ mapping: YAMLMapping, target: SeccompTarget) -> SeccompPolicy? {
    let defaultErrno = mapping.present("defaultErrnoRet").flatMap(readErrno)
    let defaultAction = mapping.required("defaultAction") { readAction($0, errno: defaultErrno) }
    // Only the host's own architecture is ever allowed, whichever are listed: the filter kills calls of all
    // others. `defaultErrno` is the name of `defaultErrnoRet`.
    for key in ["architectures", "archMap", "defaultErrno"] { _ = mapping[key] }
    if let flags = mapping.present("flags") {
      for flag in flags.list() ?? [] {
        guard let name = flag.string(), name != "SECCOMP_FILTER_FLAG_TSYNC" else { continue }
        flag.report("the flag \(name) is not supported; take it out")
      }
    }
    for key in ["listenerPath", "listenerMetadata"] {
      mapping.present(key)?.report("user notification is not supported; take \(key) out")
    }
    let rules = readRules(mapping, target: target)
    guard let defaultAction, let rules else { return nil }
    return SeccompPolicy(defaultAction: defaultAction, rules: rules)
  }

  /// `syscalls`: those that apply here.
  static func readRules(_ mapping: YAMLMapping, target: SeccompTarget) -> [Rule]? {
    guard let syscalls = mapping.present("syscalls") else { return [] }
    return syscalls.list { readRule($0, target: target) }?.filter { !$0.names.isEmpty }
  }

  /// A rule that doesn't apply here has no names.
  private static func readRule(_ value: YAMLValue, target: SeccompTarget) -> Rule? {
    guard let mapping = value.mapping() else { return nil }
    let names = readNames(mapping, known: target.knownNames)
    let errnoValue = mapping.present("errnoRet").flatMap(readErrno)
    let action = mapping.required("action") { readAction($0, errno: errnoValue) }
    let arguments = mapping.present("args").map { $0.list(readArgument) } ?? []
    // `errno` is the name of `errnoRet`.
    for key in ["comment", "errno"] { _ = mapping[key] }
    guard let applies = DockerConditions.apply(mapping, to: target), let names, let action, let arguments
    else {
      return nil
    }
    if Set(arguments.map(\.index)).count < arguments.count {
      return value.mistake("two conditions on one argument can't stand in one rule; make two rules")
    }
    return Rule(names: applies ? names : [], action: action, arguments: arguments)
  }

  /// `names`, or `name` as older files have it.
  private static func readNames(_ mapping: YAMLMapping, known: Set<String>?) -> [String]? {
    if !mapping.has("names"), let name = mapping.present("name") { return readName(name, known).map { [$0] } }
    return mapping.required("names") { $0.list { readName($0, known) } }
  }

  private static func readName(_ value: YAMLValue, _ known: Set<String>?) -> String? {
    guard let name = value.string() else { return nil }
    guard let known, !known.contains(name), SystemCalls.resolve(name) == .unknown else { return name }
    let hint = NearestKey.find(name, in: known).map { "did you mean \($0)?" } ?? "see syscalls(2)"
    return value.mistake("there is no system call \(name); \(hint)")
  }

  private static func readArgument(_ value: YAMLValue) -> Argument? {
    guard let mapping = value.mapping() else { return nil }
    let index: UInt32? = mapping.required("index") { $0.integer(0...5) }
    let first = mapping.required("value", readNumber)
    let second = mapping.present("valueTwo").map(readNumber) ?? 0
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
    case "SCMP_ACT_NOTIFY":
      return value.mistake("SCMP_ACT_NOTIFY is not supported: no supervisor answers for a task's calls")
    case "SCMP_ACT_TRACE":
      return value.mistake(
        "SCMP_ACT_TRACE is not supported: without a tracer it fails the call; use SCMP_ACT_ERRNO")
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
