import Scheduling
import Testing
import Workload

@Suite struct AdmissionTests {
  private let admission = Admission(capacity: Sites.capacity)
  private let terms = TaskTerms(price: MicroEuros(2000), expectedRun: .seconds(60))
  private let task = TaskSpec(name: "price-0007", command: ["/bin/efast"])

  @Test func aFittingTaskIsAdmittedWithItsProcessors() throws {
    var task = task
    task.limits.milliCPUs = 500
    let admitted = try admission.admit(task, on: terms, plan: Sites.plan([40, 40]), now: Sites.now)
    #expect(admitted.specification == task)
    #expect(admitted.processors == 1)
    #expect(admitted.profile == "batch")
  }

  @Test func allReasonsComeAtOnce() throws {
    let task = TaskSpec(
      name: "greedy", command: [], root: .directory("/etc"),
      inputs: [
        InputFile(path: "/a", digest: ContentDigest(of: [1]), size: ByteCount(.max)),
        InputFile(path: "/b", digest: ContentDigest(of: [2]), size: ByteCount(.max)),
      ],
      limits: Limits(
        milliCPUs: 1001, memory: .mebibytes(513), disk: .mebibytes(257), processes: 5000,
        wallMilliseconds: 200_000_500))
    let terms = TaskTerms(price: MicroEuros(1), expectedRun: .seconds(60), profile: "gpu")
    let rejection = #expect(throws: TaskRejection.self) {
      try admission.admit(task, on: terms, plan: Sites.plan([80, 80]), now: Sites.now)
    }
    #expect(
      try #require(rejection).description
        == "task 'greedy' is not admitted: it has no command; "
        + "it wants the host's directory /etc as its root; bring files as inputs; "
        + "it asks for 1.001 processors, and a slot has 1; "
        + "it asks for 513 MiB of memory, and a slot has 512 MiB; "
        + "it asks for 257 MiB of disk, and a slot has 256 MiB; "
        + "its inputs are 18446744073709551615 bytes, and the node takes at most 1024 MiB; "
        + "it asks for 5000 processes, and the node allows at most 1024; "
        + "it asks for 200000.5 s, and the node allows at most 86400 s; "
        + "the sandbox profile 'gpu' can't be enforced here; there is batch; "
        + "it pays 0.000001 EUR, and the node asks for 0.000084 EUR; "
        + "the tank's hottest layer is 80 °C; reached at 70 °C, its cut-off holds until it is below 68 °C: nothing runs"
    )
  }

  /// Each mistake alone gives its own reason, and any set of them exactly that set.
  @Test func anySetOfMistakesGivesExactlyItsReasons() throws {
    let mistakes: [@Sendable (inout TaskSpec, inout TaskTerms) -> Void] = [
      { task, _ in task.command = [] },
      { task, _ in task.root = .directory("/") },
      { task, _ in task.limits.milliCPUs = 4000 },
      { task, _ in task.limits.memory = .mebibytes(4096) },
      { task, _ in task.limits.disk = .mebibytes(4096) },
      { task, _ in task.limits.processes = 9999 },
      { _, terms in terms.profile = "none" },
      { _, terms in terms.price = .zero },
    ]
    for set in 0..<(1 << mistakes.count) {
      var (task, terms) = (task, terms)
      for (bit, mistake) in mistakes.enumerated() where set & 1 << bit != 0 { mistake(&task, &terms) }
      do {
        _ = try admission.admit(task, on: terms, plan: Sites.plan([40, 40]), now: Sites.now)
        #expect(set == 0)
      } catch {
        #expect(error.reasons.count == set.nonzeroBitCount)
        #expect(Set(error.reasons).count == set.nonzeroBitCount)
      }
    }
  }

  /// A node that can't run an image says why, and takes none that it didn't look at.
  @Test func imagesAreTakenFromAllowedRegistriesWithinTheirSize() throws {
    let image = PinnedImage(digest: ContentDigest(of: [1]), repository: "registry.example/tools/x")
    let task = TaskSpec(name: "inside", command: [], root: .image(image))
    func reasons(_ capacity: ImageCapacity?, _ finding: ImageFinding?) -> [RejectionReason] {
      var admission = admission
      admission.capacity.images = capacity
      var terms = terms
      terms.image = finding
      do {
        _ = try admission.admit(task, on: terms, plan: Sites.plan([40, 40]), now: Sites.now)
        return []
      } catch { return error.reasons }
    }
    let tools = ImageCapacity(registries: ["docker.io", "registry.example/tools"], largest: ByteCount(100))
    #expect(reasons(tools, .usable(size: ByteCount(100))) == [])
    #expect(
      reasons(tools, .usable(size: ByteCount(101)))
        == [.imageSize(image, size: ByteCount(101), most: ByteCount(100))])
    #expect(reasons(nil, .usable(size: .zero)) == [.noImages])
    for elsewhere in [["registry.example/tool"], ["registry.example/tools/x/y"], ["docker.io"], ["registry"]]
    {
      let other = ImageCapacity(registries: elsewhere, largest: ByteCount(100))
      #expect(reasons(other, .usable(size: .zero)) == [.imageRegistry(image, allowed: elsewhere)])
    }
    #expect(reasons(tools, nil) == [.imageUnusable(image, reason: "nobody looked at it")])
    #expect(
      reasons(tools, .unusable("it is for s390x")).map(\.description)
        == ["docker://registry.example/tools/x@\(image.digest) can't be run here: it is for s390x"])
    // One without a repository is the node's own affair, and comes in no bag.
    #expect(!tools.allows(PinnedImage(digest: image.digest)))
  }

  @Test func reasonsOfTheMomentAreTransientAndThoseOfTheTaskAreNot() throws {
    let expensive = TaskTerms(price: .zero, expectedRun: .seconds(60))
    let full = #expect(throws: TaskRejection.self) {
      try admission.admit(task, on: expensive, plan: Sites.plan([65, 65]), now: Sites.now)
    }
    #expect(try #require(full).reasons.allSatisfy(\.isTransient))
    #expect(try #require(full).reasons.count == 2)
    #expect(!RejectionReason.commandEmpty.isTransient)
  }

  @Test func aReplicaThatWasAcceptedBeforeARestartIsNotAskedForPriceOrHeatAgain() throws {
    var accepted = terms
    accepted.price = .zero
    accepted.isAccepted = true
    let plan = Sites.plan([65, 65])
    let task = try admission.admit(task, on: accepted, plan: plan, now: Sites.now)
    let decision = Placement.place(
      task, plan: plan, capacity: Sites.capacity, occupied: Occupancy(), now: Sites.now)
    #expect(decision == .queue(.heat(try #require(plan.reasons.first))))
  }

  @Test func anExpiredPlanAdmitsNothing() throws {
    let rejection = #expect(throws: TaskRejection.self) {
      try admission.admit(task, on: terms, plan: Sites.plan([40, 40]), now: Sites.now + .seconds(601))
    }
    #expect(try #require(rejection).reasons == [.planExpired])
  }
}

