extension BagFile {
  /// The largest text that is looked at, in bytes: a bag file is written by hand.
  package static let greatestTextBytes = 1 << 20

  /// Reads the text of a bag file. Never fails: what is wrong is in `mistakes`, and `resolve` throws it.
  package init(reading text: String, file: String) {
    self.init(file: file)
    guard text.utf8.count <= Self.greatestTextBytes else {
      let problem = "the file is larger than \(Self.greatestTextBytes) bytes; write what repeats as a sweep"
      mistakes = [Mistake(file: file, line: 1, column: 1, message: problem)]
      return
    }
    let (draft, mistakes) = readYAMLKeepingMistakes(text, file: file) { root -> BagFile? in
      var draft = BagFile(file: file)
      draft.read(root)
      return draft
    }
    if let draft { self = draft }
    self.mistakes = mistakes + axisMistakes()
  }

  private mutating func read(_ root: YAMLMapping) {
    name = root.required("name") { value in
      value.string().flatMap { text in
        if let problem = TaskRules.faultOfName(text) { return value.mistake("name \(problem)") }
        return Written(value: text, place: value.place)
      }
    }
    taskName = root["task_name"]?.template()
    isInImage = root.has("image")
    image = root["image"]?.registryReference()
    root["files"]?.report("files are written under 'inputs', each by the path at which the task sees it")
    command =
      isInImage
      ? root.optional("command", default: []) { value in value.list { $0.template() } }
      : root.required("command") { value in value.list { $0.template() } }
    commandPlace = root["command"]?.place
    environment = root.optional("environment", default: []) { Self.environment($0) }
    inputs = root.optional("inputs", default: []) { readInputs($0) }
    outputs = root.optional("outputs", default: []) { value in value.list { $0.template() } }
    limits = root.optional("limits", default: Limits()) { value in value.mapping().flatMap(Self.limits) }
    sweep = root.optional("sweep", default: Sweep(axes: [])) { Sweep(reading: $0) }
    sweepPlace = root["sweep"]?.place
    terms = readTerms(root)
  }

  private static func environment(_ value: YAMLValue) -> [Variable]? {
    guard let mapping = value.mapping() else { return nil }
    let pairs = mapping.pairs
    let variables = pairs.compactMap { key, value -> Variable? in
      guard let name = key.string() else { return nil }
      if let problem = TaskRules.faultOfVariable(name) { return key.mistake("a variable's name \(problem)") }
      return value.template().map { Variable(name: name, value: $0) }
    }
    return variables.count == pairs.count ? variables : nil
  }

  private mutating func readInputs(_ value: YAMLValue) -> [Input]? {
    guard let mapping = value.mapping() else { return nil }
    let pairs = mapping.pairs
    readableInputs = pairs.compactMap { key, value -> Input? in
      let path = key.template()
      let input = value.isMapping ? Self.longInput(value) : Self.shortInput(value)
      guard let path, let input else { return nil }
      return Input(
        path: path, source: input.source, digest: input.digest, size: input.size,
        isExecutable: input.isExecutable)
    }
    return readableInputs.count == pairs.count ? readableInputs : nil
  }

  /// What an input's value says of its bytes.
  private struct Content {
    var source: Written<Template>?
    var digest: Written<ContentDigest>?
    var size: ByteCount?
    var isExecutable = false
  }

  /// `/in/prices.csv: prices.csv`
  private static func shortInput(_ value: YAMLValue) -> Content? {
    guard let text = value.string() else { return nil }
    if text.hasPrefix("sha256:") {
      return value.mistake("\(value.name) by digest alone needs its size: write {digest: \(text), size: … B}")
    }
    return value.template().map { Content(source: $0) }
  }

