import Dispatch
import Workload

/// All sensors of a machine, read bus by bus at the same time. Waits for the quick ones, and never longer than its patience.
package struct SensorSweep: Sendable {
  /// How long the first sweep waits, so that it has the values of slow buses too: four conversions of a DS18B20.
  package static let firstPatience = Duration.seconds(3)
  /// How long a later sweep waits for a bus that was quick before. A machine that is loaded may take so long to give a
  /// thread its turn; a bus that takes longer is not waited for again, so that this is lost but once.
  package static let patience = Duration.milliseconds(750)
  /// A single read that takes longer hangs. The longest that is legal is a DS18B20's 750 ms.
  package static let hangsAfter = Duration.seconds(3)
  /// No more threads than this, however many reads hang: then the rest of a lane hangs with its first.
  package static let mostLanes = 32

  private var lanes: [SensorLane] = []
  /// What each lane was at when it was first seen at it.
  private var seen: [(position: SensorLane.Position, since: Instant)?] = []
  private let root: SysfsRoot
  private var isFirst = true

  init(_ slots: [SensorSlot], in root: SysfsRoot) {
    self.root = root
    for (bus, slots) in Dictionary(grouping: slots, by: \.bus).sorted(by: { $0.key < $1.key }) {
      let trigger = OneWireBus.trigger(of: bus)
      lanes.append(SensorLane(bus: bus, slots: slots, trigger: trigger, in: root))
      seen.append(nil)
    }
  }

  /// Begins a round on each bus that is idle.
  mutating func begin(at now: Instant) {
    setHangingAside(at: now)
    for lane in lanes { lane.start(at: now) }
  }

  /// Waits for what was begun, as long as its patience goes.
  mutating func wait() {
    let patience = isFirst ? Self.firstPatience : Self.patience
    let end = DispatchTime.now() + .milliseconds(Int(patience.milliseconds))
    for lane in lanes { lane.wait(until: end, evenIfSlow: isFirst) }
    isFirst = false
  }

  private mutating func setHangingAside(at now: Instant) {
    for index in lanes.indices {
      guard let position = lanes[index].position else {
        seen[index] = nil
        continue
      }
      guard let before = seen[index], before.position == position, before.since <= now else {
        seen[index] = (position, now)
        continue
      }
      guard now - before.since >= Self.hangsAfter, lanes.count < Self.mostLanes else { continue }
      if let others = lanes[index].leaveHanging(at: position, since: before.since, now: now) {
        lanes.append(others)
        seen.append(nil)
      }
    }
  }
}
