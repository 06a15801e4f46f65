import Scheduling
import Workload

/// A home for three days in steps of half an hour, with tasks by chance: what a referee does, in small.
struct ControlledSite {
  struct Decision: Decodable {
    var start: [String]?
    var suspend: [String]?
    var backupBelow: Double?
    var backup: String?

    enum CodingKeys: String, CodingKey {
      case start, suspend, backup
      case backupBelow = "backup_on_below_c"
    }
  }

  private struct Job {
    var task: PlannableTask
    /// Steps since the start.
    var deadline: Int
  }

  private static let steps = 72
  private static let slots = 2
  private static let stepHours = 0.5

  private var model = StoreModel(PlannerSites.home.store, temperatures: Array(repeating: 55, count: 12))
  private var random: SeededGenerator
  private var now = 0
  private var queue: [String: Job] = [:]
  private var running: [String: Job] = [:]
  private var last: (server: Double, flows: StoreModel.Flows, demand: Double)?
  private(set) var profit = 0.0
  private(set) var cold = 0.0
  private(set) var hottest = 0.0
  private(set) var missed = 0
  private(set) var invalid = 0

  init(seed: UInt64) {
    random = SeededGenerator(state: seed)
    arrive()
  }

  var isOver: Bool { now >= Self.steps }

  let hello = #"""
    {"type":"hello","start":"2024-01-08T00:00","steps":72,"step_s":1800,"tank":{"volume_l":300,"layers":12,
    "ua_w_per_k":1.7,"flow_max_l_min":3,"backup_kw":3,"backup_price":"electricity","backup_layers":4,"backup_sensor":9},
    "servers":{"slots":2,"idle_w":15,"capture":0.95},"economics":{"wear_eur_per_kwh":0.02},"comfort":{"min_c":50}}
    """#.replacing("\n", with: "")

  private static func price(_ step: Int) -> Double { PlannerSites.price(step * 2) }
  private static func demand(_ step: Int) -> Double {
    switch step % 48 {
    case 14..<17: 0.9
    case 38..<44: 0.6
    default: 0.05
    }
  }

  var state: String {
    let layers = model.tank.temperatures.map { "\($0.value)" }.joined(separator: ",")
    let ahead = (now..<min(Self.steps, now + 40)).map { "\(Self.price($0))" }.joined(separator: ",")
    let demand = (now..<(now + 96)).map { "\(Self.demand($0))" }.joined(separator: ",")
    let measured =
      last.map {
        #""last":{"server_kwh":\#($0.server),"absorbed_kwh":\#($0.flows.absorbed),"dumped_kwh":0,"#
          + #""backup_kwh":\#($0.flows.backup),"demand_kwh":\#($0.demand)},"#
      } ?? ""
    return #"{"type":"state","step":\#(now),"steps":\#(Self.steps),"t":\#(now * 1800),\#(measured)"#
      + #""tank":{"layers_c":[\#(layers)],"backup_on":\#(model.isBackupOn)},"#
      + #""price":{"now":\#(Self.price(now)),"ahead":[\#(ahead)]},"forecast":{"demand_kwh":[\#(demand)],"mains_c":10},"#
      + #""slots":{"running":[\#(items(running))]},"queue":[\#(items(queue))]}"#
  }

  private func items(_ jobs: [String: Job]) -> String {
    jobs.sorted { $0.key < $1.key }.map { id, job in
      #"{"id":"\#(id)","deadline_s":\#(job.deadline * 1800),"duration_s":\#(job.task.steps * 1800),"#
        + #""remaining_s":\#(job.task.remaining * 1800),"power_w":\#(job.task.kilowatts * 1000),"#
        + #""revenue_eur":\#(job.task.revenue),"preemptible":\#(job.task.isPreemptible)}"#
    }.joined(separator: ",")
  }

  /// Starts all that there is, the oldest first.
  var everything: Decision {
    Decision(start: Array(queue.keys.sorted().prefix(Self.slots - running.count)))
  }

  mutating func step(_ decision: Decision) {
    for id in decision.suspend ?? [] {
      if let job = running[id], job.task.isPreemptible {
        queue[id] = running.removeValue(forKey: id)
      } else {
        invalid += 1
      }
    }
    for id in decision.start ?? [] {
      if let job = queue[id], running.count < Self.slots {
        running[id] = job
        queue[id] = nil
      } else {
        invalid += 1
      }
    }
    let busy = running.values.reduce(0) { $0 + $1.task.kilowatts }
    let electric = busy + 0.03
    let drawn = Self.demand(now) * .random(in: 0.4...1.6, using: &random)
    let flows = model.advance(
      hours: Self.stepHours, demand: .init(taps: drawn), serverHeat: electric * 0.95, mains: 10,
      backupBelow: decision.backupBelow ?? 53, boosts: decision.backup == "boost", comfort: 50)
    profit -= electric * Self.stepHours * Self.price(now) + busy * Self.stepHours * 0.02
    profit -= flows.backup * Self.price(now) + flows.coldKelvinHours * 0.2 + flows.unmet
    cold += flows.coldKelvinHours
    hottest = max(hottest, model.tank.top.value)
    last = (electric * 0.95 * Self.stepHours, flows, drawn)
    now += 1
    finish()
    arrive()
  }

  private mutating func finish() {
    for (id, job) in running {
      var job = job
      job.task.remaining -= 1
      running[id] = job.task.remaining > 0 ? job : nil
      guard job.task.remaining == 0 else { continue }
      if now <= job.deadline { profit += job.task.revenue } else { missed += 1 }
    }
    for (id, job) in queue where now + job.task.remaining > job.deadline {
      if job.task.remaining < job.task.steps { missed += 1 }
      queue[id] = nil
    }
  }

  private mutating func arrive() {
    for index in 0..<2 where Double.random(in: 0...1, using: &random) < 0.5 {
      let steps = Int.random(in: 1...10, using: &random)
      let id = now < 10 ? "t0\(now)-\(index)" : "t\(now)-\(index)"
      let task = PlannerSites.task(
        id, steps: steps, kilowatts: [0.12, 0.24, 0.36][steps % 3],
        density: .random(in: 0.05...0.4, using: &random),
        isPreemptible: steps % 2 == 0)
      var paid = task
      paid.revenue *= 2
      queue[id] = Job(task: paid, deadline: now + steps + .random(in: 1...24, using: &random))
    }
  }
}
