extension BagFile {
  /// The bag in its canonical form: the sweep expanded and every input by its digest.
  ///
  /// - Parameters:
  ///   - identify: finds and hashes the bytes of an input by the path that the file writes, such as
  ///     `InputDirectory.identify`. Asked once for each path.
  ///   - imageDigest: what the registry says that `unpinnedImage` is.
  /// - Throws: all mistakes of reading, expanding and resolving at once.
  package func resolve(
    imageDigest: Result<ContentDigest, InputFault>? = nil,
    _ identify: (String) throws(InputFault) -> InputIdentity
  ) throws(Mistakes) -> ResolvedBag {
    var expansion = BagExpansion(file: self, imageDigest: imageDigest)
    let bag = expansion.expand(identify)
    let found = mistakes + expansion.mistakes
    if !found.isEmpty { throw Mistakes(found) }
    guard let bag else { preconditionFailure("\(file) made no bag and reported no mistake") }
    return ResolvedBag(bag: bag, sources: expansion.sources)
  }
}

/// The expansion of one bag file to tasks. What is wrong with many tasks for one reason is said once, with their number.
struct BagExpansion {
  private struct Reason: Hashable {
    var place: Place
    /// Which check found it: one place may be wrong in several ways.
    var check: String
  }

  private let file: BagFile
  private let imageDigest: Result<ContentDigest, InputFault>?
  private var first: [Reason: (message: String, tasks: Int)] = [:]
  private var order: [Reason] = []
  private var identities: [String: Result<InputIdentity, InputFault>] = [:]
  private(set) var sources: [ContentDigest: String] = [:]

  init(file: BagFile, imageDigest: Result<ContentDigest, InputFault>?) {
    self.file = file
    self.imageDigest = imageDigest
  }

  var mistakes: [Mistake] {
    order.compactMap { reason in
      first[reason].map { message, tasks in
        let others = tasks > 1 ? " (and in \(tasks - 1) more \(tasks == 2 ? "task" : "tasks"))" : ""
        return file.mistake(message + others, at: reason.place)
      }
    }
  }

  private mutating func report(_ message: String, at place: Place, check: String) {
    let reason = Reason(place: place, check: check)
    if first[reason] == nil { order.append(reason) }
    first[reason, default: (message, 0)].tasks += 1
  }

  /// The bag, nothing where anything of it was mistaken.
  mutating func expand(_ identify: (String) throws(InputFault) -> InputIdentity) -> Bag? {
    let root = root()
    guard let sweep = file.sweep, let count = boundedCount(of: sweep), file.inputs != nil else {
      // Only inputs of one name can be looked at without the whole: their mistakes still belong in this pass.
      for input in file.readableInputs where input.source?.value.axes.isEmpty == true {
        _ = identity(of: input, at: [:], identify)
      }
      return nil
    }
    var tasks: [TaskSpec] = []
    var names: Set<String> = []
    for index in 0..<count {
      let point = sweep.point(index)
      let name = taskName(index, of: count, at: point)
      if let taskName = file.taskName, !names.insert(name).inserted {
        let axes = sweep.axes.map { "{\($0.name)}" }.joined(separator: ", ")
        report(
          "task_name makes '\(name)' more than once; name in it each of \(axes)", at: taskName.place,
          check: "twice")
      }
      if let task = task(name: name, root: root ?? .empty, at: point, identify) { tasks.append(task) }
    }
    guard root != nil, tasks.count == count, let name = file.name, let terms = file.terms else { return nil }
    let bag = Bag(
      name: name.value, tasks: tasks, price: terms.price, trust: terms.trust, replicaCap: terms.replicaCap,
      deadlineMilliseconds: terms.deadlineMilliseconds, expectedMilliseconds: terms.expectedMilliseconds,
      determinism: terms.determinism)
    let size = bag.manifest.count
    if size > BagBounds.manifestBytes {
      let message = "the bag takes \(size) bytes once expanded; \(BagBounds.manifestBytes) are the most"
      report(message, at: Place(line: 1, column: 1), check: "size")
    }
    return bag
  }

  /// What every task has below its inputs; nothing where the image was mistaken or can't be pinned.
  private mutating func root() -> RootFilesystem? {
    guard file.isInImage else { return .empty }
    guard let image = file.image else { return nil }
    var reference = image.value
    if reference.digest == nil {
      switch imageDigest {
      case .success(let digest)?: reference.digest = digest
      case .failure(let fault)?:
        report("the image '\(reference)' \(fault.problem)", at: image.place, check: "image")
        return nil
      case nil:
        report(
          "the image '\(reference)' is named by a tag, and nobody asked its registry for the digest",
          at: image.place, check: "image")
        return nil
      }
    }
    return PinnedImage(reference).map { .image($0) }
  }

  private mutating func boundedCount(of sweep: Sweep) -> Int? {
    if let count = sweep.count, count <= BagBounds.tasks { return count }
    let count = sweep.count.map(String.init) ?? "more than 2^63"
    report(
      "the sweep makes \(count) tasks; a bag holds at most \(BagBounds.tasks)",
      at: file.sweepPlace ?? Place(line: 1, column: 1), check: "count")
    return nil
  }

