internal import Workload

/// A profile as a file that reads back as the same: JSON, which YAML contains.
extension Profile {
  var text: String {
    var lines = [
      "description: \(Self.quoted(description))",
      "limits: {open_files: \(limits.openFiles), temporary: \(limits.temporary.value) B, "
        + "work_files: \(limits.workFiles), stack: \(limits.stack.value) B, "
        + "locked_memory: \(limits.lockedMemory.value) B}",
      "mounts: \(Self.list(mounts))", "devices: \(Self.list(devices))", "proc: \(proc.rawValue)",
      "masked_paths: \(Self.list(maskedPaths))", "read_only_paths: \(Self.list(readOnlyPaths))",
    ]
    if !network.isEmpty { lines.append("network: {allow: \(Self.list(network.map(\.description)))}") }
    lines.append("seccomp:")
    let (action, errno) = seccomp.defaultAction.oci
    lines.append("  defaultAction: \(action)")
    if let errno { lines.append("  defaultErrnoRet: \(errno)") }
    lines.append("  syscalls:")
    lines += seccomp.rules.map { "    - \($0.text)" }
    if seccomp.rules.isEmpty { lines[lines.count - 1] = "  syscalls: []" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

  /// As JSON has it (RFC 8259 §7).
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension SeccompPolicy.Rule {
  /// One line of `syscalls`.
  var text: String {
    let (name, errno) = action.oci
    var text = "{ names: [\(names.joined(separator: ", "))], action: \(name)"
    if let errno { text += ", errnoRet: \(errno)" }
    if !arguments.isEmpty {
      let conditions = arguments.map { argument in
        "{ index: \(argument.index), op: \(argument.comparison.rawValue), value: 0x\(argument.value.hexadecimal), "
          + "valueTwo: 0x\(argument.valueTwo.hexadecimal) }"
      }
      text += ", args: [\(conditions.joined(separator: ", "))]"
    }
    return text + " }"
  }
}

extension UInt64 {
  fileprivate var hexadecimal: String { String(self, radix: 16) }
}
