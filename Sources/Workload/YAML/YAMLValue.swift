internal import Yams

/// A value of a YAML file, read as the type that the reader expects. Each reading returns nil and reports a mistake
/// where the value is something else.
package struct YAMLValue {
  let node: Node
  /// The key under which it stands, for messages.
  package let name: String
  let source: YAMLSource

  /// From 1.
  package var line: Int { node.mark?.line ?? 1 }
  /// From 1.
  package var column: Int { node.mark?.column ?? 1 }

  /// Whether it is a scalar: for keys that take either a word or a list.
  package var isText: Bool {
    if case .scalar = node { true } else { false }
  }

  /// Whether it is a list: for keys that take either one of something or several.
  package var isList: Bool {
    if case .sequence = node { true } else { false }
  }

  /// A mistake about this value.
  package func report(_ message: String) {
    source.report(message, at: mark)
  }

  /// A mistake about this value, and nothing as the value.
  package func mistake<Value>(_ message: String, as type: Value.Type = Value.self) -> Value? {
    report(message)
    return nil
  }

  package func mapping() -> YAMLMapping? {
    guard case .mapping(let mapping) = node else {
      return mistake("\(name) must be a mapping of keys to values, not \(kind)")
    }
    return YAMLMapping(mapping, name: name, mark: mark, source: source)
  }

  package func list() -> [YAMLValue]? {
    guard case .sequence(let sequence) = node else { return mistake("\(name) must be a list, not \(kind)") }
    return sequence.enumerated().map { index, element in
      YAMLValue(node: element, name: "\(name)[\(index)]", source: source)
    }
  }

  /// Each element read by `read`; nothing where one of them was mistaken, after all were looked at.
  package func list<Element>(_ read: (YAMLValue) -> Element?) -> [Element]? {
    guard let elements = list() else { return nil }
    let values = elements.map(read)
    let good = values.compactMap { $0 }
    return good.count == values.count ? good : nil
  }

  /// Any scalar as its text: `1` and `"1"` are both `1`. A key without a value is a mistake; `""` is empty text.
  package func string() -> String? {
    guard case .scalar(let scalar) = node else { return mistake("\(name) must be text, not \(kind)") }
    guard !isNull else { return mistake("\(name) has no value; write \"\" for empty text") }
    return scalar.string
  }

  /// Whether it is YAML 1.2's null (core schema, §10.3.2): nothing, `~` or `null` without quotes.
  package var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Whether it is a mapping, for values of which there is a short form.
  package var isMapping: Bool { node.mapping != nil }

  /// A path, relative ones below `base`.
  package func path(from base: String) -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else { return mistake("\(name) must be a path") }
    return text.hasPrefix("/") || base == "." ? text : "\(base)/\(text)"
  }

  package func strings() -> [String]? { list { $0.string() } }

  /// Text by text, such as an environment.
  package func stringMap() -> [String: String]? {
    guard let mapping = mapping() else { return nil }
    var values: [String: String] = [:]
    for (key, value) in mapping.all {
      guard let text = value.string() else { continue }
      values[key] = text
    }
    return values
  }

  /// YAML 1.2's truth values (core schema, §10.3.2). YAML 1.1's `yes`, `no`, `on` and `off` are text, so a mistake here.
  package func bool() -> Bool? {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return mistake("\(name) must be true or false, not \(kind)")
    }
    switch scalar.string {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return mistake("\(name) must be true or false, not \(kind)")
    }
  }

  package func integer<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number? {
    guard case .scalar(let scalar) = node, let number = Number(scalar.string) else {
      return mistake(
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(kind)")
    }
    guard range.contains(number) else {
      return mistake("\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(number)")
    }
    return number
  }

  package func double(
    _ range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  )
    -> Double?
  {
    // Swift reads `0x1p3` too, which YAML has not.
    guard case .scalar(let scalar) = node, scalar.string.allSatisfy({ "+-.0123456789eE".contains($0) }),
      let number = Double(scalar.string), number.isFinite
    else {
      return mistake("\(name) must be a number, not \(kind)")
    }
    guard range.contains(number) else {
      return mistake("\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(scalar.string)")
    }
    return number
  }

  /// One of the named values, by its name.
  package func choice<Value>(_ choices: [String: Value]) -> Value? {
    guard let text = string() else { return nil }
    if let value = choices[text] { return value }
    let hint = NearestKey.find(text, in: choices.keys).map { "; did you mean '\($0)'?" } ?? ""
    return mistake(
      "\(name) must be one of \(choices.keys.sorted().joined(separator: ", ")), not '\(text)'\(hint)")
  }

  /// What it is instead, for messages.
  private var kind: String {
    switch node {
    case .scalar(let scalar): isNull ? "nothing" : "'\(scalar.string)'"
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }
}
