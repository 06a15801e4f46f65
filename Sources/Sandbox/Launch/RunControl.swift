internal import Glibc
internal import SandboxPlan
internal import Synchronization

/// Stops a run that is under way and sets it going again, for heat or price: all its processes at once, by the cgroup's
/// freezer. Wall time stands still meanwhile.
package final class RunControl: Sendable {
  private let control = Mutex<Int32>(-1)

  package init() {}

  /// Nothing happens before the payload started, after its end, or where no cgroup can freeze.
  package func freeze() { say(.freeze) }
  package func thaw() { say(.thaw) }

  private func say(_ call: SupervisionCall) {
    control.withLock { control in
      guard control >= 0 else { return }
      var byte = call.rawValue
      _ = send(control, &byte, 1, Int32(MSG_NOSIGNAL))
    }
  }

  /// The socket stays the run's own: it is detached before it is closed.
  func attach(_ socket: Int32) { control.withLock { $0 = socket } }
  func detach() { control.withLock { $0 = -1 } }
}
