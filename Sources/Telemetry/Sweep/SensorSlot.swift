import Glibc
import Synchronization
import Workload

/// A sensor's place in a sweep: how it is found, what is open of it, and what its last read gave.
///
/// One thread reads it, its lane's; another takes what it gave. Neither ever waits for the other.
final class SensorSlot: Sendable {
  typealias Finding = @Sendable (SensorFinding) throws(SysfsError) -> any BoundSensor

  private struct State {
    var bound: (any BoundSensor)?
    var attempt: Attribute<Measured>?
    /// Reads so far, so that nobody takes one of them for two.
    var count = 0
  }

  /// The name of the lane that it is read in: a bus where that is known.
  let bus: String
  private let find: Finding
  private let state = Mutex(State())

  init(bus: String, find: @escaping Finding) {
    self.bus = bus
    self.find = find
  }

  /// What the last read gave, and how many there were; nothing before the first.
  var last: (attempt: Attribute<Measured>, count: Int)? {
    state.withLock { state in state.attempt.map { ($0, state.count) } }
  }

  /// Reads the sensor once. What vanished is found anew at once, wherever it is now. Blocks as long as its bus does.
  func read(at now: Instant, _ finding: SensorFinding) {
    let known = state.withLock { $0.bound }
    var bound = known
    var attempt = Attribute<Measured> { () throws(SysfsError) in
      let sensor: any BoundSensor
      if let known { sensor = known } else { sensor = try find(finding) }
      bound = sensor
      return try sensor.read(at: now)
    }
    if let error = attempt.error, !error.leavesSensorInPlace {
      bound = nil
      if known != nil {
        attempt = Attribute<Measured> { () throws(SysfsError) in
          let sensor = try find(finding)
          bound = sensor
          return try sensor.read(at: now)
        }
      }
    }
    let (taken, kept) = (attempt, bound)
    state.withLock { state in
      state.attempt = taken
      state.bound = kept
      state.count += 1
    }
  }

  /// Nobody waits for this read any longer: it counts as one that failed.
  func give(up error: SysfsError) {
    state.withLock { state in
      state.attempt = .failed(error)
      state.count += 1
    }
  }
}

extension SysfsError {
  /// Whether the same open attribute may give a value next time.
  fileprivate var leavesSensorInPlace: Bool {
    switch cause {
    case .system(let code): [EAGAIN, EINTR, EBUSY, ENODATA, EIO, ETIMEDOUT].contains(code)
    case .malformed, .checksum, .flagged, .hanging: true
    case .notFound, .ambiguous, .library: false
    }
  }
}
