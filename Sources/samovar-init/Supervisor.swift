internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Watches pid 1 from outside until nothing of the sandbox runs: lifeline, limits of time, captured streams.
final class Supervisor {
  let supervision: Supervision
  /// Stands for the whole set-up in a report that it took too long.
  let stepCount: UInt32
  let process: pid_t
  let pidfd: Int32
  private let groups: CgroupDirectories
  private let network: LentNetwork?
  private let link: Int32
  private var output: Capture
  private var errors: Capture
  private var clock: RunClock
  private var end = EndReport()
  private var failure: SetupReport?
  private var isLinkOpen = true
  private var isControlOpen = true

  init(
    supervision: Supervision, stepCount: UInt32, groups: CgroupDirectories, network: LentNetwork?,
    process: pid_t, pidfd: Int32, link: Int32, output: Capture, errors: Capture
  ) {
    self.supervision = supervision
    self.stepCount = stepCount
    self.groups = groups
    self.network = network
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

  func run() -> Never {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    var isAlive = true
    while isAlive {
      let descriptors = [
        pidfd, isLinkOpen ? link : -1, isControlOpen ? Zygote.socket : -1, output.isOpen ? output.pipe : -1,
        errors.isOpen ? errors.pipe : -1,
      ]
      let ready = samovar_poll(descriptors, descriptors.count, clock.millisecondsLeft)
      if ready < 0 { continue }
      if clock.isDue { passDeadline() }
      if ready & 2 != 0 { hearInit() }
      if ready & 4 != 0 { hearDaemon() }
      if ready & 8 != 0 { _ = output.move(through: buffer) }
      if ready & 16 != 0 { _ = errors.move(through: buffer) }
      isAlive = ready & 1 == 0
    }
    network?.giveBack()
    report(buffer)
    leave()
  }

  private func passDeadline() {
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

  private func hearDaemon() {
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

  private func hearInit() {
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
  private func report(_ buffer: UnsafeMutableRawBufferPointer) {
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
    var byte: UInt8 = 0
    // What it may still ask for comes too late.
    while samovar_poll([Zygote.socket], 1, Self.mostPatience) > 0, read(Zygote.socket, &byte, 1) > 0 {}
    groups.remove()
    _exit(0)
  }

  /// In milliseconds, for the daemon to read some numbers.
  private static let mostPatience: Int32 = 60_000
}
