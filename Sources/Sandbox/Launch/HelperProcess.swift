internal import CLinux
internal import Dispatch
internal import Glibc
internal import SandboxPlan

/// One samovar-init, from posix_spawn(3) to its end. The daemon forks nothing itself: a fork of a large
/// process is slow and would copy the signing key.
struct HelperProcess: ~Copyable {
  private let process: pid_t
  private let pidfd: Int32
  private let control: Int32
  private var workDirectory: Int32 = -1

  enum Ending {
    case ended(EndReport)
    case failed(step: Int, errno: Int32)
    /// Nothing was heard; how the helper itself ended.
    case silent(String)
  }

  /// - Parameters:
  ///   - output: a file for what is kept of standard output; `errors` of standard error.
  init(helper: String, plan: [UInt8], output: String, errors: String) throws(SandboxError) {
    var open = DescriptorList()
    defer { open.closeAll() }
    let null = try open.add("/dev/null", O_RDONLY)
    let outputFile = try open.add(output, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    let errorFile = try open.add(errors, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    var ends: [Int32] = [-1, -1]
    guard samovar_stream_pair(&ends) == 0 else {
      throw .systemCallFailed(doing: "making a socket pair", errno: errno)
    }
    let far = try open.keep(ends[1], whole: ends[0])
    var process: pid_t = 0
    let name = strdup(helper)
    defer { free(name) }
    let error = samovar_spawn(helper, [name, nil], [null, outputFile, errorFile, far], 4, &process)
    guard error == 0 else {
      close(ends[0])
      throw .systemCallFailed(doing: "starting \(helper)", errno: error)
    }
    self.process = process
    control = ends[0]
    // The process is ours and not waited for yet, so its id can't be another's.
    pidfd = samovar_pidfd_open(process)
    let head = withUnsafeBytes(of: UInt32(plan.count).littleEndian, Array.init)
    send(head + plan)
  }

  deinit {
    close(control)
    if pidfd >= 0 { close(pidfd) }
    if workDirectory >= 0 { close(workDirectory) }
  }

  /// For a hang-up from anywhere while this value is waited on: shutdown(2) of it kills everything in the
  /// sandbox.
  var lifeline: Lifeline { Lifeline(descriptor: control) }

  struct Lifeline: Sendable {
    let descriptor: Int32
    func cut() { shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Who is gone will be silent: that is seen when waiting.
  private func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let more = bytes.withUnsafeBytes { buffer in
        Glibc.send(control, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else { return }
      sent += more
    }
  }

  /// Returns when nothing of the sandbox runs any more, and the helper is reaped.
  mutating func ending() async -> Ending {
    var ending: Ending?
    while ending == nil {
      guard let bytes = await receive(SetupReport.size), let report = try? SetupReport(decoding: bytes) else {
        break
      }
      switch report {
      case .started, .payloadEnded: continue
      case .failed(let step, let errno): ending = .failed(step: Int(step), errno: errno)
      case .ended:
        guard let bytes = await receive(EndReport.size), let end = try? EndReport(decoding: bytes) else {
          break
        }
        ending = .ended(end)
      }
    }
    let exit = await reap()
    return ending ?? .silent(exit)
  }

  /// The descriptor of the work directory, once: the caller closes it. -1 where the payload never started.
  mutating func takeWorkDirectory() -> Int32 {
    defer { workDirectory = -1 }
    return workDirectory
  }

  private mutating func receive(_ count: Int) async -> [UInt8]? {
    var all: [UInt8] = []
    while all.count < count {
      await untilReadable(control)
      var bytes = [UInt8](repeating: 0, count: count - all.count)
      var descriptor: Int32 = -1
      let got = samovar_receive_with_descriptor(control, &bytes, bytes.count, &descriptor)
      if descriptor >= 0 {
        if workDirectory >= 0 { close(workDirectory) }
        workDirectory = descriptor
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { return nil }
      all += bytes[..<got]
    }
    return all
  }

  private func reap() async -> String {
    var code: Int32 = 0
    var status: Int32 = 0
    while true {
      if pidfd >= 0 { await untilReadable(pidfd) }
      let result = samovar_wait_pidfd(pidfd, &code, &status)
      if result > 0 { break }
      if result < 0 && errno != EINTR { return "it can't be waited for (errno \(errno))" }
    }
    return code == 1 ? "it exited with \(status)" : "it was killed by signal \(status)"
  }
}

/// Suspends until a descriptor can be read, or has hung up, without a thread that waits.
private func untilReadable(_ descriptor: Int32) async {
  await withCheckedContinuation { continuation in
    // A source isn't Sendable in Dispatch's eyes; it is touched by its own handler only.
    nonisolated(unsafe) let source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: .global())
    source.setEventHandler { source.cancel() }
    source.setCancelHandler { continuation.resume() }
    source.resume()
  }
}

/// Descriptors above the numbers that they get in a spawned process, closed together.
private struct DescriptorList {
  private var descriptors: [Int32] = []
  private static let first: Int32 = 10

  mutating func add(_ path: String, _ flags: Int32) throws(SandboxError) -> Int32 {
    let file = open(path, flags | O_CLOEXEC, 0o644 as mode_t)
    guard file >= 0 else { throw .systemCallFailed(doing: "opening \(path)", errno: errno) }
    return try keep(file, whole: -1)
  }

  /// - Parameter whole: closed too where this fails.
  mutating func keep(_ descriptor: Int32, whole: Int32) throws(SandboxError) -> Int32 {
    defer { close(descriptor) }
    let high = fcntl(descriptor, F_DUPFD_CLOEXEC, Self.first)
    guard high >= 0 else {
      let reason = errno
      if whole >= 0 { close(whole) }
      throw .systemCallFailed(doing: "duplicating a descriptor", errno: reason)
    }
    descriptors.append(high)
    return high
  }

  func closeAll() {
    for descriptor in descriptors { close(descriptor) }
  }
}
