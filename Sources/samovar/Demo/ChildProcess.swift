import Glibc
import Workload

/// A process that the demo starts and ends: its output goes to a log file, and its standard input is a pipe that only the
/// starter holds open, so that a child which reads it ends with its starter, however that ends.
struct ChildProcess: Sendable {
  let identifier: Int32
  let log: String
  /// The starter's end of the pipe; never written to.
  private let lifeline: Int32

  /// - Throws: `FileError` with what pipe(2) or posix_spawn(3) said.
  init(_ executable: String, _ arguments: [String], log: String) throws(FileError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw FileError("make a pipe for", executable, code: errno) }
    defer { close(ends[0]) }
    // The other children must not hold this child's lifeline open.
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var vector: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
    defer { for pointer in vector { free(pointer) } }
    vector.append(nil)
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, vector, environ)
    guard code == 0 else {
      close(ends[1])
      throw FileError("start", executable, code: code)
    }
    identifier = process
    self.log = log
    lifeline = ends[1]
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
    close(lifeline)
  }
}
