import FoundationEssentials
import Glibc
import Sandbox
import Workload

/// Times starts of /bin/true: through the library, in a process with a heap of 256 MiB, and of other sandboxes, turn by
/// turn. `Benchmarks/sandbox-start` builds all that it needs and calls it.
///
///     sandbox-start-timer RUNS ROOT FILTER-OUT NAME=COMMAND…
///
/// Words of a COMMAND are split at spaces; `%` in one is the run's number. The filter of the profile batch is written
/// to FILTER-OUT first, so that others can load the same.
@main
struct SandboxStart {
  static func main() async throws {
    let words = CommandLine.arguments
    guard words.count >= 4, let runs = Int(words[1]) else { exit(64) }
    let heap = UnsafeMutableRawPointer.allocate(byteCount: 256 << 20, alignment: 4096)
    memset(heap, 1, 256 << 20)
    let launcher = try Launcher(
      files: LauncherFiles.find(environment: ProcessInfo.processInfo.environment),
      clock: { Instant(0) })
    try LocalFile.write(try launcher.filter(ofProfile: "batch"), to: words[3])
    var others: [Contender] = []
    for word in words.dropFirst(4) {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      others.append(Contender(name: parts[0], command: parts[1].split(separator: " ").map(String.init)))
    }
    let request = RunRequest(
      specification: TaskSpec(name: "true", command: ["/bin/true"], root: .directory(words[2])),
      inputPaths: [:], outputDirectory: nil)
    var times: [String: [Double]] = [:]
    for run in 0..<runs + 3 {
      let spent = try await milliseconds { try await start(launcher, request) }
      if run >= 3 { times["samovar library", default: []].append(spent) }
      for contender in others {
        let spent = try await milliseconds { try contender.run(run) }
        if run >= 3 { times[contender.name, default: []].append(spent) }
      }
    }
    var rates: [String: Double] = [:]
    rates["samovar library"] = try await rate { _ in try await start(launcher, request) }
    for contender in others { rates[contender.name] = try await rate { try contender.run($0) } }
    for name in ["samovar library"] + others.map(\.name) {
      let sorted = (times[name] ?? []).sorted()
      print(name, sorted.first ?? 0, sorted[sorted.count / 2], rates[name] ?? 0, separator: "\t")
    }
    withExtendedLifetime(heap) {}
  }

  private static func start(_ launcher: Launcher, _ request: RunRequest) async throws {
    let outcome = try await launcher.run(request).outcome
    guard outcome.isSuccess else { throw Failed(what: "the library's run: \(outcome)") }
  }

  private static func milliseconds(_ body: @Sendable () async throws -> Void) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    let spent = (clock.now - start).components
    return Double(spent.seconds) * 1000 + Double(spent.attoseconds) / 1e15
  }

  /// Starts a second with two workers, for three seconds.
  private static func rate(_ body: @escaping @Sendable (Int) async throws -> Void) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<2 {
        group.addTask {
          var count = 0
          while clock.now - start < .seconds(3) {
            try await body(1_000_000 * (worker + 1) + count)
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    let spent = (clock.now - start).components
    return Double(counts) / (Double(spent.seconds) + Double(spent.attoseconds) / 1e18)
  }
}

struct Failed: Error, CustomStringConvertible {
  var what: String
  var description: String { what }
}

struct Contender: Sendable {
  var name: String
  var command: [String]

  func run(_ number: Int) throws {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { word in
      strdup(word.replacing("%", with: "\(number)"))
    }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let error = posix_spawnp(&process, command[0], nil, nil, arguments, environ)
    var status: Int32 = 0
    guard error == 0, waitpid(process, &status, 0) == process, status == 0 else {
      throw Failed(what: "\(name) failed: \(error), status \(status)")
    }
  }
}
