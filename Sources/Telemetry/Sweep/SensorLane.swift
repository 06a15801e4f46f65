import Dispatch
import Glibc
import Synchronization
import Workload

/// Sensors that are read one after the other, on a thread of their own: those of one bus, so that a slow bus holds up no
/// other, and one that hangs none but itself.
final class SensorLane: Sendable {
  private struct State {
    var slots: [SensorSlot]
    var isReading = false
    var round = 0
    /// Slots whose turn has come in this round.
    var index = 0
    /// The last round ended after nobody waited for it any more.
    var isSlow = false
  }

  let bus: String
  /// An attribute that starts a conversion in all thermometers of the bus at once.
  private let trigger: String?
  private let root: SysfsRoot
  private let queue: DispatchQueue
  private let group = DispatchGroup()
  private let state: Mutex<State>

  init(bus: String, slots: [SensorSlot], trigger: String?, in root: SysfsRoot) {
    self.bus = bus
    self.trigger = trigger
    self.root = root
    queue = DispatchQueue(label: "samovar.sensors.\(bus)")
    state = Mutex(State(slots: slots))
  }

  /// Begins a round, unless one is under way.
  func start(at now: Instant) {
    let isIdle = state.withLock { state in
      guard !state.isReading else { return false }
      state.isReading = true
      state.round += 1
      state.index = 0
      return true
    }
    guard isIdle else { return }
    queue.async(group: group) { [self] in readAll(at: now) }
  }

  /// Returns when the round is over or the time has come. A bus that was slow before is looked at and not waited for, until
  /// it is quick again: its values are those of a round before.
  func wait(until time: DispatchTime, evenIfSlow: Bool) {
    let isSlow = !evenIfSlow && state.withLock { $0.isSlow }
    let isLate = group.wait(timeout: isSlow ? DispatchTime(uptimeNanoseconds: 1) : time) == .timedOut
    state.withLock { $0.isSlow = isLate }
  }

  /// Where the round under way is; nothing where none is.
  var position: Position? {
    state.withLock { state in
      state.isReading ? Position(round: state.round, index: state.index) : nil
    }
  }

  struct Position: Hashable {
    var round: Int
    var index: Int
  }

  /// Leaves this lane to the sensor whose read doesn't return; the others go to a lane of their own.
  ///
  /// - Parameter position: of the read that hangs; nothing happens where it has gone on since.
  func leaveHanging(at position: Position, since: Instant, now: Instant) -> SensorLane? {
    let (hanging, others): (SensorSlot?, [SensorSlot]) = state.withLock { state in
      guard state.isReading, state.round == position.round, state.index == position.index else {
        return (nil, [])
      }
      // Before the first slot it is the trigger that hangs.
      guard state.index > 0 else {
        defer { state.slots = [] }
        return (nil, state.slots)
      }
      let index = state.index - 1
      let hanging = state.slots[index]
      let others = Array(state.slots[(index + 1)...] + state.slots[..<index])
      state.slots = [hanging]
      state.index = 1
      return (hanging, others)
    }
    hanging?.give(up: SysfsError(.read, bus, .hanging(seconds: Int((now - since).seconds))))
    guard !others.isEmpty else { return nil }
    return SensorLane(bus: bus, slots: others, trigger: hanging == nil ? nil : trigger, in: root)
  }

  private func readAll(at now: Instant) {
    let finding = SensorFinding(root)
    if let trigger, root.isPresent(trigger) { root.trigger(trigger) }
    while let slot = next() { slot.read(at: now, finding) }
  }

  private func next() -> SensorSlot? {
    state.withLock { state in
      guard state.index < state.slots.count else {
        state.isReading = false
        return nil
      }
      state.index += 1
      return state.slots[state.index - 1]
    }
  }
}
