import Glibc
import Testing

/// A program that a test starts and kills.
struct ChildProcess {
  let id: pid_t

  /// - Parameter output: the file that its standard output goes to.
  init(_ path: String, _ arguments: [String], output: String = "/dev/null") throws {
    var process: pid_t = 0
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    #expect(posix_spawn(&process, path, &actions, nil, &words, environ) == 0)
    id = process
  }

  /// Whether it ended by itself and well. Waits for it.
  func endedWell() -> Bool {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status == 0
  }

  /// As a power cut ends it.
  func kill() { _ = Glibc.kill(id, SIGKILL) }
}
