/// How a run ended. A run's end is data: each of these is voted on and paid like any other result. What is the node's
/// own fault (a sandbox that could not be made) is an error and never an outcome.
package enum RunOutcome: Hashable, Sendable, Codable {
  case exited(code: Int32)
  /// Ended by a signal of its own or of its own processes.
  case signalled(signal: Int32)
  /// The kernel killed it for its memory limit.
  case outOfMemory
  /// It reached its wall-time limit.
  case timedOut
  /// It made a call that the profile answers with a kill (SIGSYS).
  case deniedSystemCall
  /// It kept more than it may: an output that is too large or is no regular file.
  case outputRefused(path: String)
  /// An input could not be had from any mirror, so nothing ran.
  case inputNotFetchable(ContentDigest)
  /// It was cancelled before its end. Never voted on.
  case cancelled

  package var isSuccess: Bool { self == .exited(code: 0) }

  /// The status that a shell or `timeout` would end with: the exit code, 128 + signal, 124 for a time-out, 137 out of
  /// memory, 159 (128 + SIGSYS) for a denied call, 125 where nothing was run.
  package var exitStatus: Int32 {
    switch self {
    case .exited(let code): code
    case .signalled(let signal): 128 + signal
    case .outOfMemory: 137
    case .timedOut: 124
    case .deniedSystemCall: 159
    case .outputRefused: 1
    case .inputNotFetchable, .cancelled: 125
    }
  }
}

extension RunOutcome: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exited(let code): "exited \(code)"
    case .signalled(let signal): "killed by signal \(signal)"
    case .outOfMemory: "out of memory"
    case .timedOut: "timed out"
    case .deniedSystemCall: "killed: forbidden system call"
    case .outputRefused(let path): "output refused: \(path)"
    case .inputNotFetchable(let digest): "input not fetchable: \(digest)"
    case .cancelled: "cancelled"
    }
  }
}
