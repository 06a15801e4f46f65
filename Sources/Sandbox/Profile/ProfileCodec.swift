internal import Workload

/// A profile as bytes, for the cache. The order is that of the declarations; `CompiledProfile.format` changes with it.
extension Profile {
  func write(to writer: inout CacheWriter) {
    writer.text(description)
    for number in [
      limits.openFiles, limits.temporary.value, limits.workFiles, limits.stack.value,
      limits.lockedMemory.value,
    ] { writer.number(number) }
    // 0 for none, which is no rate.
    for rate in [
      limits.deviceRates.readBytes, limits.deviceRates.writeBytes, limits.deviceRates.readOperations,
      limits.deviceRates.writeOperations,
    ] { writer.number(rate ?? 0) }
    writer.list(mounts) { $0.text($1) }
    writer.list(devices) { $0.text($1) }
    writer.list(network) { $0.text($1.description) }
    writer.number(UInt8(proc == .masked ? 1 : 0))
    writer.list(maskedPaths) { $0.text($1) }
    writer.list(readOnlyPaths) { $0.text($1) }
    seccomp.write(to: &writer)
    writer.text(digest.description)
  }

  /// - Parameter name: the one that it was asked for by, which is not in the bytes.
  init(name: String, from reader: inout CacheReader) throws(MalformedEntry) {
    let description = try reader.text()
    let limits = ProfileLimits(
      openFiles: try reader.number(), temporary: ByteCount(try reader.number()),
      workFiles: try reader.number(), stack: ByteCount(try reader.number()),
      lockedMemory: ByteCount(try reader.number()), deviceRates: try DeviceRates(from: &reader))
    let mounts = try reader.texts()
    let devices = try reader.texts()
    let network = try reader.list { (inner) throws(MalformedEntry) in
      guard let destination = try? NetworkDestination(try inner.text()) else { throw MalformedEntry() }
      return destination
    }
    let proc: ProcView
    switch try reader.number(UInt8.self) {
    case 0: proc = .processes
    case 1: proc = .masked
    default: throw MalformedEntry()
    }
    let masked = try reader.texts()
    let readOnly = try reader.texts()
    let seccomp = try SeccompPolicy(from: &reader)
    guard let digest = ContentDigest(try reader.text()) else { throw MalformedEntry() }
    self.init(
      name: name, description: description, limits: limits, mounts: mounts, devices: devices,
      network: network,
      proc: proc, maskedPaths: masked, readOnlyPaths: readOnly, seccomp: seccomp, digest: digest)
  }
}

extension DeviceRates {
  fileprivate init(from reader: inout CacheReader) throws(MalformedEntry) {
    func rate() throws(MalformedEntry) -> UInt64? {
      let number: UInt64 = try reader.number()
      return number == 0 ? nil : number
    }
    self.init(
      readBytes: try rate(), writeBytes: try rate(), readOperations: try rate(), writeOperations: try rate())
  }
}

extension CacheReader {
  fileprivate mutating func texts() throws(MalformedEntry) -> [String] {
    try list { (inner) throws(MalformedEntry) in try inner.text() }
  }
}

extension SeccompPolicy {
  func write(to writer: inout CacheWriter) {
    defaultAction.write(to: &writer)
    writer.list(rules) { writer, rule in
      writer.list(rule.names) { $0.text($1) }
      rule.action.write(to: &writer)
      writer.list(rule.arguments) { writer, argument in
        writer.number(argument.index)
        writer.number(argument.value)
        writer.number(argument.valueTwo)
        writer.number(UInt8(Comparison.allCases.firstIndex(of: argument.comparison) ?? 0))
      }
    }
  }

  init(from reader: inout CacheReader) throws(MalformedEntry) {
    let defaultAction = try Action(from: &reader)
    let rules = try reader.list { (reader) throws(MalformedEntry) in
      Rule(
        names: try reader.texts(), action: try Action(from: &reader),
        arguments: try reader.list { (reader) throws(MalformedEntry) in try Argument(from: &reader) })
    }
    self.init(defaultAction: defaultAction, rules: rules)
  }
}

extension SeccompPolicy.Argument {
  fileprivate init(from reader: inout CacheReader) throws(MalformedEntry) {
    let index: UInt32 = try reader.number()
    let value: UInt64 = try reader.number()
    let valueTwo: UInt64 = try reader.number()
    let code = Int(try reader.number(UInt8.self))
    guard index <= 5, code < SeccompPolicy.Comparison.allCases.count else { throw MalformedEntry() }
    self.init(
      index: index, value: value, valueTwo: valueTwo, comparison: SeccompPolicy.Comparison.allCases[code])
  }
}

extension SeccompPolicy.Action {
  fileprivate func write(to writer: inout CacheWriter) {
    switch self {
    case .allow: writer.number(UInt8(0))
    case .log: writer.number(UInt8(1))
    case .errno(let number):
      writer.number(UInt8(2))
      writer.number(number)
    case .trap: writer.number(UInt8(3))
    case .killThread: writer.number(UInt8(4))
    case .killProcess: writer.number(UInt8(5))
    }
  }

  fileprivate init(from reader: inout CacheReader) throws(MalformedEntry) {
    switch try reader.number(UInt8.self) {
    case 0: self = .allow
    case 1: self = .log
    case 2: self = .errno(try reader.number())
    case 3: self = .trap
    case 4: self = .killThread
    case 5: self = .killProcess
    default: throw MalformedEntry()
    }
  }
}
