internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Carries out one `SetupPlan` and supervises what it started. Spawned by the daemon with /dev/null, two
/// files for the captured streams, and the control socket; the plan comes over the socket, which is also the
/// lifeline: when the daemon hangs up or dies, everything in the sandbox is killed.
@main
struct SamovarInit {
  static let controlSocket: Int32 = 3
  /// More than any plan needs, so that a length that is no length asks for no memory.
  private static let maxPlanBytes = 16 << 20

  static func main() {
    // What `samovar doctor` runs inside a sandbox to see that one works.
    if CommandLine.arguments.dropFirst().first == "--probe" { exit(0) }
    guard let plan = receivePlan() else {
      let message =
        "samovar-init is started by samovar, with a plan on descriptor 3; run 'samovar run' instead\n"
      _ = message.withCString { write(2, $0, strlen($0)) }
      exit(125)
    }
    var launch = Launch(plan: plan)
    launch.run()
  }

  private static func receivePlan() -> SetupPlan? {
    guard let head = receive(4) else { return nil }
    let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= maxPlanBytes, let bytes = receive(count) else { return nil }
    return try? SetupPlan(decoding: bytes)
  }

  private static func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let more = bytes.withUnsafeMutableBytes { buffer in
        read(controlSocket, buffer.baseAddress?.advanced(by: got), count - got)
      }
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else { return nil }
      got += more
    }
    return bytes
  }
}
