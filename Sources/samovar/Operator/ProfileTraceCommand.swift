import ArgumentParser
import FoundationEssentials
import Glibc
import Sandbox
import Workload

struct ProfileTraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Run a program, and propose the system calls that a profile lacks for it.",
    discussion: """
      The program runs in the sandbox of the base profile, with its namespaces, mounts and limits and without network, \
      under a filter that lets most calls through: trace only what you would run. What the base doesn't allow is printed, \
      and a profile that does. Read the proposal before you use it: it says what the program did, not what is safe.

      What the program prints goes to standard error, the proposal to standard output.
      """)

  @Option(help: "The profile to compare with, by name or file.") var base = "host"
  @Option(help: "FILE or FILE:PATH: a file that the program sees. Repeatable.") var input: [String] = []
  @Option(help: "KEY=VALUE for the program's environment. Repeatable.") var env: [String] = []
  @Option(help: "The most memory, such as 64MiB.") var memory: String?
  @Option(help: "The most processes and threads.") var pids: UInt32 = 64
  @Option(help: "The most wall time, such as 90s.") var timeout: String?
  @Flag(help: "Print the findings as JSON.") var json = false
  @Argument(parsing: .postTerminator, help: "After --, the program and its arguments.") var command:
    [String] = []

  private static let tracer = "/run/samovar-trace"
  private static let record = "samovar-trace.calls"

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("give a program after --, such as: samovar profile trace -- ls")
    }
  }

  func run() async throws {
    do {
      let file = try ProfileCommand.find(base)
      let trace = ProfileTrace(base: try file.checked())
      let findings = try await self.findings(of: trace, file: file)
      try print(findings, baseName: file.name)
    } catch let error as SandboxError {
      StandardStream.error.writeLine("samovar profile trace: \(error)")
      throw ExitCode(1)
    } catch let mistakes as Mistakes {
      StandardStream.error.writeLine(mistakes.description)
      throw ExitCode(1)
    }
  }

  private func findings(of trace: ProfileTrace, file: ProfileFile) async throws -> ProfileTrace.Findings {
    let directory = try OutputDirectory(nil)
    defer { directory.removeIfTemporary() }
    let profile = "\(directory.path)/trace.yaml"
    try LocalFile.write(Array(trace.tracingProfile.utf8), to: profile)
    let files = try LauncherFiles.find(environment: ProcessInfo.processInfo.environment)
    let tracer = LocalFile.directory(of: files.helper) + "/samovar-trace"
    guard LocalFile.exists(tracer) else {
      throw SandboxError.hostLacks(feature: "the tracer \(tracer)", remedy: "build it with 'swift build'")
    }
    let output = "\(directory.path)/output"
    let request = try RunRequest(
      try RunCommand.parse(runArguments(profile: profile, tracer: tracer, trace: trace)),
      outputDirectory: output)
    let launcher = Launcher(files: files, clock: { Instant(Int64(Date().timeIntervalSince1970 * 1000)) })
    let run = try await launcher.run(request)
    for name in ["stdout", "stderr"] {
      StandardStream.error.write((try? LocalFile.read("\(output)/\(name)", limit: .mebibytes(64))) ?? [])
    }
    guard case .exited(let code) = run.outcome,
      let bytes = try? LocalFile.read("\(output)/\(Self.record)", limit: .mebibytes(8)),
      let findings = trace.findings(
        in: String(decoding: bytes, as: UTF8.self), baseFile: Self.absolute(file.path))
    else {
      throw SandboxError.invalidRequest("the program could not be traced to its end: \(run.outcome)")
    }
    if code != 0 { StandardStream.error.writeLine("samovar: the program ended with \(code)") }
    return findings
  }

  private func runArguments(profile: String, tracer: String, trace: ProfileTrace) -> [String] {
    var arguments = [
      "--profile", profile, "--input", "\(tracer):\(Self.tracer)", "--output", "output", "--keep",
      Self.record,
      "--pids", "\(pids == .max ? pids : pids + 1)",
    ]
    for file in input { arguments += ["--input", file] }
    for pair in env { arguments += ["--env", pair] }
    if let memory { arguments += ["--memory", memory] }
    if let timeout { arguments += ["--timeout", timeout] }
    return arguments + ["--", Self.tracer, Self.record, trace.wantedArguments] + command
  }

  /// The proposal may be put anywhere, so that its base's name must not depend on where.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private func print(_ findings: ProfileTrace.Findings, baseName: String) throws {
    if json { return try JSONOutput.print(findings) }
    var lines = ["# \(findings.calls) different system calls. Beyond \(baseName):"]
    for call in findings.refused {
      let arguments = call.arguments.contains { $0 != 0 } ? " \(call.arguments)" : ""
      let reason = call.isProposed ? "proposed" : "not proposed; \(baseName) answers: \(call.answer)"
      lines.append("#   \(call.name)\(arguments): \(reason)")
    }
    if findings.refused.isEmpty { lines.append("#   nothing: the program runs under \(baseName) as it is") }
    if findings.lost > 0 { lines.append("# \(findings.lost) calls more were made than could be kept.") }
    if findings.foreign > 0 {
      lines.append("# \(findings.foreign) calls of another architecture: no profile lets those through.")
    }
    if let proposal = findings.proposal { lines.append(proposal) }
    StandardStream.output.writeLine(lines.joined(separator: "\n"))
  }
}
