/// How a run ended. A run's end is data: each of these is voted on and paid like any other result. What is the node's
/// own fault (a sandbox that could not be made) is an error and never an outcome.
package enum RunOutcome: Hashable, Sendable, Codable {
  /// The command ended by itself with this status; as in a shell, 127 where there was no such program and 126 where it
  /// could not be executed.
  case exited(code: Int32)
  /// The command was ended by this signal, whoever sent it.
  case signalled(signal: Int32)
  /// The kernel killed one of its processes for the memory limit, whatever else came of the run, even an exit with 0;
  /// or its inputs alone were more than the limit holds. Goes before every outcome but `cancelled`.
  case outOfMemory
  /// It reached its wall-time limit.
  case timedOut
  /// The command made a call that the profile answers with a kill (SIGSYS).
  case deniedSystemCall
  /// It exited, but at the place of an output is something that is not taken: a link, a directory, a device, a file of
  /// several names, or one larger than the disk limit. An output that is not there at all is left out of the run's
  /// outputs and refuses nothing.
  case outputRefused(path: String)
  /// An input could not be had, so nothing ran.
  case inputNotFetchable(ContentDigest)
  /// It was cancelled before its end. Never voted on.
  case cancelled

  package var isSuccess: Bool { self == .exited(code: 0) }

  /// The status that a shell or `timeout` would end with: the exit code, 128 + signal, 124 for a time-out, 137 out of
  /// memory, 159 (128 + SIGSYS) for a denied call, 1 for a refused output, 125 where nothing was run or it was cancelled.
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
