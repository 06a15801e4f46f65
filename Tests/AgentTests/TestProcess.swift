import Foundation
import Glibc
import Synchronization
import TestSupport
import Workload

/// A process that a test starts and ends. Its standard input is a pipe that only this process holds open, by which an
/// agent ends when the tests are killed; in every other path whoever starts it stops it.
final class TestProcess: Sendable {
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  static let samovar = BuiltProgram.samovar.path
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  let identifier: Int32
  let output: String
  let errors: String
  private let lifeline: Int32
  private let ending = Mutex<Ending?>(nil)

  /// Appends its output to two files; one where both paths are the same.
  init(
    _ executable: String, _ arguments: [String], output: String, errors: String,
    environment: [String: String] = [:]
  ) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw FileError("make a pipe for", executable, code: errno) }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o644)
    let inherited = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"]
    var variables = ProcessInfo.processInfo.environment.filter { inherited.contains($0.key) }
    variables["SAMOVAR_PROFILES"] = Self.repository + "/sandbox-profiles"
    variables.merge(environment) { $1 }
    var vector = ([executable] + arguments).map { strdup($0) } + [nil]
    var block = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in vector + block { free(pointer) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, &vector, &block)
    guard code == 0 else {
      close(ends[1])
      throw FileError("start", executable, code: code)
    }
    identifier = process
    lifeline = ends[1]
    self.output = output
    self.errors = errors
  }

  deinit {
    close(lifeline)
    if ended == nil { kill(identifier, SIGKILL) }
  }

  /// How it ended; nothing while it runs. Reaps it.
  var ended: Ending? {
    ending.withLock { known in
      if known != nil { return known }
      var status: Int32 = 0
      guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
      let signal = status & 0x7F
      known = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
      return known
    }
  }

  /// Waits for its end at most so long.
  func end(within seconds: Double) async -> Ending? {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: .seconds(seconds))
    while clock.now < deadline {
      if let ended { return ended }
      // Not cancellable: a cancelled test, too, has to see its children off.
      await Task { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
    return ended
  }

  /// SIGTERM, and SIGKILL where that doesn't end it.
  func stop() async {
    guard ended == nil else { return }
    kill(identifier, SIGTERM)
    if await end(within: 5) != nil { return }
    kill(identifier, SIGKILL)
    _ = await end(within: 5)
  }

  var printed: String { (try? LocalFile.readText(output)) ?? "" }
  var said: String { (try? LocalFile.readText(errors)) ?? "" }
}

/// What a command printed and how it ended.
struct Printed {
  var status: Int32
  var output: String
  var errors: String

  /// Runs `samovar` to its end.
  static func samovar(_ arguments: String..., seconds: Double = 20) async throws -> Printed {
    try await run(TestProcess.samovar, arguments, seconds: seconds)
  }

  static func run(
    _ executable: String, _ arguments: [String], seconds: Double = 20
  ) async throws -> Printed {
    let place = try TemporaryDirectory()
    let process = try TestProcess(
      executable, arguments, output: place.path + "/out", errors: place.path + "/err")
    guard let ending = await process.end(within: seconds) else {
      await process.stop()
      throw TestFault(
        "\(executable) \(arguments.joined(separator: " ")) still ran after \(seconds) s: \(process.said)")
    }
    guard case .exited(let status) = ending else {
      throw TestFault(
        "\(executable) \(arguments.joined(separator: " ")) ended with \(ending): \(process.said)")
    }
    return Printed(status: status, output: process.printed, errors: process.said)
  }
}

/// Why a test could not go on.
struct TestFault: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

func directoryNames(_ path: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: path)
}
