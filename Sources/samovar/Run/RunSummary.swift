import FoundationEssentials
import Glibc
import Sandbox
import Synchronization
import Workload

/// What `samovar run` says at the end: a line or two for people, JSON for machines.
struct RunSummary: Encodable {
  let exitStatus: Int32
  let summary: String
  let outputDirectory: String?
  let run: CompletedRun

  init(run: CompletedRun, outputDirectory: String?) {
    self.run = run
    exitStatus = run.outcome.exitStatus
    summary = "\(run.outcome)"
    self.outputDirectory = outputDirectory
  }

  func print(asJSON: Bool, isQuiet: Bool) throws {
    if asJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardStream.output.write(Array(try encoder.encode(self)) + [10])
    } else if !isQuiet {
      StandardStream.error.write(text)
    }
  }

  private var text: String {
    let usage = run.usage
    var parts = [
      "samovar: \(summary)", "\(usage.wallMilliseconds) ms wall", "\(usage.cpuMilliseconds) ms CPU",
    ]
    if let peak = usage.peakMemory { parts.append("\(size(peak)) peak") }
    if let energy = usage.energy { parts.append("\(energy.electric.milliwattHours) mWh") }
    if run.standardOutput.isTruncated { parts.append("stdout cut off at \(size(run.standardOutput.size))") }
    if run.standardError.isTruncated { parts.append("stderr cut off at \(size(run.standardError.size))") }
    var text = parts.joined(separator: " · ") + "\n"
    // The host's own directories were asked for; a limit that isn't held was not.
    let notHeld = run.exemptions.filter { !$0.hasPrefix("host-mount:") && !$0.hasPrefix("host-root:") }
    if !notHeld.isEmpty {
      text += "samovar: not enforced here: \(notHeld.joined(separator: ", ")); see samovar doctor\n"
    }
    return text
  }

  private func size(_ bytes: ByteCount) -> String {
    let tenths = bytes.value * 10 / (1 << 20)
    return bytes.value < 1 << 20 ? "\(bytes.value / 1024) KiB" : "\(tenths / 10).\(tenths % 10) MiB"
  }
}

/// Shows what a running command prints, from where it is kept.
final class StreamFollower: Sendable {
  private struct Position {
    var file: Int32
    var target: StandardStream
    var offset: off_t = 0
  }

  private let capture: CaptureFiles
  private let positions: Mutex<[Position]>
  private let following: Mutex<Task<Void, Never>?> = Mutex(nil)
  private static let period = Duration.milliseconds(100)

  init(_ capture: CaptureFiles) {
    self.capture = capture
    positions = Mutex([
      Position(file: capture.output, target: .output), Position(file: capture.errors, target: .error),
    ])
    let task = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.period)
        self.copy()
      }
    }
    following.withLock { $0 = task }
  }

  /// Shows the rest.
  func finish() {
    following.withLock { $0?.cancel() }
    copy()
  }

  private func copy() {
    positions.withLock { positions in
      for index in positions.indices {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          let count = pread(positions[index].file, &chunk, chunk.count, positions[index].offset)
          if count <= 0 { break }
          positions[index].offset += off_t(count)
          positions[index].target.write(Array(chunk[..<count]))
        }
      }
    }
  }
}
