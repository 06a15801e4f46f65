/// What this host offers to the sandbox, and what to do about what is missing. `samovar doctor` prints it.
package struct HostReport: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Hashable, Codable {
    case present
    /// The sandbox works without it, less well; the finding says what is lost.
    case degraded
    /// The sandbox can't work without it.
    case missing
  }

  package struct Finding: Sendable, Hashable, Codable {
    /// A short noun such as "cgroup controllers".
    package var subject: String
    package var state: State
    package var detail: String
    /// What to do; nothing where nothing needs doing.
    package var remedy: String?

    package init(subject: String, state: State, detail: String, remedy: String? = nil) {
      self.subject = subject
      self.state = state
      self.detail = detail
      self.remedy = remedy
    }
  }

  package var findings: [Finding]

  package init(findings: [Finding]) {
    self.findings = findings
  }

  /// Nothing essential is missing.
  package var isUsable: Bool { !findings.contains { $0.state == .missing } }
}

extension HostReport {
  /// A line for each finding, with what to do on a line of its own.
  package var text: String {
    let width = findings.map(\.subject.count).max() ?? 0
    var text = ""
    for finding in findings {
      let mark =
        switch finding.state {
        case .present: "ok      "
        case .degraded: "limited "
        case .missing: "MISSING "
        }
      let padding = String(repeating: " ", count: width - finding.subject.count)
      text += "\(mark) \(finding.subject)\(padding)  \(finding.detail)\n"
      if let remedy = finding.remedy { text += "           → \(remedy)\n" }
    }
    return text
      + (isUsable ? "Tasks can run here.\n" : "Tasks can't run here until what is MISSING is there.\n")
  }
}
