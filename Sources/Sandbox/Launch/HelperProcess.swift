internal import CLinux
internal import Dispatch
internal import Glibc
internal import SandboxPlan

/// One fork of samovar-init that carries out a plan and watches its run, as it is seen through its control socket.
struct HelperProcess: ~Copyable {
  private let control: Int32
  private var workDirectory: Int32 = -1

  enum Ending {
    case ended(EndReport)
    case failed(step: Int, errno: Int32)
    /// It was killed, or could not be forked.
    case silent
  }

  init(
    zygote: ZygoteProcess, call: RunCall, plan: [UInt8], input: Int32, capture: CaptureFiles
  ) throws(SandboxError) {
    control = try zygote.start(call, input: input, output: capture.output, errors: capture.errors)
    let head = withUnsafeBytes(of: UInt32(plan.count).littleEndian, Array.init)
    send(head + plan)
  }

  /// The helper removes the run's cgroups when it hears this.
  deinit {
    close(control)
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

  /// Returns when nothing of the sandbox runs any more.
  ///
  /// - Parameters:
  ///   - control: may speak to the helper from the payload's start to its end.
  ///   - listening: gets the descriptor of the socket that the sandbox's proxy is to serve, for its own.
  mutating func ending(_ control: RunControl?, listening: (Int32) -> Void) async -> Ending {
    defer { control?.detach() }
    while let bytes = await receive(SetupReport.size), let report = try? SetupReport(decoding: bytes.bytes) {
      switch report {
      case .started:
        if workDirectory >= 0 { close(workDirectory) }
        workDirectory = bytes.descriptor
        control?.attach(self.control)
        continue
      case .listening where bytes.descriptor >= 0:
        listening(bytes.descriptor)
        continue
      case .listening, .payloadEnded: break
      case .failed(let step, let errno): return .failed(step: Int(step), errno: errno)
      case .ended:
        guard let bytes = await receive(EndReport.size), let end = try? EndReport(decoding: bytes.bytes)
        else {
          return .silent
        }
        return .ended(end)
      }
      if bytes.descriptor >= 0 { close(bytes.descriptor) }
    }
    return .silent
  }

  /// The descriptor of the work directory, once: the caller closes it. -1 where the payload never started.
  mutating func takeWorkDirectory() -> Int32 {
    defer { workDirectory = -1 }
    return workDirectory
  }

  private func receive(_ count: Int) async -> (bytes: [UInt8], descriptor: Int32)? {
    var all: [UInt8] = []
    var kept: Int32 = -1
    while all.count < count {
      if samovar_poll([control], 1, 0) == 0 { await untilReadable(control) }
      var bytes = [UInt8](repeating: 0, count: count - all.count)
      var descriptor: Int32 = -1
      let got = samovar_receive_with_descriptors(control, &bytes, bytes.count, &descriptor, 1)
      if descriptor >= 0 {
        if kept >= 0 { close(kept) }
        kept = descriptor
      }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        if kept >= 0 { close(kept) }
        return nil
      }
      all += bytes[..<got]
    }
    return (all, kept)
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
