/// Power that caps leave for tasks, by step.
struct CapRoom {
  private var room: [Double]
  private let isCapped: Bool

  init(site: HeatSite, situation: PlanSituation) {
    let idle = Double(site.servers.slots) * site.servers.idleKilowatts
    isCapped = situation.caps.contains { $0 != nil }
    room = situation.caps.map { $0.map { $0 - idle } ?? .infinity }
    for task in situation.running where !task.isPreemptible {
      for index in 0..<min(room.count, task.remaining) { room[index] -= task.kilowatts }
    }
  }

  /// Takes a task's power out, where it fits for as long as the task can't be stopped.
  mutating func take(_ task: PlannableTask) -> Bool {
    guard isCapped else { return true }
    let steps = min(room.count, task.isPreemptible ? 1 : task.remaining)
    guard room.prefix(steps).allSatisfy({ $0 >= task.kilowatts - 1e-9 }) else { return false }
    for index in 0..<steps { room[index] -= task.kilowatts }
    return true
  }
}
