import FoundationEssentials
import Receipts
import Workload

/// A receipt for people.
enum ReceiptText {
  static func describe(_ signed: SignedReceipt, statement: Statement?) -> String {
    let receipt = signed.receipt
    var lines: [(String, String)] = [
      ("receipt hash", signed.hash.description),
      ("domain", "\(signed.domain.name) \(signed.domain.version), chain \(signed.domain.chainID)"),
      ("contract", signed.domain.verifyingContract.description),
      ("signed by", signed.signer.map(\.description) ?? "nobody: no key gives this signature"),
      ("node", receipt.node.description),
      ("task", "\(receipt.taskID), round \(receipt.round)"),
      ("result root", receipt.resultRoot.description),
      ("started", time(receipt.startedAt)),
      ("finished", time(receipt.finishedAt)),
      ("processor time", "\(receipt.cpuMillis) ms"),
      ("price", "\(receipt.price) millionths of a euro"),
    ]
    if let predicate = statement?.predicate {
      lines += describe(predicate)
    } else {
      lines += [
        ("exit status", "\(receipt.exitCode)"),
        ("energy", "\(receipt.energyMilliWh) mWh"),
        ("heat", "\(receipt.heatMilliWh) mWh"),
        ("statement", "not attached"),
      ]
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + printable(value)
    }.joined(separator: "\n")
  }

  /// Without control characters: a receipt may come from anybody, and must not steer the reader's terminal.
  private static func printable(_ text: String) -> String {
    text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{fffd}" : String($0) }.joined()
  }

  private static func describe(_ predicate: RunPredicate) -> [(String, String)] {
    var lines: [(String, String)] = [
      ("outcome", predicate.outcome),
      ("command", predicate.command.joined(separator: " ")),
      ("profile", predicate.profileDigest.description),
      ("exemptions", predicate.exemptions.isEmpty ? "none" : predicate.exemptions.joined(separator: ", ")),
      ("energy", energy(predicate.energy)),
      ("heat", energy(predicate.heat)),
    ]
    lines += predicate.inputs.map { ("input", "\($0.digest)  \($0.path)") }
    lines += predicate.result.filter { $0.kind != .outcome }.map { leaf in
      let name = leaf.kind == .file ? leaf.name : leaf.kind.rawValue
      return ("output", "sha256:\(leaf.digest.hex)  \(name), \(leaf.size) bytes")
    }
    lines += predicate.sensors.map { ("sensor", "\($0.name) \($0.value) \($0.unit.rawValue)") }
    lines.append(("agent", predicate.agentVersion))
    return lines
  }

  private static func energy(_ energy: StatedEnergy?) -> String {
    guard let energy else { return "not measured" }
    return "\(energy.milliWh) mWh by \(energy.method), on the word of the \(energy.attestedBy.rawValue)"
  }

  private static func time(_ seconds: UInt64) -> String {
    // Beyond the year 9999 ISO 8601 has no plain form.
    guard seconds < 253_402_300_800 else { return "\(seconds) s after 1970" }
    return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}
