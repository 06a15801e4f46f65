import Glibc
import Logging
import Workload

/// What a node does that was told to lie: it changes the result after the run, and signs that.
enum Lie {
  static func alter(_ run: CompletedRun, in directory: String, log: Logger) throws -> CompletedRun {
    log.warning("fault injection: gives a false result, as its configuration told it to")
    var altered = run
    if let first = run.outputs.first {
      let path = "\(directory)/\(first.path)"
      try LocalFile.write(LocalFile.read(path) + Array(" ".utf8), to: path, mode: first.mode)
      let (digest, size) = try LocalFile.digest(path)
      altered.outputs[0] = OutputFile(path: first.path, mode: first.mode, size: size, digest: digest)
    } else {
      let path = "\(directory)/stdout"
      try LocalFile.write(LocalFile.read(path) + Array(" ".utf8), to: path)
      let (digest, size) = try LocalFile.digest(path)
      altered.standardOutput = CapturedStream(
        digest: digest, size: size, isTruncated: run.standardOutput.isTruncated)
    }
    return altered
  }
}

extension FaultInjection {
  /// Ends the process as a power cut would, where the configuration asks for it at this stage.
  func killIfAsked(after stage: Stage, log: Logger) {
    guard killAfter == stage else { return }
    log.warning(
      "fault injection: kills itself after the stage '\(stage.rawValue)', as its configuration told it to")
    kill(getpid(), SIGKILL)
  }
}
