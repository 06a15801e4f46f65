import FoundationEssentials
import Workload

/// Where one run's outputs lie until its receipt is signed.
enum RunDirectory {
  /// Throws away what an earlier, interrupted run left.
  static func makeEmpty(_ path: String) throws {
    try remove(path)
    try LocalFile.makeDirectory(path, mode: 0o700)
  }

  static func remove(_ path: String) throws {
    if LocalFile.exists(path) { try FileManager.default.removeItem(atPath: path) }
  }
}

extension CompletedRun {
  /// The end of a run that never began, since an input can't be had or the image has no such command: a result like any
  /// other, and every honest node that finds the same gives the same.
  static func notStarted(_ outcome: RunOutcome, in directory: String, at now: Instant) throws -> CompletedRun
  {
    for stream in ["stdout", "stderr"] { try LocalFile.write([], to: "\(directory)/\(stream)") }
    let nothing = CapturedStream(digest: ContentDigest(of: []), size: .zero, isTruncated: false)
    return CompletedRun(
      outcome: outcome, usage: Usage(wallMilliseconds: 0, cpuMilliseconds: 0),
      standardOutput: nothing, standardError: nothing, outputs: [], exemptions: [],
      profileDigest: ContentDigest(of: []), startedAt: now, finishedAt: now)
  }
}
