import ArgumentParser
import Scheduling

/// `samovar heat controller`: the planner behind JSON lines.
struct ControllerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controller",
    abstract:
      "Decide about a simulated or foreign site: JSON lines on standard input, decisions on standard output.",
    discussion: """
      Each line is one message: `hello` describes the site, each `state` is answered by a `decision`, `end` ends. A line \
      that can't be understood is answered by an `error` that says why, and nothing is started or stopped for it. \
      docs/concepts/heat.md has the fields.
      """)

  @Option(
    help: ArgumentHelp(
      "A plan that takes longer than that is given up, and the greedy rule decides.",
      valueName: "milliseconds"))
  var planLimit = 400

  func validate() throws {
    guard (1...600_000).contains(planLimit) else {
      throw ValidationError("--plan-limit must be 1 to 600000 milliseconds, not \(planLimit)")
    }
  }

  func run() async throws {
    var session = ControllerSession()
    let clock = ContinuousClock()
    while let line = readLine() {
      let latest = clock.now + .milliseconds(planLimit)
      switch session.answer(line, isLate: { clock.now > latest }) {
      case .line(let answer): StandardStream.output.writeLine(answer)
      case .end: return
      }
    }
  }
}
