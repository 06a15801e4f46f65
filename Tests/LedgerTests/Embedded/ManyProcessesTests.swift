import Glibc
import Receipts
import TestSupport
import Testing
import Workload

@testable import Ledger

@Suite struct ManyProcessesTests {
  @Test(.enabled(if: BuiltProgram.samovar.isThere, "the samovar executable is not built beside the tests"))
  func writersThatAreKilledLoseNothingAcknowledged() async throws {
    let path = BuiltProgram.samovar.path
    let network = try EmbeddedNetwork()
    let account = PrivateKey.generate().address
    let arguments = ["ledger", "deposit", "--ledger", network.directory.path, "\(account)=0.000001"]
    var acknowledged = 0
    var started = 0
    for round in 0..<20 {
      let processes = try (0..<3).map { _ in try ChildProcess(path, arguments) }
      started += processes.count
      // From before the file is opened to after the answer.
      usleep(UInt32(round) * 2_000)
      processes[0].kill()
      for process in processes where process.endedWell() { acknowledged += 1 }
    }
    let found = try await network.open(key: false).account(account).free
    #expect(found >= Amount(acknowledged) && found <= Amount(started))
    #expect(acknowledged >= 40, "two of three writers are left alone each time")
    #expect(try Audit.run(network.directory.path).fault == nil)
  }
}
