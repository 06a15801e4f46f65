extension Bag {
  /// The bag of a manifest that was fetched from somebody, checked against the digest that the ledger names.
  ///
  /// - Throws: when the bytes have another digest, or are no manifest within `BagBounds`.
  package init(manifest bytes: [UInt8], digest: ContentDigest) throws(ManifestFault) {
    guard bytes.count <= BagBounds.manifestBytes else { throw Self.tooLarge(bytes.count) }
    let actual = ContentDigest(of: bytes)
    guard actual == digest else {
      throw ManifestFault(
        place: "its digest", problem: "\(digest) was asked for, but the bytes are \(actual)")
    }
    try self.init(manifest: bytes)
  }

  /// The bag of a manifest that nobody vouches for.
  ///
  /// - Throws: the first thing that is wrong: not canonical JSON, an unknown or missing key, a bound that is passed,
  ///   or a task that breaks the rules that bag files are held to.
  package init(manifest bytes: [UInt8]) throws(ManifestFault) {
    guard bytes.count <= BagBounds.manifestBytes else { throw Self.tooLarge(bytes.count) }
    let root = try ManifestObject(
      try CanonicalJSONReader.read(bytes), at: "",
      keys: [
        "deadline_ms", "determinism", "expected_ms", "format", "name", "price_micro_euros", "replica_cap",
        "tasks",
        "trust",
      ])
    let format = try root.string("format")
    guard format == Self.manifestFormat else {
      throw root.fault(
        "format", "'\(format)' is not '\(Self.manifestFormat)': this samovar is of another version")
    }
    let name = try root.string("name")
    if let problem = TaskRules.faultOfName(name) { throw root.fault("name", problem) }
    guard let determinism = Determinism(rawValue: try root.string("determinism")) else {
      throw root.fault("determinism", "BITEXACT or HWCLASS was expected")
    }
    var tasks: [TaskSpec] = []
    var names: Set<String> = []
    for (index, element) in try root.array("tasks", atMost: BagBounds.tasks).enumerated() {
      let task = try TaskSpec(canonical: element, at: "tasks[\(index)]")
      guard names.insert(task.name).inserted else {
        throw ManifestFault(place: "tasks[\(index)].name", problem: "'\(task.name)' stands twice")
      }
      tasks.append(task)
    }
    guard !tasks.isEmpty else { throw root.fault("tasks", "there are none") }
    let trust = try root.integer("trust", BagBounds.trust)
    let cap = try root.integer("replica_cap", BagBounds.replicaCap)
    guard cap >= Self.replicas(forTrust: trust) else {
      throw root.fault("replica_cap", "fewer replicas than the trust asks for")
    }
    self.init(
      name: name, tasks: tasks, price: MicroEuros(try root.integer("price_micro_euros", BagBounds.price)),
      trust: trust, replicaCap: cap,
      deadlineMilliseconds: try root.integer("deadline_ms", BagBounds.deadlineMilliseconds),
      expectedMilliseconds: try root.integer("expected_ms", BagBounds.expectedMilliseconds),
      determinism: determinism)
  }

  /// How many replicas start at least: r(T) of Proof-of-Contribution.
  package static func replicas(forTrust trust: UInt32) -> UInt32 {
    trust <= 1 ? 1 : trust < 100_000 ? 2 : 3
  }

  private static func tooLarge(_ size: Int) -> ManifestFault {
    ManifestFault(place: "its size", problem: "\(size) bytes; \(BagBounds.manifestBytes) are the most")
  }
}

