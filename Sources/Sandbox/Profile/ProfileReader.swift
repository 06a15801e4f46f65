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
    readFile: (String) -> [UInt8]?
  ) throws(Mistakes) -> Profile {
    let text = String(decoding: bytes, as: UTF8.self)
    var seccompFile: (path: String, value: YAMLValue)?
    let draft = try readYAML(text, file: file) { root -> Profile? in
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
      // A file of other tools that is a policy and nothing else: all the rest is as by default.
      if !root.has("seccomp"), root.has("defaultAction") {
        guard let policy = SeccompPolicy.read(root, target: target.withoutNames) else { return nil }
        return Profile(
          name: name, description: "", limits: ProfileLimits(), mounts: [], proc: .processes, maskedPaths: [],
          readOnlyPaths: [], seccomp: policy, digest: ContentDigest(of: bytes))
      }
      let policy = root.required("seccomp") { value -> SeccompPolicy? in
        guard value.isMapping else {
          guard let name = value.string() else { return nil }
          seccompFile = (name.hasPrefix("/") ? name : directory(of: file) + name, value)
          if readFile(seccompFile?.path ?? "") == nil {
            return value.mistake("there is no file \(seccompFile?.path ?? name) that can be read")
          }
          // Stands in until the named file is read; nothing is allowed meanwhile.
          return SeccompPolicy(defaultAction: .killProcess, rules: [])
        }
        return value.mapping().flatMap { SeccompPolicy.read($0, target: target) }
      }
      guard let description, let limits, let mounts, let devices, let network, let proc, let masked,
        let readOnly, let policy
      else { return nil }
      return Profile(
        name: name, description: description, limits: limits, mounts: mounts, devices: devices,
        network: network, proc: proc, maskedPaths: masked, readOnlyPaths: readOnly, seccomp: policy,
        digest: ContentDigest(of: bytes))
    }
    guard let seccompFile, let other = readFile(seccompFile.path) else { return draft }
    var profile = draft
    profile.seccomp = try readSeccomp(other, file: seccompFile.path, target: target)
    profile.digest = ContentDigest(of: bytes + other)
    return profile
  }

  /// A `seccomp.json` of OCI tools, or another profile's seccomp section.
  private static func readSeccomp(
    _ bytes: [UInt8], file: String, target: SeccompTarget
  ) throws(Mistakes) -> SeccompPolicy {
    try readYAML(String(decoding: bytes, as: UTF8.self), file: file) { root -> SeccompPolicy? in
      guard root.has("seccomp") else { return SeccompPolicy.read(root, target: target.withoutNames) }
      // The rest of a profile is not asked for here, and no mistake.
      _ = root.keys
      return root.required("seccomp") { $0.mapping() }.flatMap { SeccompPolicy.read($0, target: target) }
    }
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
    guard let openFiles, let temporary, let workFiles, let stack, let locked else { return nil }
    return ProfileLimits(
      openFiles: openFiles, temporary: temporary, workFiles: workFiles, stack: stack, lockedMemory: locked)
  }

  private static func kernelPath(_ value: YAMLValue) -> String? {
    guard let path = absolutePath(value)?.description else { return nil }
    guard path.hasPrefix("/proc/") else { return value.mistake("'\(path)' must lie below /proc") }
    return path
  }

  private static func directory(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }
}
