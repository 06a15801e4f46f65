internal import Glibc
internal import SandboxPlan
internal import Synchronization

/// Stops a run that is under way and sets it going again, for heat or price: all its processes at once, by the cgroup's
/// freezer. Wall time stands still meanwhile.
package final class RunControl: Sendable {
  fileprivate struct State {
    /// The run's own, which detaches it before it is closed; -1 before the payload's start and after its end.
    var socket: Int32 = -1
    var isToBeFrozen = false
  }

  private let state = Mutex(State())

  package init() {}

  /// A run whose payload has not started yet is frozen when it has. Nothing happens where no cgroup can freeze.
  package func freeze() { say(.freeze) }
  package func thaw() { say(.thaw) }

  private func say(_ call: SupervisionCall) {
    state.withLock { state in
      state.isToBeFrozen = call == .freeze
      state.send(call)
    }
  }

  func attach(_ socket: Int32) {
    state.withLock { state in
      state.socket = socket
      if state.isToBeFrozen { state.send(.freeze) }
    }
  }

  func detach() { state.withLock { $0.socket = -1 } }
}

extension RunControl.State {
  fileprivate func send(_ call: SupervisionCall) {
    guard socket >= 0 else { return }
    var byte = call.rawValue
    _ = Glibc.send(socket, &byte, 1, Int32(MSG_NOSIGNAL))
  }
}