extension TaskSpec {
  init(canonical value: CanonicalJSON, at place: String) throws(ManifestFault) {
    let object = try ManifestObject(
      value, at: place, keys: ["command", "environment", "inputs", "limits", "name", "outputs", "root"])
    let root = try RootFilesystem(canonical: try object.value("root"), at: "\(place).root")
    var inputs: [InputFile] = []
    for (index, element) in try object.array("inputs", atMost: BagBounds.inputs).enumerated() {
      inputs.append(try InputFile(canonical: element, at: "\(place).inputs[\(index)]"))
    }
    let outputs = try object.strings("outputs", atMost: BagBounds.outputs)
    let limits = try Limits(canonical: try object.value("limits"), at: "\(place).limits")
    self.init(
      name: try object.string("name"), command: try object.strings("command", atMost: BagBounds.arguments),
      root: root, inputs: inputs, outputs: outputs,
      environment: try object.stringMap("environment", atMost: BagBounds.environmentVariables), limits: limits
    )
    guard self.inputs == inputs else { throw object.fault("inputs", "they are not sorted by path") }
    guard self.outputs == outputs else { throw object.fault("outputs", "they are not sorted") }
    let faults = TaskRules.faults(
      name: name, command: command, isInImage: root != .empty,
      inputs: inputs.map { TaskRules.Input(path: $0.path, isExecutable: $0.isExecutable) }, outputs: outputs,
      environment: environment)
    if let fault = faults.first {
      throw ManifestFault(place: "\(place).\(fault.field.path)", problem: "it \(fault.problem)")
    }
  }
}

extension RootFilesystem {
  /// Nothing, or an image that every node can fetch: a directory of a host is for runs by hand.
  fileprivate init(canonical value: CanonicalJSON, at place: String) throws(ManifestFault) {
    if value == .string("empty") {
      self = .empty
      return
    }
    guard case .object = value else {
      throw ManifestFault(place: place, problem: "'empty' or an image was expected")
    }
    let object = try ManifestObject(value, at: place, keys: ["image"])
    guard let image = PinnedImage(try object.string("image")), image.repository != nil else {
      throw object.fault("image", "docker://HOST/NAME@ and a digest were expected")
    }
    self = .image(image)
  }
}

extension TaskRules.Field {
  fileprivate var path: String {
    switch self {
    case .name: "name"
    case .command: "command"
    case .argument(let index): "command[\(index)]"
    case .environment(let name): "environment.\(name)"
    case .input(let index): "inputs[\(index)].path"
    case .output(let index): "outputs[\(index)]"
    }
  }
}

extension InputFile {
  fileprivate init(canonical value: CanonicalJSON, at place: String) throws(ManifestFault) {
    let object = try ManifestObject(value, at: place, keys: ["digest", "executable", "path", "size"])
    guard let digest = ContentDigest(try object.string("digest")) else {
      throw object.fault("digest", "sha256: and 64 lower-case hexadecimal digits were expected")
    }
    self.init(
      path: try object.string("path"), digest: digest,
      size: ByteCount(try object.integer("size", BagBounds.inputBytes)),
      isExecutable: try object.bool("executable"))
  }
}

extension Limits {
  fileprivate init(canonical value: CanonicalJSON, at place: String) throws(ManifestFault) {
    let object = try ManifestObject(
      value, at: place,
      keys: ["disk", "grace_ms", "memory", "milli_cpus", "processes", "stream_bytes", "wall_ms"],
      optional: ["cpu_ms", "rbps", "riops", "wbps", "wiops"])
    func rate(_ key: String, _ range: ClosedRange<UInt64>) throws(ManifestFault) -> UInt64? {
      object.has(key) ? try object.integer(key, range) : nil
    }
    let rates = DeviceRates(
      readBytes: try rate("rbps", DeviceRates.bytes), writeBytes: try rate("wbps", DeviceRates.bytes),
      readOperations: try rate("riops", DeviceRates.operations),
      writeOperations: try rate("wiops", DeviceRates.operations))
    self.init(
      milliCPUs: try object.integer("milli_cpus", BagBounds.milliCPUs),
      memory: ByteCount(try object.integer("memory", BagBounds.memory)),
      disk: ByteCount(try object.integer("disk", BagBounds.disk)),
      processes: try object.integer("processes", BagBounds.processes),
      wallMilliseconds: try object.integer("wall_ms", BagBounds.wallMilliseconds),
      graceMilliseconds: try object.integer("grace_ms", BagBounds.graceMilliseconds),
      streamBytes: ByteCount(try object.integer("stream_bytes", BagBounds.streamBytes)),
      processorMilliseconds: object.has("cpu_ms")
        ? try object.integer("cpu_ms", BagBounds.processorMilliseconds) : nil,
      deviceRates: rates.isUnlimited ? nil : rates)
  }
}