@Suite struct PlacementTests {
  private let plan = Sites.plan([40, 40])

  private func admitted(_ name: String, _ capacity: NodeCapacity = Sites.capacity, milliCPUs: UInt32 = 1000)
    throws
    -> AdmittedTask
  {
    try Admission(capacity: capacity).admit(
      TaskSpec(name: name, command: ["/x"], limits: Limits(milliCPUs: milliCPUs, memory: .zero, disk: .zero)),
      on: TaskTerms(price: MicroEuros(2000), expectedRun: .seconds(1)), plan: plan, now: Sites.now)
  }

  private func place(_ task: AdmittedTask, _ running: [Placement], _ capacity: NodeCapacity = Sites.capacity)
    -> PlacementDecision
  {
    Placement.place(task, plan: plan, capacity: capacity, occupied: Occupancy(running), now: Sites.now)
  }

  @Test func tasksFillTheProcessorsAndThenQueue() throws {
    var running: [Placement] = []
    for (name, processors) in [("a", [0]), ("b", [1])] {
      guard case .place(let placement) = place(try admitted(name), running) else {
        Issue.record("\(name) was not placed")
        return
      }
      #expect(placement.processors == processors)
      running.append(placement)
    }
    #expect(place(try admitted("c"), running) == .queue(.slots(running: 2, allowed: 2)))
    #expect(place(try admitted("c"), [running[1]]) != .queue(.slots(running: 1, allowed: 2)))
  }

  @Test func aPlacementBecomesARunRequest() throws {
    let capacity = NodeCapacity(
      processors: [4, 2, 6, 0], slots: 2, memory: .mebibytes(64), disk: .mebibytes(64))
    guard case .place(let placement) = place(try admitted("wide", capacity, milliCPUs: 1500), [], capacity)
    else {
      Issue.record("it was not placed")
      return
    }
    let request = placement.request(inputPaths: [:], outputDirectory: "/out")
    #expect(request.processors == [2, 4])
    #expect(request.profile == "batch")
    #expect(request.specification.name == "wide")
  }

  @Test func foreignWorkOnTheProcessorsKeepsTasksQueued() throws {
    let decision = Placement.place(
      try admitted("a"), plan: plan, capacity: Sites.capacity,
      occupied: Occupancy(running: 1, processors: [0, 1]),
      now: Sites.now)
    #expect(decision == .queue(.processors(needed: 1, free: 0)))
  }

  @Test func noSetOfPlacementsSharesAProcessor() throws {
    var random = SeededGenerator(state: 3)
    let capacity = NodeCapacity(
      processors: Array(0..<16), slots: 4, memory: .mebibytes(64), disk: .mebibytes(64))
    let plan = Sites.plan(
      [40, 40],
      rule: HeatRule(
        board: Sites.board, capacity: capacity, policy: Sites.policy, tariff: Sites.tariff))
    var running: [Placement] = []
    for round in 0..<2000 {
      if !running.isEmpty, Bool.random(using: &random) {
        running.remove(at: Int.random(in: 0..<running.count, using: &random))
      }
      let task = try admitted("t\(round)", capacity, milliCPUs: UInt32.random(in: 1...4000, using: &random))
      let decision = Placement.place(
        task, plan: plan, capacity: capacity, occupied: Occupancy(running), now: Sites.now)
      if case .place(let placement) = decision { running.append(placement) }
      let used = running.flatMap(\.processors)
      #expect(Set(used).count == used.count)
      #expect(running.count <= plan.slots)
    }
  }
}
