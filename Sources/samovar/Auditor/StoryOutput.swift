import Glibc
import Ledger
import Simulation
import Workload

/// Where the story of a task goes: the terminal, JSON, a picture.
struct StoryOutput {
  /// Of lines where no terminal says how wide it is.
  private static let defaultWidth = 100
  /// Sentences are no easier to read on wider lines.
  private static let greatestTextWidth = 120

  let story: TaskStory
  let svg: String?
  let json: Bool

  func write(after report: AuditReport) throws {
    if let svg {
      let title = "Task \(story.record.task.description.prefix(18))…, \(story.record.state.name)"
      let picture = TaskPlot(story.timeline, title: title).svg()
      try LocalFile.write(Array(picture.utf8), to: svg, mode: 0o644)
    }
    if json { return try JSONOutput.print(story) }
    let width = Self.terminalWidth
    for chapter in story.chapters {
      print(chapter.title)
      for line in chapter.lines { print(Self.wrap("  " + line, width: min(width, Self.greatestTextWidth))) }
      print("")
    }
    print("Timeline")
    for line in TimelineChart(story.timeline, width: width - 2).lines { print("  \(line)") }
    print("")
    print(
      "All of this follows from the genesis \(report.genesis.map(\.description) ?? ""): \(report.blocks) blocks and "
        + "\(report.calls) signed calls were checked, and every byte of \(report.file).")
  }

  /// Breaks a line between words; what follows is indented below its beginning.
  private static func wrap(_ line: String, width: Int) -> String {
    let indent = String(line.prefix { $0 == " " })
    var lines: [String] = []
    var current = indent
    for word in line.split(separator: " ") {
      if current.count > indent.count + 2, current.count + 1 + word.count > width {
        lines.append(current)
        current = indent + "  "
      }
      current += (current.allSatisfy { $0 == " " } ? "" : " ") + word
    }
    return (lines + [current]).joined(separator: "\n")
  }

  private static var terminalWidth: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return defaultWidth }
    return max(Int(size.ws_col), TimelineChart.leastWidth)
  }
}
