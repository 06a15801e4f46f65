/// What a run left: how it ended, what it used, what it made. Attestation turns it into a receipt.
package struct CompletedRun: Hashable, Sendable, Codable {
  package var outcome: RunOutcome
  package var usage: Usage
  package var standardOutput: CapturedStream
  package var standardError: CapturedStream
  /// Sorted by path.
  package var outputs: [OutputFile]
  /// What the sandbox did not enforce, by name, sorted: exemptions of the profile and limits that the host lacks.
  package var exemptions: [String]
  package var profileDigest: ContentDigest
  package var startedAt: Instant
  package var finishedAt: Instant

  package init(
    outcome: RunOutcome, usage: Usage, standardOutput: CapturedStream, standardError: CapturedStream,
    outputs: [OutputFile], exemptions: [String], profileDigest: ContentDigest, startedAt: Instant,
    finishedAt: Instant
  ) {
    self.outcome = outcome
    self.usage = usage
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.outputs = outputs
    self.exemptions = exemptions
    self.profileDigest = profileDigest
    self.startedAt = startedAt
    self.finishedAt = finishedAt
  }
}

/// Standard output or standard error, as far as it was kept.
package struct CapturedStream: Hashable, Sendable, Codable {
  /// Of the kept bytes.
  package var digest: ContentDigest
  /// Kept bytes.
  package var size: ByteCount
  /// More was written than may be kept.
  package var isTruncated: Bool

  package init(digest: ContentDigest, size: ByteCount, isTruncated: Bool) {
    self.digest = digest
    self.size = size
    self.isTruncated = isTruncated
  }
}

/// A regular file that a task left in its work directory and that its specification keeps.
package struct OutputFile: Hashable, Sendable, Codable {
  /// Relative to the work directory.
  package var path: String
  /// Permission bits, `st_mode & 0o777`.
  package var mode: UInt32
  package var size: ByteCount
  package var digest: ContentDigest

  package init(path: String, mode: UInt32, size: ByteCount, digest: ContentDigest) {
    self.path = path
    self.mode = mode
    self.size = size
    self.digest = digest
  }
}

/// What a run used. Where the host can't tell, nothing is said rather than zero.
package struct Usage: Hashable, Sendable, Codable {
  package var wallMilliseconds: UInt64
  package var cpuMilliseconds: UInt64
  package var peakMemory: ByteCount?
  package var readBytes: ByteCount?
  package var writtenBytes: ByteCount?
  /// Electric energy of the run and the method by which it was found.
  package var energy: AttributedEnergy?

  package init(
    wallMilliseconds: UInt64, cpuMilliseconds: UInt64, peakMemory: ByteCount? = nil,
    readBytes: ByteCount? = nil,
    writtenBytes: ByteCount? = nil, energy: AttributedEnergy? = nil
  ) {
    self.wallMilliseconds = wallMilliseconds
    self.cpuMilliseconds = cpuMilliseconds
    self.peakMemory = peakMemory
    self.readBytes = readBytes
    self.writtenBytes = writtenBytes
    self.energy = energy
  }
}

/// Energy of one run, and how it was found: the node's own word unless a meter's reading is attached.
package struct AttributedEnergy: Hashable, Sendable, Codable {
  package enum Method: String, Hashable, Sendable, Codable {
    /// The package's RAPL counter, shared out by processor time.
    case raplByProcessorTime = "rapl-by-cpu-time"
    /// The board's stated watts per busy processor, times processor time.
    case boardWattsByProcessorTime = "board-watts-by-cpu-time"
  }
  package var electric: Joules
  package var method: Method

  package init(electric: Joules, method: Method) {
    self.electric = electric
    self.method = method
  }
}
