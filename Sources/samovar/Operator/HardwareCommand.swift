import Agent
import ArgumentParser
import Telemetry
import Workload

/// `samovar hardware`: what the machine's sensors are and say.
struct HardwareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hardware",
    abstract: "Show the machine's sensors, or capture them as a board's sysfs.txt.",
    subcommands: [HardwareShow.self, HardwareCapture.self], defaultSubcommand: HardwareShow.self)
}

struct HardwareShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print what is there, what a board makes of it, and what is missing.",
    discussion: "A class of devices that the kernel lacks is said to be missing and is no error.")

  @Option(help: "A board's directory, such as hardware/simulated-boiler.")
  var board: String?

  @OptionGroup var place: HardwarePlace

  @Flag(help: "Print JSON for machines.")
  var json = false

  func run() async throws {
    let root = try place.checked()
    let board = try board.map { try Board.load(directory: $0) }
    let report = HardwareReport.read(in: root, board: board, at: WallClock.now)
    if json {
      try JSONOutput.print(report)
    } else {
      print(report.text)
    }
  }
}

struct HardwareCapture: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Write the machine's sensors as sysfs.txt: documentation, test fixture and bug report in one.",
    discussion: """
      Only the attributes that samovar reads are taken. Serial numbers of thermometers are replaced by 1, 2, 3 in their \
      order, hardware addresses by zeros.
      """)

  @OptionGroup var place: HardwarePlace

  @Option(
    help: "A board's directory. Its thermometers keep their names, and the files that it names are taken too."
  )
  var board: String?

  @Option(help: "File to write; without it the text goes to standard output.")
  var output: String?

  func run() async throws {
    let board = try board.map { try Board.load(directory: $0) }
    let tree = SysfsCapture.take(from: try place.checked(), board: board)
    let text = tree.text(comments: [
      "Captured by `samovar hardware capture`. Read before you publish it.",
      "Serial numbers of 1-Wire thermometers are replaced by 1, 2, 3 in their order; hardware addresses are zeros.",
    ])
    guard let output else { return print(text, terminator: "") }
    do {
      try LocalFile.writeInPlace(Array(text.utf8), to: output, followsLink: true)
    } catch {
      throw CannotWrite(error: error)
    }
    print("\(tree.entries.count) attributes, links and directories in \(output)")
  }

  private struct CannotWrite: Error, CustomStringConvertible {
    var error: FileError
    var description: String { "\(error); name a file with --output that you may write" }
  }
}

struct HardwarePlace: ParsableArguments {
  @Option(help: "Directory with another sysfs tree in place of the machine's own.")
  var root = "/"

  func checked() throws -> SysfsRoot {
    let found = SysfsRoot(root)
    guard found.isPresent("/.") else {
      throw ValidationError("--root \(root) is no directory; name one that holds a `sys` directory")
    }
    return found
  }
}
