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
  private let groups: CgroupDirectories
  private let link: Int32
  private var output: Capture
  private var errors: Capture
  private var clock: RunClock
  private var end = EndReport()
  private var failure: SetupReport?
  private var isLinkOpen = true
  private var isControlOpen = true

  init(
    supervision: Supervision, stepCount: UInt32, groups: CgroupDirectories, process: pid_t, pidfd: Int32,
    link: Int32, output: Capture, errors: Capture
  ) {
    self.supervision = supervision
    self.stepCount = stepCount
    self.groups = groups
    self.process = process
    self.pidfd = pidfd
    self.link = link
    self.output = output
    self.errors = errors
    clock = RunClock(supervision)
  }

  /// SIGKILL for pid 1 ends every process of its pid namespace.
  func kill() {
    _ = samovar_pidfd_send_signal(pidfd, SIGKILL)
    // Version 1 delivers no signal to what is frozen.
    if clock.isFrozen { clock.setFreezer(frozen: false) }
  }

  /// Pid 1 waits for this byte while its ids are mapped.
  func release() {
    send([UInt8(ascii: "G")], on: link)
  }

  mutating func run() -> Never {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    var isAlive = true
    while isAlive {
      var events = [
        pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isLinkOpen ? link : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isControlOpen ? Zygote.socket : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: output.isOpen ? output.pipe : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errors.isOpen ? errors.pipe : -1, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&events, nfds_t(events.count), clock.millisecondsLeft) < 0 { continue }
      if clock.isDue { passDeadline() }
      if events[1].revents != 0 { hearInit() }
      if events[2].revents != 0 { hearDaemon() }
      if events[3].revents != 0 { _ = output.move(through: buffer) }
      if events[4].revents != 0 { _ = errors.move(through: buffer) }
      isAlive = events[0].revents == 0
    }
    report(buffer)
    leave()
  }

  private mutating func passDeadline() {
    if !clock.isStarted {
      if failure == nil { failure = .failed(step: stepCount, errno: ETIMEDOUT) }
      kill()
    } else if end.code == 0 && !end.isTimedOut {
      end.isTimedOut = true
      send([UInt8(ascii: "T")], on: link)
      clock.allow(milliseconds: supervision.graceMilliseconds)
      return
    } else {
      kill()
    }
    // Killed: the pidfd is next to speak. A second look in a second costs nothing.
    clock.allow(milliseconds: 1000)
  }

  private mutating func hearDaemon() {
    var byte: UInt8 = 0
    let count = read(Zygote.socket, &byte, 1)
    if count < 0 && errno == EINTR { return }
    guard count > 0 else {
      isControlOpen = false
      end.isAborted = true
      kill()
      return
    }
    // What is on its way to its end is not stopped on it.
    guard !end.isTimedOut, let call = SupervisionCall(rawValue: byte) else { return }
    switch call {
    case .freeze: clock.freeze()
    case .thaw: clock.thaw()
    }
  }

  private mutating func hearInit() {
    var bytes = [UInt8](repeating: 0, count: SetupReport.size)
    var descriptor: Int32 = -1
    let count = samovar_receive_with_descriptors(link, &bytes, bytes.count, &descriptor, 1)
    if count < 0 && errno == EINTR { return }
    guard count == SetupReport.size, let report = try? SetupReport(decoding: bytes) else {
      isLinkOpen = false
      return
    }
    switch report {
    case .failed:
      failure = failure ?? report
    case .listening:
      send(bytes, on: Zygote.socket, with: descriptor)
    case .started:
      clock.start()
      send(bytes, on: Zygote.socket, with: descriptor)
    case .payloadEnded(let code, let status):
      end.code = code
      end.status = status
      end.wallMicroseconds = clock.microsecondsRun
      clock.allow(milliseconds: supervision.graceMilliseconds &+ 1000)
    case .ended:
      break
    }
    if descriptor >= 0 { close(descriptor) }
  }

  /// All that there is to say, when everything in the sandbox is dead.
  private mutating func report(_ buffer: UnsafeMutableRawBufferPointer) {
    // The last words of pid 1 may be in the link still, those of the payload in the pipes. All writers are
    // dead.
    if isLinkOpen {
      _ = fcntl(link, F_SETFL, O_NONBLOCK)
      while isLinkOpen { hearInit() }
    }
    while output.move(through: buffer) {}
    while errors.move(through: buffer) {}
    var usage = samovar_usage()
    var code: Int32 = 0
    var status: Int32 = 0
    while samovar_wait4(process, 0, &code, &status, &usage) < 0 && errno == EINTR {}
    guard clock.isStarted else {
      let report = failure ?? .failed(step: stepCount, errno: end.isAborted ? ECANCELED : ECHILD)
      send(report.encoded, on: Zygote.socket)
      return
    }
    if end.wallMicroseconds == 0 { end.wallMicroseconds = clock.microsecondsRun }
    end.processorMicroseconds = usage.user_microseconds + usage.system_microseconds
    end.maxResidentKibibytes = usage.max_resident_kibibytes
    end.isOutputTruncated = output.isTruncated
    end.isErrorTruncated = errors.isTruncated
    end.captureErrno = output.errno != 0 ? output.errno : errors.errno
    send(SetupReport.ended.encoded + end.encoded, on: Zygote.socket)
  }

  /// The daemon reads what the cgroups counted, and hangs up when it has; or it is dead.
  private func leave() -> Never {
    var events = [pollfd(fd: Zygote.socket, events: 0, revents: 0)]
    while events[0].revents == 0 {
      if poll(&events, 1, Self.mostPatience) == 0 { break }
    }
    groups.remove()
    exit(0)
  }

  /// In milliseconds, for the daemon to read some numbers.
  private static let mostPatience: Int32 = 60_000
}
