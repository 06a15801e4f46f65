import Glibc
import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

@Suite struct ManyProcessesTests {
  private func spawn(_ path: String, _ arguments: [String]) throws -> pid_t {
    var process: pid_t = 0
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [Int32(1), 2] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    #expect(posix_spawn(&process, path, &actions, nil, &words, environ) == 0)
    return process
  }

  private func exitedWell(_ process: pid_t) -> Bool {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status == 0
  }

  @Test(.enabled(if: BuiltProgram.samovar.isThere, "the samovar executable is not built beside the tests"))
  func writersThatAreKilledLoseNothingAcknowledged() async throws {
    let path = BuiltProgram.samovar.path
    let network = try EmbeddedNetwork()
    let account = PrivateKey.generate().address
    let arguments = ["ledger", "deposit", "--ledger", network.directory.path, "\(account)=0.000001"]
    var acknowledged = 0
    var started = 0
    for round in 0..<20 {
      let processes = try (0..<3).map { _ in try spawn(path, arguments) }
      started += processes.count
      // From before the file is opened to after the answer.
      usleep(UInt32(round) * 2_000)
      kill(processes[0], SIGKILL)
      for process in processes where exitedWell(process) { acknowledged += 1 }
    }
    let found = try await network.open(key: false).account(account).free
    #expect(found >= Amount(acknowledged) && found <= Amount(started))
    #expect(acknowledged >= 40, "two of three writers are left alone each time")
    #expect(try Audit.run(network.directory.path).fault == nil)
  }
}
