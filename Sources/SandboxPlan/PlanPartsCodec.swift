extension Supervision {
  func write(to writer: inout PlanWriter) {
    writer.number(setupMilliseconds)
    writer.number(wallMilliseconds)
    writer.number(graceMilliseconds)
    writer.number(streamBytes)
    writer.optional(processorTime) {
      $0.number($1.limitMicroseconds)
      $0.text($1.path)
      $0.text($1.key)
      $0.number($1.unitsPerMicrosecond)
      $0.number($1.processors)
    }
    writer.optional(freezer) {
      $0.text($1.path)
      $0.text($1.frozen)
      $0.text($1.thawed)
    }
  }

  init(from reader: inout PlanReader) throws(MalformedPlan) {
    self.init(
      setupMilliseconds: try reader.number(), wallMilliseconds: try reader.number(),
      graceMilliseconds: try reader.number(), streamBytes: try reader.number(),
      processorTime: try reader.optional { (inner) throws(MalformedPlan) in
        ProcessorTime(
          limitMicroseconds: try inner.number(), path: try inner.text(), key: try inner.text(),
          unitsPerMicrosecond: try inner.number(), processors: try inner.number())
      },
      freezer: try reader.optional { (inner) throws(MalformedPlan) in
        Freezer(path: try inner.text(), frozen: try inner.text(), thawed: try inner.text())
      })
  }
}

extension DeviceNode {
  func write(to writer: inout PlanWriter) {
    writer.number(device)
    for number in [mode, user, group] { writer.number(number) }
  }

  init(from reader: inout PlanReader) throws(MalformedPlan) {
    self.init(
      device: try reader.number(), mode: try reader.number(), user: try reader.number(),
      group: try reader.number())
  }
}

extension IDMapping {
  func write(to writer: inout PlanWriter) {
    for id in [insideUser, insideGroup, user, group] { writer.number(id) }
    writer.number(self.writer.rawValue)
  }

  init(from reader: inout PlanReader) throws(MalformedPlan) {
    let ids: [UInt32] = [
      try reader.number(), try reader.number(), try reader.number(), try reader.number(),
    ]
    guard let writer = Writer(rawValue: try reader.number()) else { throw reader.malformed }
    self.init(insideUser: ids[0], insideGroup: ids[1], user: ids[2], group: ids[3], writer: writer)
  }
}

extension LandlockFence {
  func write(to writer: inout PlanWriter) {
    for bits in [files, network, scopes] { writer.number(bits) }
    writer.list(rules) {
      $0.text($1.path)
      $0.number($1.files)
    }
  }

  init(from reader: inout PlanReader) throws(MalformedPlan) {
    self.init(
      files: try reader.number(), network: try reader.number(), scopes: try reader.number(),
      rules: try reader.list { (inner) throws(MalformedPlan) in
        Rule(path: try inner.text(), files: try inner.number())
      })
  }
}
