import Agent
import ArgumentParser
import FoundationEssentials
import Glibc
import Ledger
import Workload

/// `samovar demo`: the whole path on this machine.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run the whole path here: three nodes, a bag of 60 tasks, one liar, a coalition, an audit.",
    discussion: """
      Starts three agents as processes of their own, each with a key, a configuration and a simulated boiler, on one \
      ledger; submits examples/efast/bag.yaml; shows what happens; and ends with a report and an audit of the ledger. \
      Beside them twelve nodes in one process play on a ledger of their own how a coalition is found out.
      """)

  @Option(help: ArgumentHelp("Where keys, ledger and logs are written; kept.", valueName: "directory"))
  var directory: String?
  @Option(help: ArgumentHelp("Another bag.", valueName: "file"))
  var bag: String?
  @Option(help: "Seconds after which it gives up.")
  var timeout = 180
  @Flag(help: "One line now and then instead of a picture that is drawn anew; so too where no terminal is.")
  var plain = false

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let share = try ShareDirectory.find(executable: executable, environment: environment)
    let directory = directory ?? "\(environment["TMPDIR"] ?? "/tmp")/samovar-demo-\(getpid())"
    guard !LocalFile.exists("\(directory)/ledger") else { throw DemoFault.notEmpty(directory) }
    let resolved = try await resolve(share: share, programs: LocalFile.directory(of: executable))

    var network = try DemoNetwork(directory: directory, board: "\(share)/hardware/simulated-boiler")
    let coalition = try DemoCoalition(directory: directory)
    StandardStream.output.writeLine("Samovar demo in \(directory)")
    let clock = ContinuousClock()
    let start = clock.now
    do {
      try network.start(executable: executable)
      async let played: Void = coalition.play()
      try await network.bond()
      StandardStream.output.writeLine("three nodes registered and bonded; waiting until their offers count")
      try await network.waitForOffers()
      let id = try await Submission(account: network.requester, shared: network.shared).post(resolved)
      let watch = DemoWatch(
        network: network, coalition: coalition, bag: id, isLive: !plain && isatty(STDOUT_FILENO) == 1,
        start: start)
      try await watch.follow(until: start.advanced(by: .seconds(timeout)))
      await played
      await network.stop()
      try await DemoReport(network: network, coalition: coalition, bag: id, elapsed: clock.now - start).print(
        executable: executable)
    } catch {
      await network.stop()
      throw error
    }
  }

  private func resolve(share: String, programs: String) async throws -> ResolvedBag {
    let options: BagFileOptions
    if let bag {
      options = try BagFileOptions.parse([bag])
    } else {
      options = try BagFileOptions.parse([
        "\(share)/examples/efast/bag.yaml", "--with", "bin/efast=\(programs)/efast",
      ])
    }
    return try await options.resolve()
  }
}
