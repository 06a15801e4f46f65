import Glibc
import Ledger
import Workload

/// How far an audit is and how long it will take, on a line of the terminal that is written over; elsewhere nothing.
final class AuditProgressBar {
  private static let cells = 30

  private let isShown = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  /// The first report: copying the files comes before it, and is not to be taken for slowness.
  private var first: (entries: UInt64, at: ContinuousClock.Instant)?

  init() {
    if isShown { StandardStream.error.write("\r\u{1B}[Kcopying") }
  }

  func show(_ progress: Audit.Progress) {
    guard isShown else { return }
    let first = first ?? (progress.entries, clock.now)
    self.first = first
    let rate = Double(progress.entries - first.entries) / ((clock.now - first.at) / .seconds(1))
    StandardStream.error.write("\r\u{1B}[K\(Self.line(progress, entriesPerSecond: rate))")
  }

  func clear() {
    if isShown { StandardStream.error.write("\r\u{1B}[K") }
  }

  private static func line(_ progress: Audit.Progress, entriesPerSecond rate: Double) -> String {
    let all = max(1, progress.ofEntries)
    let done = min(progress.entries, all)
    let full = Int(done * UInt64(cells) / all)
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
    let percent = "\(done * 100 / all) %"
    guard done < all else { return "\(bar) \(percent) · comparing every byte" }
    guard rate.isFinite, rate >= 1 else { return "\(bar) \(percent)" }
    let left = Int((Double(all - done) / rate).rounded(.up))
    return "\(bar) \(percent) · \(done) of \(all) entries · \(Int(rate)) a second · \(clockText(left)) left"
  }

  private static func clockText(_ seconds: Int) -> String {
    let rest = seconds % 60
    return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
  }
}
