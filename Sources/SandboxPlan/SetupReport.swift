/// What the helper and pid 1 say back: 8 bytes each, two little-endian numbers, the first of them a step's
/// index or one of the codes above all indices.
package enum SetupReport: Hashable, Sendable {
  /// A step failed; nothing runs any more. The index counts through `SetupPlan.steps`; one past the last
  /// stands for the whole set-up, which took too long.
  case failed(step: UInt32, errno: Int32)
  /// execve(2) of the payload succeeded. The work directory's descriptor comes with it.
  case started
  /// A socket listens inside for the daemon to serve; its descriptor comes with it.
  case listening
  /// The payload ended: `code` and `status` of waitid(2).
  case payloadEnded(code: Int32, status: Int32)
  /// Everything ended. An `EndReport` follows.
  case ended

  package static let size = 8
  private static let startedCode = UInt32.max
  private static let payloadEndedCode = UInt32.max - 1
  private static let endedCode = UInt32.max - 2
  private static let listeningCode = UInt32.max - 3

  package var encoded: [UInt8] {
    var writer = PlanWriter()
    switch self {
    case .failed(let step, let errno):
      writer.number(step)
      writer.number(errno)
    case .started:
      writer.number(Self.startedCode)
      writer.number(Int32(0))
    case .listening:
      writer.number(Self.listeningCode)
      writer.number(Int32(0))
    case .payloadEnded(let code, let status):
      writer.number(Self.payloadEndedCode)
      writer.number(code << 16 | status & 0xffff)
    case .ended:
      writer.number(Self.endedCode)
      writer.number(Int32(EndReport.size))
    }
    return writer.bytes
  }

  package init(decoding bytes: [UInt8]) throws(MalformedPlan) {
    var reader = PlanReader(bytes)
    let first: UInt32 = try reader.number()
    let second: Int32 = try reader.number()
    guard reader.isAtEnd else { throw reader.malformed }
    switch first {
    case Self.startedCode: self = .started
    case Self.listeningCode: self = .listening
    case Self.payloadEndedCode: self = .payloadEnded(code: second >> 16, status: second & 0xffff)
    case Self.endedCode: self = .ended
    default: self = .failed(step: first, errno: second)
    }
  }
}

/// How it ended and what it used, as far as the helper can tell.
package struct EndReport: Hashable, Sendable {
  /// `si_code` of waitid(2) for the payload; 0 where pid 1 was killed before it could tell.
  package var code: Int32 = 0
  package var status: Int32 = 0
  /// The wall limit was reached while the payload ran, or the limit of processor time.
  package var isTimedOut = false
  /// The daemon hung up, and everything was killed for it.
  package var isAborted = false
  package var isOutputTruncated = false
  package var isErrorTruncated = false
  /// Why a captured stream could not be written; 0 where it could.
  package var captureErrno: Int32 = 0
  /// From execve(2) to the payload's end, without the time in which it was frozen.
  package var wallMicroseconds: UInt64 = 0
  /// Of pid 1 and of all that was waited for, from wait4(2); the cgroup knows better.
  package var processorMicroseconds: UInt64 = 0
  /// Of the largest process.
  package var maxResidentKibibytes: UInt64 = 0

  package init() {}

  package static let size = 40

  package var encoded: [UInt8] {
    var writer = PlanWriter()
    writer.number(code)
    writer.number(status)
    let flags = [isTimedOut, isAborted, isOutputTruncated, isErrorTruncated]
    writer.number(flags.enumerated().reduce(UInt32(0)) { $0 | ($1.element ? 1 << UInt32($1.offset) : 0) })
    writer.number(captureErrno)
    writer.number(wallMicroseconds)
    writer.number(processorMicroseconds)
    writer.number(maxResidentKibibytes)
    return writer.bytes
  }

  package init(decoding bytes: [UInt8]) throws(MalformedPlan) {
    var reader = PlanReader(bytes)
    code = try reader.number()
    status = try reader.number()
    let flags: UInt32 = try reader.number()
    guard flags < 16 else { throw reader.malformed }
    isTimedOut = flags & 1 != 0
    isAborted = flags & 2 != 0
    isOutputTruncated = flags & 4 != 0
    isErrorTruncated = flags & 8 != 0
    captureErrno = try reader.number()
    wallMicroseconds = try reader.number()
    processorMicroseconds = try reader.number()
    maxResidentKibibytes = try reader.number()
    guard reader.isAtEnd else { throw reader.malformed }
  }
}