  /// `/in/prices.csv: {path: prices.csv, executable: false}`
  private static func longInput(_ value: YAMLValue) -> Content? {
    guard let mapping = value.mapping() else { return nil }
    let source = mapping.optional("path", default: Written<Template>?.none) {
      $0.template().map(Optional.some)
    }
    let digest = mapping.optional("digest", default: Written<ContentDigest>?.none) { value in
      guard let text = value.string() else { return nil }
      guard let digest = ContentDigest(text) else {
        return value.mistake("digest must be sha256: and 64 lower-case hexadecimal digits, not '\(text)'")
      }
      return .some(Written(value: digest, place: value.place))
    }
    let size = mapping.optional("size", default: ByteCount?.none) { value in
      value.byteCount(BagBounds.inputBytes).map(Optional.some)
    }
    let isExecutable = mapping.optional("executable", default: false) { $0.bool() }
    guard let source, let digest, let size, let isExecutable else { return nil }
    guard source != nil || digest != nil else {
      return value.mistake("\(value.name) needs 'path', 'digest' or both")
    }
    guard source != nil || size != nil else {
      return value.mistake("\(value.name) by digest alone needs its 'size'")
    }
    return Content(source: source, digest: digest, size: size, isExecutable: isExecutable)
  }

  private static func limits(_ mapping: YAMLMapping) -> Limits? {
    let preset = Limits()
    let milliCPUs = mapping.optional("cpus", default: preset.milliCPUs) { value in
      value.double(0.01...1024).map { UInt32(($0 * 1000).rounded()) }
    }
    let memory = mapping.optional("memory", default: preset.memory) { $0.byteCount(BagBounds.memory) }
    let disk = mapping.optional("disk", default: preset.disk) { $0.byteCount(BagBounds.disk) }
    let processes = mapping.optional("processes", default: preset.processes) {
      $0.integer(BagBounds.processes)
    }
    let wall = mapping.optional("wall_time", default: preset.wallMilliseconds) {
      $0.milliseconds(BagBounds.wallMilliseconds)
    }
    let grace = mapping.optional("grace_time", default: preset.graceMilliseconds) {
      $0.milliseconds(BagBounds.graceMilliseconds)
    }
    let stream = mapping.optional("stream_size", default: preset.streamBytes) {
      $0.byteCount(BagBounds.streamBytes)
    }
    // Zero stands for none, which the bounds keep out of a file.
    let processor = mapping.optional("cpu_time", default: 0) {
      $0.milliseconds(BagBounds.processorMilliseconds)
    }
    let rates = DeviceRates(yaml: mapping)
    guard let milliCPUs, let memory, let disk, let processes, let wall, let grace, let stream, let processor,
      let rates
    else {
      return nil
    }
    return Limits(
      milliCPUs: milliCPUs, memory: memory, disk: disk, processes: processes, wallMilliseconds: wall,
      graceMilliseconds: grace, streamBytes: stream, processorMilliseconds: processor == 0 ? nil : processor,
      deviceRates: rates.isUnlimited ? nil : rates)
  }
}

extension YAMLValue {
  /// An image that other machines can fetch too.
  func registryReference() -> Written<RegistryReference>? {
    guard let text = string() else { return nil }
    do throws(RegistryReference.Fault) {
      return Written(value: try RegistryReference(text), place: place)
    } catch {
      return mistake(
        "\(name) must be docker://HOST/NAME with :TAG or @DIGEST, but is '\(text)': \(error.reason)")
    }
  }

  var place: Place { Place(line: line, column: column) }

  /// Text with placeholders.
  func template() -> Written<Template>? {
    guard let text = string() else { return nil }
    do throws(Template.Fault) {
      return Written(value: try Template(text), place: place)
    } catch {
      return mistake("\(name) \(error.problem)")
    }
  }

  /// A size within a range of bytes.
  func byteCount(_ range: ClosedRange<UInt64>) -> ByteCount? {
    byteCount().flatMap { size in
      guard range.contains(size.value) else {
        return mistake(
          "\(name) must be from \(range.lowerBound) B to \(range.upperBound) B, not \(size.value) B")
      }
      return size
    }
  }

  /// A time within a range of milliseconds.
  func milliseconds(_ range: ClosedRange<UInt64>) -> UInt64? {
    milliseconds().flatMap { time in
      guard range.contains(time) else {
        return mistake(
          "\(name) must be from \(range.lowerBound) ms to \(range.upperBound) ms, not \(time) ms")
      }
      return time
    }
  }
}
