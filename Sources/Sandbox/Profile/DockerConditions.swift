internal import Workload

/// When a rule of Docker's form applies: its `includes` and `excludes`, each with `caps`, `arches` and `minKernel`
/// (github.com/moby/profiles, seccomp). A sandbox's task has no capabilities.
enum DockerConditions {
  /// Nothing where something is mistaken.
  static func apply(_ rule: YAMLMapping, to target: SeccompTarget) -> Bool? {
    guard let included = read(rule, "includes"), let excluded = read(rule, "excludes") else { return nil }
    if !included.capabilities.isEmpty { return false }
    if !included.architectures.isEmpty, !included.architectures.contains(target.architecture) { return false }
    if let least = included.kernel, target.kernel < least { return false }
    if excluded.architectures.contains(target.architecture) { return false }
    if let least = excluded.kernel, target.kernel >= least { return false }
    return true
  }

  private struct Condition {
    var capabilities: [String] = []
    var architectures: [String] = []
    var kernel: SeccompTarget.KernelVersion?
  }

  private static func read(_ rule: YAMLMapping, _ key: String) -> Condition? {
    guard let value = rule.present(key) else { return Condition() }
    guard let mapping = value.mapping() else { return nil }
    var condition = Condition()
    if let capabilities = mapping.present("caps") {
      guard let names = capabilities.strings() else { return nil }
      condition.capabilities = names
    }
    if let architectures = mapping.present("arches") {
      guard let names = architectures.strings() else { return nil }
      condition.architectures = names
    }
    if let least = mapping.present("minKernel"), let text = least.string() {
      guard let version = SeccompTarget.KernelVersion(text) else {
        return least.mistake("minKernel must be a version such as 4.8, not '\(text)'")
      }
      condition.kernel = version
    }
    return condition
  }
}

extension YAMLMapping {
  /// The value of a key, nothing where the file lacks it or has null there, as Go writes empty lists.
  func present(_ key: String) -> YAMLValue? {
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }
}
