import Glibc
import TestSupport
import Testing

/// Which layer of the sandbox answers; docs/THREAT_MODEL.md describes each under this name.
enum Layer: String {
  case seccomp, capabilities, ids, limits, noNewPrivileges, namespaces, descriptors, initProcess, mounts
}

/// What a right sandbox must answer to hostile attempts. The attempts are in `Tests/Probes/CProbe`, under the same
/// names; several answers stand where kernels differ in which of them they see first.
struct Expectation {
  let layer: Layer
  let answers: [Int32]
  let names: [String]

  init(_ layer: Layer, _ answers: [Int32], _ names: [String]) {
    self.layer = layer
    self.answers = answers
    self.names = names
  }

  static let noError: Int32 = 0
  static let all = kernel + files + network

  /// Calls that no program makes by mistake kill their caller.
  static let killers = [
    "bpf", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot",
    "swapon",
    "swapoff",
  ]

  /// What waits for the launch path that is being redesigned. A name that is struck out here must hold from then on.
  static let awaitingLaunch: Set<Awaited> = Set(Awaited.allCases)

  enum Awaited: String, CaseIterable {
    case timeNamespace, securebits, sealedInit, hostIDOfItsOwn, cgroupsAfterAKill, filesAfterAKill,
      seccompIsNamed, namespaceIsNamed,
      rootOfAUserNamespace
  }
}

/// A check that is known to fail as long as it is awaited.
func awaiting(_ awaited: Expectation.Awaited, isIntermittent: Bool = false, _ check: () throws -> Void)
  rethrows
{
  guard Expectation.awaitingLaunch.contains(awaited) else { return try check() }
  withKnownIssue("awaits the new launch path: \(awaited)", isIntermittent: isIntermittent) { try check() }
}

/// The answers of a run, one line each, as a file that can be shown.
struct ProbeReport {
  private var lines: [String] = []

  /// `.build/probe-report.txt` of the checkout.
  static let path: String = {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/" + root + "/.build/probe-report.txt"
  }()

  mutating func add(_ name: String, _ answer: Int32, by layer: Layer) {
    let text = answer == 0 ? "no error" : String(cString: strerror(answer))
    lines.append("\(name): \(text) (\(layer.rawValue))")
  }

  mutating func add(_ name: String, _ answer: String) { lines.append("\(name): \(answer)") }

  var text: String { lines.sorted().joined(separator: "\n") + "\n" }
}