  /// `efast-0007`, with as many digits as the bag needs; the bag's own name where there is no sweep.
  private func taskName(_ index: Int, of count: Int, at point: [String: String]) -> String {
    if let template = file.taskName { return template.value.filled(point) }
    let bag = file.name?.value ?? "task"
    if file.sweep?.axes.isEmpty ?? true { return bag }
    let number = String(index + 1)
    let width = max(4, String(count).count)
    return bag + "-" + String(repeating: "0", count: width - number.count) + number
  }

  private mutating func task(
    name: String, root: RootFilesystem, at point: [String: String],
    _ identify: (String) throws(InputFault) -> InputIdentity
  ) -> TaskSpec? {
    let command = file.command?.map { $0.value.filled(point) }
    let inputs = file.inputs?.map {
      TaskRules.Input(path: $0.path.value.filled(point), isExecutable: $0.isExecutable)
    }
    let outputs = file.outputs?.map { $0.value.filled(point) }
    var environment: [String: String]?
    if let variables = file.environment {
      environment = [:]
      for variable in variables { environment?[variable.name] = variable.value.value.filled(point) }
    }
    let faults = TaskRules.faults(
      name: name, command: command ?? [], isInImage: file.isInImage, inputs: inputs ?? [],
      outputs: outputs ?? [],
      environment: environment ?? [:])
    var isRight = true
    for fault in faults where isAbout(fault, name: name) {
      isRight = false
      report(
        "\(label(of: fault.field)) \(fault.problem)", at: place(of: fault.field), check: "\(fault.field)")
    }
    var files: [InputFile] = []
    for (written, input) in zip(file.inputs ?? [], inputs ?? []) {
      guard let identity = identity(of: written, at: point, identify) else { continue }
      files.append(
        InputFile(
          path: input.path, digest: identity.digest, size: identity.size, isExecutable: input.isExecutable))
    }
    guard isRight, let command, let inputs, files.count == inputs.count, let outputs, let environment,
      let limits = file.limits
    else { return nil }
    return TaskSpec(
      name: name, command: command, root: root, inputs: files, outputs: outputs, environment: environment,
      limits: limits)
  }

  /// Whether a fault is the file's own: what only follows from a part that was mistaken is not said again.
  private func isAbout(_ fault: TaskRules.Fault, name: String) -> Bool {
    switch fault.field {
    case .name: file.taskName != nil || file.name != nil
    case .command: file.command != nil
    case .argument(let index): file.command != nil && (index > 0 || file.inputs != nil)
    case .environment, .input, .output: true
    }
  }

  private func label(of field: TaskRules.Field) -> String {
    switch field {
    case .name: "the task's name"
    case .command: "command"
    case .argument(let index): "command[\(index)]"
    case .environment(let name): name.isEmpty ? "environment" : "the variable '\(name)'"
    case .input: "the input's path"
    case .output(let index): "outputs[\(index)]"
    }
  }

  private func place(of field: TaskRules.Field) -> Place {
    let start = Place(line: 1, column: 1)
    return switch field {
    case .name: file.taskName?.place ?? file.name?.place ?? start
    case .command: file.command?.first?.place ?? file.commandPlace ?? start
    case .argument(let index): file.command?[index].place ?? start
    case .environment(let name):
      file.environment?.first { name.isEmpty || $0.name == name }?.value.place ?? start
    case .input(let index): file.inputs?[index].path.place ?? start
    case .output(let index): file.outputs?[index].place ?? start
    }
  }
}

extension BagExpansion {
  /// What an input's bytes are: read where the file gives a path, and compared with what else it says of them.
  private mutating func identity(
    of input: BagFile.Input, at point: [String: String],
    _ identify: (String) throws(InputFault) -> InputIdentity
  ) -> (digest: ContentDigest, size: ByteCount)? {
    guard let template = input.source else {
      guard let digest = input.digest, let size = input.size else { return nil }
      return (digest.value, size)
    }
    let source = template.value.filled(point)
    let found: Result<InputIdentity, InputFault>
    if let known = identities[source] {
      found = known
    } else {
      do throws(InputFault) {
        found = .success(try identify(source))
      } catch {
        found = .failure(error)
      }
      identities[source] = found
    }
    switch found {
    case .failure(let fault):
      let hint = fault.nearest.map { "; did you mean '\($0)'?" } ?? ""
      report("the input '\(source)' \(fault.problem)\(hint)", at: template.place, check: "source")
      return nil
    case .success(let identity):
      var isRight = true
      if let digest = input.digest, digest.value != identity.digest {
        isRight = false
        report(
          "'\(source)' is \(identity.digest), not what is written here", at: digest.place, check: "digest")
      }
      if let size = input.size, size != identity.size {
        isRight = false
        report(
          "'\(source)' has \(identity.size.value) bytes, not \(size.value)", at: template.place, check: "size"
        )
      }
      if identity.size.value > BagBounds.inputBytes.upperBound {
        isRight = false
        report(
          "'\(source)' is larger than \(BagBounds.inputBytes.upperBound) bytes", at: template.place,
          check: "large")
      }
      guard isRight else { return nil }
      sources[identity.digest] = identity.path
      return (identity.digest, identity.size)
    }
  }
}
