internal import Workload

/// The seccomp section of a profile as it is written: rules, and the file that they are added to.
///
///     seccomp: batch.yaml
///
///     seccomp:
///       base: batch.yaml
///       syscalls: […]
struct SeccompSection {
  /// Needed where there is no base.
  var defaultAction: SeccompPolicy.Action?
  var rules: [SeccompPolicy.Rule] = []
  /// A path that can be read.
  var base: String?

  /// Base files of base files at the most; a file that is its own base ends here too.
  private static let greatestDepth = 4

  /// Where files are read from and what for.
  struct Source {
    var target: SeccompTarget
    var readFile: (String) -> [UInt8]?
  }

  /// The section of the profile in `file`, a mapping or the name of another file.
  static func read(_ value: YAMLValue, file: String, _ source: Source) -> SeccompSection? {
    guard value.isMapping else { return readBase(value, file: file, source).map { SeccompSection(base: $0) } }
    guard let mapping = value.mapping() else { return nil }
    guard let base = mapping.present("base") else {
      return SeccompPolicy.read(mapping, target: source.target).map {
        SeccompSection(defaultAction: $0.defaultAction, rules: $0.rules)
      }
    }
    let path = readBase(base, file: file, source)
    for key in ["defaultAction", "defaultErrnoRet"] {
      mapping[key]?.report("\(key) is that of \(base.string() ?? "the base"); take it out")
    }
    let rules = SeccompPolicy.readRules(mapping, target: source.target)
    guard let path, let rules else { return nil }
    return SeccompSection(rules: rules, base: path)
  }

  private static func readBase(_ value: YAMLValue, file: String, _ source: Source) -> String? {
    guard let name = value.string() else { return nil }
    let path = name.hasPrefix("/") ? name : directory(of: file) + name
    guard source.readFile(path) != nil else {
      return value.mistake("there is no file \(path) that can be read")
    }
    return path
  }

  private static func directory(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }

  /// The policy that it comes to, its base read.
  func policy(_ source: Source, depth: Int = 0) throws(Mistakes) -> SeccompPolicy {
    guard let base else {
      return SeccompPolicy(defaultAction: defaultAction ?? .killProcess, rules: rules)
    }
    guard depth < Self.greatestDepth else {
      throw Mistakes([
        Mistake(
          file: base, line: 1, column: 1,
          message: "more than \(Self.greatestDepth) files are each other's base")
      ])
    }
    let text = String(decoding: source.readFile(base) ?? [], as: UTF8.self)
    let section = try readYAML(text, file: base) { root -> SeccompSection? in
      guard root.has("seccomp") else {
        return SeccompPolicy.read(root, target: source.target.withoutNames).map {
          SeccompSection(defaultAction: $0.defaultAction, rules: $0.rules)
        }
      }
      // The rest of a profile is not asked for here, and no mistake.
      _ = root.keys
      return root.required("seccomp") { Self.read($0, file: base, source) }
    }
    return try section.policy(source, depth: depth + 1).adding(rules)
  }
}

extension SeccompPolicy {
  /// With rules that take the place of those for the same call under the same conditions.
  fileprivate func adding(_ added: [Rule]) -> SeccompPolicy {
    var replaced: [[Argument]: Set<String>] = [:]
    for rule in added { replaced[rule.arguments, default: []].formUnion(rule.names) }
    let kept = rules.compactMap { rule -> Rule? in
      guard let names = replaced[rule.arguments] else { return rule }
      let left = rule.names.filter { !names.contains($0) }
      return left.isEmpty ? nil : Rule(names: left, action: rule.action, arguments: rule.arguments)
    }
    return SeccompPolicy(defaultAction: defaultAction, rules: kept + added)
  }
}
