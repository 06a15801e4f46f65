import Scheduling
import Workload

/// One site in motion under decisions: store, servers and the tasks that wait and run. Pure: the same decisions give the
/// same course.
struct SiteRun: Sendable {
  /// A task that waits or runs.
  struct Begun: Hashable, Sendable {
    var task: MarketTask
    /// Steps.
    var left: Int

    var isStarted: Bool { left < task.steps }
  }

  /// What a policy wants done in a step.
  struct Decision: Hashable, Sendable {
    /// Numbers of waiting tasks. What doesn't find a slot any more waits on.
    var start: [Int] = []
    /// Numbers of running tasks. What may not be suspended runs on.
    var suspend: [Int] = []
    /// The backup heater's threshold, °C.
    var backupBelow: Double
    var boosts = false
  }

  let site: HeatSite
  let series: SiteSeries
  private let arrivals: [MarketTask]
  private var next = 0
  private(set) var step = 0
  private(set) var store: StoreModel
  private(set) var queue: [Begun] = []
  private(set) var running: [Begun] = []
  private(set) var totals = SiteTotals()
  /// Of the steps so far, as meters would show it: kWh.
  private(set) var metered = StepMeasurement(serverHeat: 0, absorbed: 0, backup: 0, demand: 0, taps: 0)

  /// Length of a part of the physics, in hours.
  private let partHours: Double

  /// - Parameter partSeconds: length of a part of the physics; it divides a quarter of an hour.
  init(site: HeatSite, series: SiteSeries, arrivals: [MarketTask], partSeconds: Double = 180) {
    self.site = site
    partHours = partSeconds / 3600
    self.series = series
    self.arrivals = arrivals
    let layers = site.store.layers
    // Half charged: cold below, hot above.
    let temperatures = (0..<layers).map { 30 + 28 * min(1, Double($0) / (0.6 * Double(layers))) }
    store = StoreModel(site.store, temperatures: temperatures)
    arrive()
  }

  var steps: Int { series.price.count }
  var isOver: Bool { step == steps }
  var freeSlots: Int { site.servers.slots - running.count }

  /// kWh of the store's content, against water of 0 °C.
  var content: Double { store.tank.content.kilowattHours }

  mutating func advance(_ decision: Decision) {
    for number in decision.suspend {
      guard let index = running.firstIndex(where: { $0.task.number == number }),
        running[index].task.isPreemptible
      else { continue }
      queue.append(running.remove(at: index))
    }
    for number in decision.start where freeSlots > 0 {
      guard let index = queue.firstIndex(where: { $0.task.number == number }) else { continue }
      running.append(queue.remove(at: index))
    }
    let hours = SiteScenario.stepHours
    let busy = running.reduce(0) { $0 + $1.task.kilowatts }
    let idle = site.servers.allIdleKilowatts
    let flows = heat((busy + idle) * site.servers.capture, decision)
    totals.add(flows, busy: busy, idle: idle, price: series.price[step], hours: hours, site: site)
    metered.serverHeat += (busy + idle) * site.servers.capture * hours
    metered.absorbed += flows.absorbed
    metered.backup += flows.backup
    metered.demand += flows.delivered
    metered.taps = (metered.taps ?? 0) + series.taps[step]
    step += 1
    work()
    arrive()
  }

  /// Begins a task that a draw brought; nothing where no slot is free.
  mutating func accept(_ task: MarketTask) -> Bool {
    guard freeSlots > 0 else { return false }
    running.append(Begun(task: task, left: task.steps))
    return true
  }

  private mutating func heat(_ serverHeat: Double, _ decision: Decision) -> StoreModel.Flows {
    let parts = Int((SiteScenario.stepHours / partHours).rounded())
    let demand = StoreModel.Demand(
      taps: series.taps[step] / Double(parts), heating: series.heating[step] / Double(parts))
    var sum = StoreModel.Flows()
    for _ in 0..<parts {
      sum += store.advance(
        hours: partHours, demand: demand, serverHeat: serverHeat, mains: series.mains[step],
        backupBelow: decision.backupBelow, boosts: decision.boosts, comfort: site.comfort)
    }
    return sum
  }

  private mutating func work() {
    for index in running.indices.reversed() {
      running[index].left -= 1
      guard running[index].left == 0 else { continue }
      let task = running.remove(at: index).task
      if step <= task.deadline {
        totals.tasksDone += 1
        totals.revenue += task.revenue
      } else {
        miss(task)
      }
    }
  }

  private mutating func miss(_ task: MarketTask) {
    totals.tasksMissed += 1
    totals.missed += task.revenue * site.economics.missPenalty
  }

  /// What came waits, and what can't be done in time any more goes.
  private mutating func arrive() {
    guard !isOver else { return }
    while next < arrivals.count, arrivals[next].release <= step {
      queue.append(Begun(task: arrivals[next], left: arrivals[next].steps))
      next += 1
    }
    for index in queue.indices.reversed() where step + queue[index].left > queue[index].task.deadline {
      let late = queue.remove(at: index)
      if late.isStarted { miss(late.task) } else { totals.tasksExpired += 1 }
    }
  }

  /// Pays what was computed of tasks that can still be done in time, so that a simulation's end costs no policy anything.
  mutating func settle() {
    for begun in running + queue where begun.isStarted {
      totals.revenue += begun.task.revenue * Double(begun.task.steps - begun.left) / Double(begun.task.steps)
    }
  }
}
