internal import Workload

extension Profile {
  /// Reads a profile's text.
  /// - Parameters:
  ///   - file: its path, for messages and for files that it names.
  ///   - target: what the seccomp section is read for. Names of system calls are judged in a profile's own section
  ///     only: a file of other tools lists what exists anywhere.
  ///   - readFile: the bytes of another file, nothing where there is none.
  static func read(
    _ bytes: [UInt8], name: String, file: String, target: SeccompTarget = .current,
    readFile: @escaping (String) -> [UInt8]?
  ) throws(Mistakes) -> Profile {
    var others: [(path: String, bytes: [UInt8])] = []
    let source = SeccompSection.Source(target: target) { path in
      if let known = others.first(where: { $0.path == path }) { return known.bytes }
      guard let bytes = readFile(path) else { return nil }
      others.append((path, bytes))
      return bytes
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var section = SeccompSection()
    var profile = try readYAML(text, file: file) { root in
      readRoot(root, name: name, file: file, source, &section)
    }
    profile.seccomp = try section.policy(source)
    profile.digest = ContentDigest(of: others.reduce(bytes) { $0 + $1.bytes })
    return profile
  }

  /// All of a profile but its policy, which is there when the section's base is read.
  private static func readRoot(
    _ root: YAMLMapping, name: String, file: String, _ source: SeccompSection.Source,
    _ section: inout SeccompSection
  ) -> Profile? {
    var profile = Profile(
      name: name, description: "", limits: ProfileLimits(), mounts: [], proc: .processes, maskedPaths: [],
      readOnlyPaths: [], seccomp: SeccompPolicy(defaultAction: .killProcess, rules: []),
      digest: ContentDigest(of: []))
    // A file of other tools that is a policy and nothing else: all the rest is as by default.
    if !root.has("seccomp"), root.has("defaultAction") {
      guard let policy = SeccompPolicy.read(root, target: source.target.withoutNames) else { return nil }
      section = SeccompSection(defaultAction: policy.defaultAction, rules: policy.rules)
      return profile
    }
    let description = root.optional("description", default: "") { $0.string() }
    let limits = root.optional("limits", default: ProfileLimits()) { $0.mapping().flatMap(readLimits) }
    let mounts = root.optional("mounts", default: []) { $0.list().flatMap(readMounts) }
    let devices = root.optional("devices", default: []) { $0.list().flatMap(readDevices) }
    let network = root.optional("network", default: []) { $0.mapping().flatMap(readNetwork) }
    let proc = root.optional("proc", default: ProcView.processes) { value in
      value.choice(Dictionary(uniqueKeysWithValues: ProcView.allCases.map { ($0.rawValue, $0) }))
    }
    let masked = root.optional("masked_paths", default: []) { $0.list(kernelPath) }
    let readOnly = root.optional("read_only_paths", default: []) { $0.list(kernelPath) }
    if proc == .masked, masked?.isEmpty == true { root.report("proc: masked needs masked_paths") }
    let seccomp = root.required("seccomp") { SeccompSection.read($0, file: file, source) }
    guard let description, let limits, let mounts, let devices, let network, let proc, let masked,
      let readOnly,
      let seccomp
    else { return nil }
    section = seccomp
    profile.description = description
    profile.limits = limits
    profile.mounts = mounts
    profile.devices = devices
    profile.network = network
    profile.proc = proc
    profile.maskedPaths = masked
    profile.readOnlyPaths = readOnly
    return profile
  }

  private static func readLimits(_ mapping: YAMLMapping) -> ProfileLimits? {
    let defaults = ProfileLimits()
    let openFiles: UInt64? = mapping.optional("open_files", default: defaults.openFiles) {
      $0.integer(16...1_048_576)
    }
    let temporary = mapping.optional("temporary", default: defaults.temporary) { $0.byteCount() }
    let workFiles: UInt64? = mapping.optional("work_files", default: defaults.workFiles) {
      $0.integer(16...16_777_216)
    }
    let stack = mapping.optional("stack", default: defaults.stack) { $0.byteCount() }
    let locked = mapping.optional("locked_memory", default: defaults.lockedMemory) { $0.byteCount() }
    let rates = DeviceRates(yaml: mapping)
    guard let openFiles, let temporary, let workFiles, let stack, let locked, let rates else { return nil }
    return ProfileLimits(
      openFiles: openFiles, temporary: temporary, workFiles: workFiles, stack: stack, lockedMemory: locked,
      deviceRates: rates)
  }

  private static func kernelPath(_ value: YAMLValue) -> String? {
    guard let path = absolutePath(value)?.description else { return nil }
    guard path.hasPrefix("/proc/") else { return value.mistake("'\(path)' must lie below /proc") }
    return path
  }
}
