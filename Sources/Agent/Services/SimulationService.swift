import Logging
import Simulation
import Workload

/// Moves the simulated boiler on by real time, with the heat of the tasks that really ran.
struct SimulationService: RecurringService {
  let label = "simulation"
  let boiler: SimulatedBoiler
  let clock: ProcessorClock
  let log: Logger
  private let pace: Pace

  init(boiler: SimulatedBoiler, clock: ProcessorClock, processors: Int, log: Logger) {
    self.boiler = boiler
    self.clock = clock
    self.log = log
    pace = Pace(processors: processors)
  }

  func round() async throws {
    let step = await pace.step(total: clock.total)
    _ = try await boiler.advance(elapsed: step.elapsed, busyProcessorSeconds: step.busy.seconds)
    try await Task.sleep(for: .milliseconds(250))
  }
}

/// How much time has passed and how much was computed since the last step. Runs report their processor time when they end,
/// so it comes in lumps; they are spread over the following steps, since no step can be busier than its processors.
private actor Pace {
  private let clock = ContinuousClock()
  private let processors: Int
  private var last: ContinuousClock.Instant?
  private var counted = Duration.zero

  init(processors: Int) {
    self.processors = processors
  }

  func step(total: Duration) -> (elapsed: Duration, busy: Duration) {
    let now = clock.now
    defer { last = now }
    guard let last else { return (.zero, .zero) }
    let elapsed = now - last
    let busy = min(total - counted, elapsed * processors)
    counted += busy
    return (elapsed, busy)
  }
}
