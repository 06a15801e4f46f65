import Glibc
import Workload

/// A process that the demo starts and ends: its output goes to a log file. Ends with its starter at the latest when
/// `stop()` is called; a starter that is killed leaves children that notice nothing, so callers stop them in every path.
struct ChildProcess: Sendable {
  let identifier: Int32
  let log: String

  /// - Throws: `FileError` with what posix_spawn(3) said.
  init(_ executable: String, _ arguments: [String], log: String) throws(FileError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var vector: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
    defer { for pointer in vector { free(pointer) } }
    vector.append(nil)
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, vector, environ)
    guard code == 0 else { throw FileError("start", executable, code: code) }
    identifier = process
    self.log = log
  }

  /// Whether it still runs. Reaps it where it doesn't.
  var isRunning: Bool {
    var status: Int32 = 0
    return waitpid(identifier, &status, WNOHANG) == 0
  }

  /// SIGTERM, and SIGKILL where it has not ended after `grace`.
  func stop(grace: Duration = .seconds(5)) async {
    kill(identifier, SIGTERM)
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: grace)
    while isRunning {
      if clock.now >= deadline { kill(identifier, SIGKILL) }
      try? await clock.sleep(for: .milliseconds(20))
    }
  }
}
