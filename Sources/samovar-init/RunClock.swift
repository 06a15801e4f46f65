private import CLinux
internal import Glibc
internal import SandboxPlan

/// When the supervisor must act next: limits of wall time and of processor time, which stand still while the sandbox is
/// frozen.
struct RunClock {
  private let supervision: Supervision
  private var startedAt: UInt64?
  private var deadline: UInt64
  /// When the processors could have used up what is left of the limit.
  private var nextCount: UInt64 = .max
  private var frozenAt: UInt64?

  private static var now: UInt64 { samovar_monotonic_microseconds() }

  init(_ supervision: Supervision) {
    self.supervision = supervision
    deadline = Self.after(supervision.setupMilliseconds)
  }

  private static func after(_ milliseconds: UInt64) -> UInt64 {
    let (microseconds, isBeyond) = milliseconds.multipliedReportingOverflow(by: 1000)
    return isBeyond || microseconds > .max / 2 ? .max : now + microseconds
  }

  var isStarted: Bool { startedAt != nil }
  var isFrozen: Bool { frozenAt != nil }

  /// Since the start, without what was spent frozen.
  var microsecondsRun: UInt64 { startedAt.map { (frozenAt ?? Self.now) - $0 } ?? 0 }

  /// For poll(2): rounded up, or the last millisecond would be spent polling.
  var millisecondsLeft: Int32 {
    let next = isFrozen ? .max : min(deadline, nextCount)
    if next == .max { return -1 }
    let now = Self.now
    return next > now ? Int32(clamping: (next - now) / 1000 + 1) : 0
  }

  /// A limit is reached.
  var isDue: Bool {
    mutating get {
      if isFrozen { return false }
      let now = Self.now
      if now >= nextCount && isProcessorTimeUsedUp(now) { return true }
      return now >= deadline
    }
  }

  mutating func start() {
    let now = Self.now
    startedAt = now
    deadline = Self.after(supervision.wallMilliseconds)
    if let time = supervision.processorTime {
      nextCount = now + time.limitMicroseconds / UInt64(max(1, time.processors))
    }
  }

  /// A new deadline, counted from now; processor time no longer matters.
  mutating func allow(milliseconds: UInt64) {
    deadline = Self.after(milliseconds)
    nextCount = .max
  }

  private mutating func isProcessorTimeUsedUp(_ now: UInt64) -> Bool {
    guard let time = supervision.processorTime, let used = time.usedMicroseconds else { return false }
    if used >= time.limitMicroseconds { return true }
    nextCount = now + max(1000, (time.limitMicroseconds - used) / UInt64(max(1, time.processors)))
    return false
  }

  mutating func freeze() {
    guard isStarted, !isFrozen, setFreezer(frozen: true) else { return }
    frozenAt = Self.now
  }

  mutating func thaw() {
    guard let since = frozenAt else { return }
    setFreezer(frozen: false)
    let pause = Self.now - since
    startedAt = startedAt.map { $0 + pause }
    if deadline < .max { deadline += pause }
    if nextCount < .max { nextCount += pause }
    frozenAt = nil
  }

  /// False where nothing can be frozen.
  @discardableResult
  func setFreezer(frozen: Bool) -> Bool {
    guard let freezer = supervision.freezer else { return false }
    return (try? writeWhole(frozen ? freezer.frozen : freezer.thawed, to: freezer.path)) != nil
  }
}

extension ProcessorTime {
  /// What the cgroup counted so far; nothing where it can't be read.
  fileprivate var usedMicroseconds: UInt64? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    // "KEY NUMBER" in lines, or one number alone.
    for line in bytes[..<count].split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      let isIt = key.isEmpty ? words.count == 1 : words.first?.elementsEqual(key.utf8) == true
      guard isIt, let last = words.last else { continue }
      return UInt64(String(decoding: last, as: UTF8.self)).map { $0 / max(1, unitsPerMicrosecond) }
    }
    return nil
  }
}
