internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Watches pid 1 from outside until nothing of the sandbox runs: lifeline, limits of time, captured streams.
struct Supervisor {
  let supervision: Supervision
  /// Stands for the whole set-up in a report that it took too long.
  let stepCount: UInt32
  let process: pid_t
  let pidfd: Int32
  private let link: Int32
  private var output: Capture
  private var errors: Capture
  private var end = EndReport()
  private var failure: SetupReport?
  private var startedAt: UInt64?
  private var deadline: UInt64
  private var isLinkOpen = true
  private var isControlOpen = true

  init(
    supervision: Supervision, stepCount: UInt32, process: pid_t, pidfd: Int32, link: Int32, output: Capture,
    errors: Capture
  ) {
    self.supervision = supervision
    self.stepCount = stepCount
    self.process = process
    self.pidfd = pidfd
    self.link = link
    self.output = output
    self.errors = errors
    deadline = samovar_monotonic_microseconds() &+ supervision.setupMilliseconds &* 1000
  }

  /// SIGKILL for pid 1 ends every process of its pid namespace.
  func kill() {
    _ = samovar_pidfd_send_signal(pidfd, SIGKILL)
  }

  /// Pid 1 waits for this byte while its ids are mapped and its cgroups joined.
  func release() {
    send([UInt8(ascii: "G")], on: link)
  }

  mutating func run() -> Never {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    while true {
      var events = [
        pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isLinkOpen ? link : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isControlOpen ? SamovarInit.controlSocket : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output.isOpen ? output.pipe : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.isOpen ? errors.pipe : -1, events: Int16(POLLIN), revents: 0),
      ]
      let now = samovar_monotonic_microseconds()
      // Rounded up, or the last millisecond would be spent polling.
      let left = deadline > now ? (deadline - now) / 1000 + 1 : 0
      let ready = poll(&events, nfds_t(events.count), Int32(clamping: left))
      if ready < 0 { continue }
      if samovar_monotonic_microseconds() >= deadline { passDeadline() }
      if events[1].revents != 0 { hearInit() }
      if events[2].revents != 0 { hearDaemon() }
      if events[3].revents != 0 { _ = output.move(through: buffer) }
      if events[4].revents != 0 { _ = errors.move(through: buffer) }
      if events[0].revents != 0 { break }
    }
    finish(buffer)
  }

  private mutating func passDeadline() {
    if startedAt == nil {
      if failure == nil { failure = .failed(step: stepCount, errno: ETIMEDOUT) }
      kill()
    } else if end.code == 0 && !end.isTimedOut {
      end.isTimedOut = true
      send([UInt8(ascii: "T")], on: link)
      deadline = samovar_monotonic_microseconds() &+ supervision.graceMilliseconds &* 1000
      return
    } else {
      kill()
    }
    // Killed: the pidfd is next to speak. A second look in a second costs nothing.
    deadline = samovar_monotonic_microseconds() &+ 1_000_000
  }

  private mutating func hearDaemon() {
    var byte: UInt8 = 0
    let count = read(SamovarInit.controlSocket, &byte, 1)
    if count > 0 || (count < 0 && errno == EINTR) { return }
    isControlOpen = false
    end.isAborted = true
    kill()
  }

  private mutating func hearInit() {
    var bytes = [UInt8](repeating: 0, count: SetupReport.size)
    var descriptor: Int32 = -1
    let count = samovar_receive_with_descriptor(link, &bytes, bytes.count, &descriptor)
    if count < 0 && errno == EINTR { return }
    guard count == SetupReport.size, let report = try? SetupReport(decoding: bytes) else {
      isLinkOpen = false
      return
    }
    switch report {
    case .failed:
      failure = failure ?? report
    case .started:
      let now = samovar_monotonic_microseconds()
      startedAt = now
      let (wall, isBeyond) = supervision.wallMilliseconds.multipliedReportingOverflow(by: 1000)
      deadline = isBeyond || wall > UInt64.max / 2 ? .max : now + wall
      send(bytes, on: SamovarInit.controlSocket, with: descriptor)
    case .payloadEnded(let code, let status):
      end.code = code
      end.status = status
      markEnd()
      deadline = samovar_monotonic_microseconds() &+ supervision.graceMilliseconds &* 1000 &+ 1_000_000
    case .ended:
      break
    }
    if descriptor >= 0 { close(descriptor) }
  }

  private mutating func markEnd() {
    guard let startedAt, end.wallMicroseconds == 0 else { return }
    end.wallMicroseconds = samovar_monotonic_microseconds() - startedAt
  }

  private mutating func finish(_ buffer: UnsafeMutableRawBufferPointer) -> Never {
    // The last words of pid 1 may be in the link still, those of the payload in the pipes. All writers are
    // dead.
    if isLinkOpen {
      _ = fcntl(link, F_SETFL, O_NONBLOCK)
      while isLinkOpen { hearInit() }
    }
    while output.move(through: buffer) {}
    while errors.move(through: buffer) {}
    markEnd()
    var usage = samovar_usage()
    var code: Int32 = 0
    var status: Int32 = 0
    while samovar_wait4(process, 0, &code, &status, &usage) < 0 && errno == EINTR {}
    if startedAt == nil {
      let report = failure ?? .failed(step: stepCount, errno: end.isAborted ? ECANCELED : ECHILD)
      send(report.encoded, on: SamovarInit.controlSocket)
      exit(125)
    }
    end.processorMicroseconds = usage.user_microseconds + usage.system_microseconds
    end.maxResidentKibibytes = usage.max_resident_kibibytes
    end.isOutputTruncated = output.isTruncated
    end.isErrorTruncated = errors.isTruncated
    end.captureErrno = output.errno != 0 ? output.errno : errors.errno
    send(SetupReport.ended.encoded + end.encoded, on: SamovarInit.controlSocket)
    exit(0)
  }
}
