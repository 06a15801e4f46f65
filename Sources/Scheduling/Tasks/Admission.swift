package import Workload

/// A task that this node may run. Only admission makes one, so that nothing is placed that was not admitted.
package struct AdmittedTask: Hashable, Sendable {
  package let specification: TaskSpec
  /// Name of the sandbox profile that it runs with.
  package let profile: String
  /// Processors that it keeps to itself while it runs.
  package let processors: Int

  fileprivate init(specification: TaskSpec, profile: String, processors: Int) {
    self.specification = specification
    self.profile = profile
    self.processors = processors
  }
}

/// Why a node doesn't take a task: all reasons, not just the first, so that one answer suffices to correct
/// it.
package struct TaskRejection: Error, Hashable, Sendable, CustomStringConvertible {
  package let task: String
  /// Never empty.
  package let reasons: [RejectionReason]

  package var description: String {
    "task '\(task)' is not admitted: " + reasons.map(\.description).joined(separator: "; ")
  }
}

package enum RejectionReason: Hashable, Sendable {
  case commandEmpty
  /// Only the node's owner may run in a directory of the host.
  case hostDirectory(String)
  case processors(asked: UInt32, perSlot: UInt32)
  case memory(asked: ByteCount, perSlot: ByteCount)
  case disk(asked: ByteCount, perSlot: ByteCount)
  case inputs(size: ByteCount, most: ByteCount)
  case processes(asked: UInt32, most: UInt32)
  case wallTime(asked: Duration, longest: Duration)
  /// The task runs in an image, and the node runs none.
  case noImages
  case imageRegistry(PinnedImage, allowed: [String])
  case imageSize(PinnedImage, size: ByteCount, most: ByteCount)
  /// The image can't be had or can't run here.
  case imageUnusable(PinnedImage, reason: String)
  /// The sandbox profile is unknown here, or this host can't enforce it.
  case profile(asked: String, available: [String])
  /// The price is below the ask of the present plan.
  case price(offered: MicroEuros, least: MicroEuros)
  /// The water wants no heat now.
  case heat(HeatReason)
  /// The plan is of another time: a new one must be made first.
  case planExpired

  /// Whether the same task may be admitted later without a change to it.
  package var isTransient: Bool {
    switch self {
    case .price, .heat, .planExpired: true
    default: false
    }
  }
}

extension RejectionReason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .commandEmpty: "it has no command"
    case .hostDirectory(let path): "it wants the host's directory \(path) as its root; bring files as inputs"
    case .processors(let asked, let slot):
      "it asks for \(Self.thousandths(asked)) processors, and a slot has \(Self.thousandths(slot))"
    case .memory(let asked, let slot):
      "it asks for \(Self.size(asked)) of memory, and a slot has \(Self.size(slot))"
    case .disk(let asked, let slot):
      "it asks for \(Self.size(asked)) of disk, and a slot has \(Self.size(slot))"
    case .inputs(let size, let most):
      "its inputs are \(Self.size(size)), and the node takes at most \(Self.size(most))"
    case .processes(let asked, let most):
      "it asks for \(asked) processes, and the node allows at most \(most)"
    case .wallTime(let asked, let longest):
      "it asks for \(Self.seconds(asked)), and the node allows at most \(Self.seconds(longest))"
    case .noImages: "it runs in an image, and the node's configuration has no 'images'"
    case .imageRegistry(let image, let allowed):
      "it runs in \(image), and the node takes images from \(allowed.joined(separator: ", ")) only"
    case .imageSize(let image, let size, let most):
      "the layers of \(image) are \(Self.size(size)), and the node takes at most \(Self.size(most))"
    case .imageUnusable(let image, let reason): "\(image) can't be run here: \(reason)"
    case .profile(let asked, let available):
      "the sandbox profile '\(asked)' can't be enforced here; there is "
        + (available.isEmpty ? "none" : available.joined(separator: ", "))
    case .price(let offered, let least):
      "it pays \(Self.euros(offered)), and the node asks for \(Self.euros(least))"
    case .heat(let reason): reason.sentence
    case .planExpired: "the heat plan has run out"
    }
  }

  private static func thousandths(_ number: UInt32) -> String {
    Decimals.trimmed(Double(number) / 1000, 3)
  }

  private static func seconds(_ time: Duration) -> String { "\(Decimals.trimmed(time.seconds, 1)) s" }

  private static func euros(_ price: MicroEuros) -> String {
    "\(Decimals.trimmed(Double(price.value) / 1e6, 6)) EUR"
  }

  /// In whole MiB, as people ask for it, where it is that.
  private static func size(_ bytes: ByteCount) -> String {
    bytes.value > 0 && bytes.value.isMultiple(of: 1 << 20)
      ? "\(bytes.value >> 20) MiB" : "\(bytes.value) bytes"
  }
}

