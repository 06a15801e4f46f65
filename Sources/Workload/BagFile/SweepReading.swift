extension Sweep {
  /// Whole numbers that a range may span: those that every program reads exactly.
  private static let numbers = -CanonicalJSON.greatestInteger...CanonicalJSON.greatestInteger

  /// A mapping of axes, each a list of values or a range; nothing where one of them was mistaken.
  init?(reading value: YAMLValue) {
    guard let mapping = value.mapping() else { return nil }
    let pairs = mapping.pairs
    let axes = pairs.compactMap { key, value -> Axis? in
      guard let name = key.string() else { return nil }
      let values = value.isMapping ? Self.range(value) : Self.values(value)
      if let problem = TaskRules.faultOfVariable(name) { return key.mistake("an axis's name \(problem)") }
      return values.map { Axis(name: name, values: $0, place: key.place) }
    }
    guard axes.count == pairs.count else { return nil }
    self.axes = axes
  }

  /// `[90, 100, 110]`
  private static func values(_ value: YAMLValue) -> [String]? {
    guard let elements = value.list() else {
      return nil
    }
    guard !elements.isEmpty else {
      return value.mistake("\(value.name) has no values, so the bag would have no task")
    }
    guard elements.count <= BagBounds.tasks else { return tooMany(value, elements.count) }
    var seen: Set<String> = []
    let values = elements.compactMap { element -> String? in
      guard let text = element.string() else { return nil }
      guard seen.insert(text).inserted else {
        return element.mistake("\(element.name) is '\(text)', which stands twice")
      }
      return text
    }
    return values.count == elements.count ? values : nil
  }

  /// `{from: 1, to: 60, step: 1}`, both ends included.
  private static func range(_ value: YAMLValue) -> [String]? {
    guard let mapping = value.mapping() else { return nil }
    let from = mapping.required("from") { $0.integer(numbers) }
    let to = mapping.required("to") { $0.integer(numbers) }
    let step = mapping.optional("step", default: 1) { value -> Int64? in
      guard let step = value.integer(numbers) else { return nil }
      return step == 0 ? value.mistake("step must not be 0") : step
    }
    guard let from, let to, let step else { return nil }
    guard (to - from).signum() * step.signum() >= 0 else {
      return value.mistake("\(value.name) has no values: from \(from) by \(step) never comes to \(to)")
    }
    let count = (to - from) / step + 1
    guard count <= BagBounds.tasks else { return tooMany(value, Int(count)) }
    return (0..<count).map { String(from + $0 * step) }
  }

  private static func tooMany(_ value: YAMLValue, _ count: Int) -> [String]? {
    value.mistake("\(value.name) has \(count) values; a bag holds at most \(BagBounds.tasks) tasks")
  }
}
