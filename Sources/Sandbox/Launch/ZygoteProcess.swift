internal import CLinux
internal import Glibc
internal import SandboxPlan
internal import Synchronization

/// The one samovar-init that this launcher's runs are forked from, spawned with the first of them. The daemon forks
/// nothing itself: a fork of a large process is slow and would copy the signing key.
final class ZygoteProcess: Sendable {
  fileprivate struct Link {
    var socket: Int32 = -1
    var process: pid_t = 0
  }

  private let helper: String
  private let link = Mutex(Link())

  init(helper: String) {
    self.helper = helper
  }

  deinit {
    link.withLock { $0.hangUp() }
  }

  /// Starts a run with these standard streams, and returns its control socket.
  func start(_ call: RunCall, input: Int32, output: Int32, errors: Int32) throws(SandboxError) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard samovar_stream_pair(&ends) == 0 else {
      throw .systemCallFailed(doing: "making a socket pair", errno: errno)
    }
    defer { close(ends[1]) }
    do throws(SandboxError) {
      try request(call, [ends[1], input, output, errors])
    } catch {
      close(ends[0])
      throw error
    }
    return ends[0]
  }

  private func request(_ call: RunCall, _ descriptors: [Int32]) throws(SandboxError) {
    try link.withLock { (link) throws(SandboxError) in
      // A zygote that was killed is replaced, once.
      for attempt in 0..<2 {
        if link.socket < 0 { try link.spawn(helper) }
        var byte = call.rawValue
        while true {
          let sent = samovar_send_with_descriptors(link.socket, &byte, 1, descriptors, descriptors.count)
          if sent == 1 { return }
          if errno != EINTR { break }
        }
        let reason = errno
        link.hangUp()
        guard attempt == 0, reason == EPIPE || reason == ECONNRESET else {
          throw .systemCallFailed(doing: "asking samovar-init for a sandbox", errno: reason)
        }
      }
    }
  }
}

extension ZygoteProcess.Link {
  fileprivate mutating func spawn(_ helper: String) throws(SandboxError) {
    let program = try SealedProgram.copy(of: helper)
    defer { close(program) }
    let lock = try SandboxIDs.current.lockDescriptor()
    var spawned = SpawnedDescriptors()
    defer { spawned.closeAll() }
    var ends: [Int32] = [-1, -1]
    guard samovar_packet_pair(&ends) == 0 else {
      throw .systemCallFailed(doing: "making a socket pair", errno: errno)
    }
    defer { close(ends[1]) }
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else {
      let reason = errno
      close(ends[0])
      throw .systemCallFailed(doing: "opening /dev/null", errno: reason)
    }
    defer { close(null) }
    // Where it came from, for whoever looks at the processes.
    let name = strdup(helper)
    defer { free(name) }
    do throws(SandboxError) {
      // In the order of the zygote's descriptors.
      for descriptor in [null, null, null, ends[1], lock >= 0 ? lock : null, program] {
        try spawned.add(descriptor)
      }
      let error = samovar_spawn(
        "/proc/self/fd/\(spawned.descriptors.count - 1)", [name, nil], spawned.descriptors,
        spawned.descriptors.count, &process)
      guard error == 0 else {
        throw .systemCallFailed(
          doing: "starting a copy of \(helper) in memory"
            + (error == EACCES ? " (is vm.memfd_noexec 2? it must be 0 or 1)" : ""), errno: error)
      }
    } catch {
      close(ends[0])
      throw error
    }
    socket = ends[0]
  }

  fileprivate mutating func hangUp() {
    guard socket >= 0 else { return }
    close(socket)
    // It ends at once: it waits for nothing but this socket.
    var usage = samovar_usage()
    var code: Int32 = 0
    var status: Int32 = 0
    while samovar_wait4(process, 0, &code, &status, &usage) < 0 && errno == EINTR {}
    socket = -1
  }
}

/// Descriptors above the numbers that they get in a spawned process, closed together.
private struct SpawnedDescriptors {
  private(set) var descriptors: [Int32] = []
  private static let first: Int32 = 10

  mutating func add(_ descriptor: Int32) throws(SandboxError) {
    let high = fcntl(descriptor, F_DUPFD_CLOEXEC, Self.first)
    guard high >= 0 else { throw .systemCallFailed(doing: "duplicating a descriptor", errno: errno) }
    descriptors.append(high)
  }

  func closeAll() {
    for descriptor in descriptors { close(descriptor) }
  }
}
