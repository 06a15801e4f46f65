/// Power that caps leave for tasks, by step.
struct CapRoom {
  private var room: [Double]
  private let isCapped: Bool

  init(site: HeatSite, situation: PlanSituation) {
    let idle = site.servers.allIdleKilowatts
    isCapped = situation.caps.contains { $0 != nil }
    room = situation.caps.map { $0.map { $0 - idle } ?? .infinity }
    for task in situation.running where !task.isPreemptible {
      for index in 0..<min(room.count, task.remaining) { room[index] -= task.kilowatts }
    }
  }

  /// Does a task fit for as long as it can't be stopped?
  func fits(_ task: PlannableTask) -> Bool {
    !isCapped || room.prefix(steps(task)).allSatisfy { $0 >= task.kilowatts - 1e-9 }
  }

  /// Takes a task's power out.
  mutating func take(_ task: PlannableTask) {
    for index in 0..<min(room.count, steps(task)) { room[index] -= task.kilowatts }
  }

  private func steps(_ task: PlannableTask) -> Int { task.isPreemptible ? 1 : task.remaining }
}
