/// One task as it is hashed and sent: what to run, on what, with which limits. All references are by content, so
/// that two nodes that run the same specification run the same bytes.
///
/// Never named `Task`: that is Swift's own.
package struct TaskSpec: Hashable, Sendable, Codable {
  /// What people call it, unique in its bag; `price-0007` from a parameter sweep.
  package var name: String
  /// The argument vector; the first is an absolute path in the sandbox. In an image of a bag these words stand in the
  /// place of the image's `Cmd`, behind its `Entrypoint`, and none means `Cmd` itself.
  package var command: [String]
  package var root: RootFilesystem
  /// Sorted by path.
  package var inputs: [InputFile]
  /// Paths of the regular files to keep, relative to the work directory, sorted.
  package var outputs: [String]
  /// All that the task sees of an environment; in an image of a bag, what goes over the image's.
  package var environment: [String: String]
  package var limits: Limits

  package init(
    name: String, command: [String], root: RootFilesystem = .empty, inputs: [InputFile] = [],
    outputs: [String] = [],
    environment: [String: String] = [:], limits: Limits = Limits()
  ) {
    self.name = name
    self.command = command
    self.root = root
    self.inputs = inputs.sorted { $0.path < $1.path }
    self.outputs = outputs.sorted()
    self.environment = environment
    self.limits = limits
  }

  /// The work directory in every sandbox: a bounded tmpfs, and where relative paths start.
  package static let workDirectory = "/work"
}

/// What the task sees as `/` below its inputs and its work directory.
package enum RootFilesystem: Hashable, Sendable, Codable {
  /// Nothing but the given files: enough for a static executable.
  case empty
  /// A directory of the host, read-only. Only for runs that its owner starts by hand; never from a bag.
  case directory(String)
  /// An OCI image: its layers, read-only, below a bounded, writable one.
  case image(PinnedImage)
}

/// A read-only file that the task sees.
package struct InputFile: Hashable, Sendable, Codable {
  /// Absolute, without `.` or `..`.
  package var path: String
  package var digest: ContentDigest
  package var size: ByteCount
  package var isExecutable: Bool

  package init(path: String, digest: ContentDigest, size: ByteCount, isExecutable: Bool = false) {
    self.path = path
    self.digest = digest
    self.size = size
    self.isExecutable = isExecutable
  }
}

/// The most that a task may use. Reaching one ends the task or fails its call, and the outcome says which.
package struct Limits: Hashable, Sendable, Codable {
  /// Processor time per wall time, in thousandths of a processor.
  package var milliCPUs: UInt32
  /// Resident memory and page cache, tmpfs pages included.
  package var memory: ByteCount
  /// What the work directory holds.
  package var disk: ByteCount
  /// Processes and threads.
  package var processes: UInt32
  /// From the start of the payload to SIGTERM, in milliseconds.
  package var wallMilliseconds: UInt64
  /// From SIGTERM to SIGKILL, in milliseconds.
  package var graceMilliseconds: UInt64
  /// Kept of standard output, and of standard error, each.
  package var streamBytes: ByteCount
  /// Processor time of all its processes together, to SIGTERM, in milliseconds; nothing for no limit of its own.
  package var processorMilliseconds: UInt64?
  /// Nothing for no limits of its own.
  package var deviceRates: DeviceRates?

  package init(
    milliCPUs: UInt32 = 1000, memory: ByteCount = .mebibytes(256), disk: ByteCount = .mebibytes(64),
    processes: UInt32 = 64, wallMilliseconds: UInt64 = 3_600_000, graceMilliseconds: UInt64 = 2000,
    streamBytes: ByteCount = .mebibytes(1), processorMilliseconds: UInt64? = nil,
    deviceRates: DeviceRates? = nil
  ) {
    self.milliCPUs = milliCPUs
    self.memory = memory
    self.disk = disk
    self.processes = processes
    self.wallMilliseconds = wallMilliseconds
    self.graceMilliseconds = graceMilliseconds
    self.streamBytes = streamBytes
    self.processorMilliseconds = processorMilliseconds
    self.deviceRates = deviceRates
  }
}