/// What a task brings and how it comes.
package struct TaskTerms: Hashable, Sendable {
  /// For one correct replica.
  package var price: MicroEuros
  /// How long the run is expected to take, by which the price is compared with the ask.
  package var expectedRun: Duration
  package var profile: String
  /// The node has already accepted this replica (it was restarted since): price and heat were decided then,
  /// and what heat forbids now waits in placement.
  package var isAccepted: Bool
  /// Of its image; nothing where it has none, or where the node doesn't ask that image's registry.
  package var image: ImageFinding?

  package init(
    price: MicroEuros, expectedRun: Duration, profile: String = "batch", isAccepted: Bool = false,
    image: ImageFinding? = nil
  ) {
    self.price = price
    self.expectedRun = expectedRun
    self.profile = profile
    self.isAccepted = isAccepted
    self.image = image
  }
}

/// The stage between draw and placement: does this node take the task at all?
package struct Admission: Hashable, Sendable {
  package var capacity: NodeCapacity

  package init(capacity: NodeCapacity) {
    self.capacity = capacity
  }

  /// - Throws: every reason against it.
  package func admit(
    _ task: TaskSpec, on terms: TaskTerms, plan: HeatPlan, now: Instant
  ) throws(TaskRejection) -> AdmittedTask {
    var reasons = form(of: task) + needs(of: task, profile: terms.profile)
    if case .image(let image) = task.root { reasons += faults(of: image, terms.image) }
    if !terms.isAccepted { reasons += worth(of: terms, plan, now) }
    if !reasons.isEmpty { throw TaskRejection(task: task.name, reasons: reasons) }
    let processors = (Int(task.limits.milliCPUs) + 999) / 1000
    return AdmittedTask(specification: task, profile: terms.profile, processors: max(1, processors))
  }

  private func form(of task: TaskSpec) -> [RejectionReason] {
    var reasons: [RejectionReason] = []
    switch task.root {
    case .image: break
    case .empty, .directory: if task.command.first?.isEmpty ?? true { reasons.append(.commandEmpty) }
    }
    if case .directory(let path) = task.root { reasons.append(.hostDirectory(path)) }
    return reasons
  }

  /// An image that nobody looked at is not taken.
  private func faults(of image: PinnedImage, _ finding: ImageFinding?) -> [RejectionReason] {
    guard let images = capacity.images else { return [.noImages] }
    guard images.allows(image) else { return [.imageRegistry(image, allowed: images.registries)] }
    switch finding {
    case .usable(let size) where size > images.largest:
      return [.imageSize(image, size: size, most: images.largest)]
    case .usable: return []
    case .unusable(let reason): return [.imageUnusable(image, reason: reason)]
    case nil: return [.imageUnusable(image, reason: "nobody looked at it")]
    }
  }

  private func needs(of task: TaskSpec, profile: String) -> [RejectionReason] {
    let limits = task.limits
    let perSlot = UInt32(clamping: capacity.processorsPerSlot * 1000)
    var reasons: [RejectionReason] = []
    if limits.milliCPUs > perSlot { reasons.append(.processors(asked: limits.milliCPUs, perSlot: perSlot)) }
    if limits.memory > capacity.memoryPerSlot {
      reasons.append(.memory(asked: limits.memory, perSlot: capacity.memoryPerSlot))
    }
    if limits.disk > capacity.diskPerSlot {
      reasons.append(.disk(asked: limits.disk, perSlot: capacity.diskPerSlot))
    }
    let inputs = ByteCount(
      task.inputs.reduce(0) { sum, input in
        let (total, isTooLarge) = sum.addingReportingOverflow(input.size.value)
        return isTooLarge ? .max : total
      })
    if inputs > capacity.inputs { reasons.append(.inputs(size: inputs, most: capacity.inputs)) }
    if limits.processes > capacity.processes {
      reasons.append(.processes(asked: limits.processes, most: capacity.processes))
    }
    let wall = Duration.milliseconds(Int64(clamping: limits.wallMilliseconds))
    if wall > capacity.longestRun { reasons.append(.wallTime(asked: wall, longest: capacity.longestRun)) }
    if !capacity.profiles.contains(profile) {
      reasons.append(.profile(asked: profile, available: capacity.profiles.sorted()))
    }
    return reasons
  }

  private func worth(of terms: TaskTerms, _ plan: HeatPlan, _ now: Instant) -> [RejectionReason] {
    guard plan.isValid(at: now) else { return [.planExpired] }
    var reasons: [RejectionReason] = []
    let least = plan.leastPrice(of: terms.expectedRun, slots: 1)
    if terms.price < least { reasons.append(.price(offered: terms.price, least: least)) }
    if plan.slots == 0 { reasons += plan.reasons.map(RejectionReason.heat) }
    return reasons
  }
}
