internal import Yams

/// A mapping of a YAML file, asked key by key. Keys that nobody asked for are mistakes.
package final class YAMLMapping {
  private let entries: [(key: String, value: YAMLValue, mark: Mark?)]
  private let keyNodes: [Node]
  private let source: YAMLSource
  private let name: String
  private let mark: Mark?
  private var known: Set<String> = []

  init(_ mapping: Node.Mapping, name: String, mark: Mark?, source: YAMLSource) {
    self.source = source
    self.name = name
    self.mark = mark
    entries = mapping.map { key, value in
      if key.scalar == nil { source.report("a key of \(name) must be text", at: key.mark) }
      let text = key.scalar?.string ?? "?"
      return (text, YAMLValue(node: value, name: text, source: source), key.mark)
    }
    keyNodes = mapping.map { $0.key }
    source.track(self)
  }

  /// Keys in the order of the file. For mappings whose keys are data, such as an environment: it makes all of them known.
  package var keys: [String] {
    known.formUnion(entries.map(\.key))
    return entries.map(\.key)
  }

  /// Every entry in the order of the file. For mappings whose keys are data.
  package var all: [(key: String, value: YAMLValue)] {
    known.formUnion(entries.map(\.key))
    return entries.map { ($0.key, $0.value) }
  }

  /// Every entry in the order of the file, with its key as a value that has a place. For mappings whose keys are data
  /// of some form, such as paths.
  package var pairs: [(key: YAMLValue, value: YAMLValue)] {
    known.formUnion(entries.map(\.key))
    return zip(keyNodes, entries).map { node, entry in
      (YAMLValue(node: node, name: "the key '\(entry.key)'", source: source), entry.value)
    }
  }

  /// Whether the file has the key; asking makes it known.
  package func has(_ key: String) -> Bool {
    self[key] != nil
  }

  /// The value of a key, nothing where the file lacks it; asking makes it known.
  package subscript(key: String) -> YAMLValue? {
    known.insert(key)
    return entries.first { $0.key == key }?.value
  }

  /// The value of a key that must be there; its absence is a mistake.
  package func required<Value>(_ key: String, _ read: (YAMLValue) -> Value?) -> Value? {
    guard let value = self[key] else {
      report("\(name) lacks '\(key)'")
      return nil
    }
    return read(value)
  }

  /// The value of a key that may be absent. Nothing only where it was mistaken.
  package func optional<Value>(_ key: String, default fallback: Value, _ read: (YAMLValue) -> Value?)
    -> Value?
  {
    guard let value = self[key] else { return fallback }
    return read(value)
  }

  /// A mistake about the whole mapping.
  package func report(_ message: String) {
    source.report(message, at: mark)
  }

  func reportUnknownKeys() {
    for entry in entries where !known.contains(entry.key) {
      let nearest = NearestKey.find(entry.key, in: known)
      let hint =
        nearest.map { "did you mean '\($0)'?" } ?? "known here: \(known.sorted().joined(separator: ", "))"
      source.report("unknown key '\(entry.key)' in \(name); \(hint)", at: entry.mark)
    }
  }
}
