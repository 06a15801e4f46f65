import Glibc
import Ledger
import Workload

/// How far an audit is and how long it will take, on a line of the terminal that is written over; elsewhere nothing.
final class AuditProgressBar {
  private static let cells = 30

  private let isShown = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant

  init() {
    start = clock.now
    if isShown { StandardStream.error.write("\r\u{1B}[Kcopying") }
  }

  func show(_ progress: Audit.Progress) {
    guard isShown else { return }
    let elapsed = (clock.now - start) / .seconds(1)
    StandardStream.error.write("\r\u{1B}[K\(Self.line(progress, after: elapsed))")
  }

  func clear() {
    if isShown { StandardStream.error.write("\r\u{1B}[K") }
  }

  private static func line(_ progress: Audit.Progress, after seconds: Double) -> String {
    let all = max(1, progress.ofEntries)
    let done = min(progress.entries, all)
    let full = Int(done * UInt64(cells) / all)
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: cells - full)
    let percent = "\(done * 100 / all) %"
    guard done < all else { return "\(bar) \(percent) · comparing every byte" }
    guard done > 0, seconds > 0 else { return "\(bar) \(percent)" }
    let rate = Double(done) / seconds
    let left = Int((Double(all - done) / rate).rounded(.up))
    return "\(bar) \(percent) · \(done) of \(all) entries · \(Int(rate)) a second · \(clockText(left)) left"
  }

  private static func clockText(_ seconds: Int) -> String {
    let rest = seconds % 60
    return "\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
  }
}
