import Agent
import ArgumentParser
import FoundationEssentials
import Glibc
import Logging

/// `samovar agent`: the daemon.
struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent",
    abstract: "Run a node: read its sensors, offer its slots, run what the ledger draws for it.",
    discussion: """
      Runs until SIGTERM or SIGINT. Killed at any point and started again it goes on where it was: each replica gets \
      exactly one receipt.
      """)

  @Option(help: ArgumentHelp("The node's configuration.", valueName: "file"))
  var config: String
  @Option(help: "The least level of what is logged.")
  var logLevel: LogLevel = .info

  @Flag(
    help:
      "Also end when standard input ends: with whoever started this process and holds the other end of the pipe."
  )
  var untilEndOfInput = false

  func run() async throws {
    let configuration = try AgentConfiguration.load(config)
    var log = Logger(label: configuration.identity.name) { StreamLogHandler.standardError(label: $0) }
    log.logLevel = logLevel.level
    let agent = try await NodeAgent(
      configuration, log: log, environment: ProcessInfo.processInfo.environment, now: { WallClock.now },
      lifeline: untilEndOfInput ? STDIN_FILENO : nil)
    try await agent.run()
  }
}

/// How much is logged.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case debug, info, notice, warning, error

  var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
