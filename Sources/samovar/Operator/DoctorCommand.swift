import ArgumentParser
import FoundationEssentials
import Glibc
import Sandbox
import Workload

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check what this host offers, and say what to do about what is missing.",
    discussion: "Ends with 1 when something is missing that tasks can't run without.")

  @Flag(help: "Print the findings as JSON.")
  var json = false

  func run() async throws {
    let report = await HostReport.examine(
      environment: ProcessInfo.processInfo.environment,
      clock: { .now })
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardStream.output.write(Array(try encoder.encode(report)) + [10])
    } else {
      StandardStream.output.write(report.text)
    }
    if !report.isUsable { throw ExitCode(1) }
  }
}
