internal import Yams

/// Reads YAML that people write, and collects every mistake instead of stopping at the first.
///
/// A reader asks a `YAMLMapping` for the keys it knows; what is left over is reported as unknown, with the nearest key
/// that was asked for. A value that was mistaken is nil to the reader and on the list, so a reader returns nil where it
/// can't go on:
///
///     let bag = try readYAML(text, file: "bag.yaml") { root -> Draft? in
///       let name = root.required("name") { $0.string() }
///       let memory = root.optional("memory", default: .mebibytes(256)) { $0.byteCount() }
///       guard let name, let memory else { return nil }
///       return Draft(name: name, memory: memory)
///     }
///
/// - Throws: all mistakes, each with line and column.
package func readYAML<Value>(
  _ text: String, file: String, _ read: (YAMLMapping) -> Value?
) throws(Mistakes) -> Value {
  let (value, mistakes) = readYAMLKeepingMistakes(text, file: file, read)
  if !mistakes.isEmpty { throw Mistakes(mistakes) }
  guard let value else {
    preconditionFailure("the reader of \(file) returned nothing and reported no mistake")
  }
  return value
}

/// The same for a reader that goes on with what was right, so that later stages find their mistakes in the same pass.
///
/// - Returns: what was read, nothing where the file is no mapping at all; and all mistakes, in no order.
package func readYAMLKeepingMistakes<Value>(
  _ text: String, file: String, _ read: (YAMLMapping) -> Value?
) -> (Value?, [Mistake]) {
  if let excess = YAMLAliases.excess(in: text, file: file) { return (nil, [excess]) }
  let source = YAMLSource(file: file)
  let node: Node?
  do {
    node = try Yams.compose(yaml: text)
  } catch let error as YamlError {
    return (nil, [source.mistake(of: error)])
  } catch {
    return (nil, [Mistake(file: file, line: 1, column: 1, message: "\(error)")])
  }
  guard let node else {
    return (nil, [Mistake(file: file, line: 1, column: 1, message: "the file is empty")])
  }
  let value = YAMLValue(node: node, name: "the file", source: source).mapping().flatMap(read)
  source.reportUnknownKeys()
  return (value, source.mistakes)
}

/// One file while it is read: its name, its mistakes so far, and the mappings whose keys are still to be checked.
final class YAMLSource {
  let file: String
  private(set) var mistakes: [Mistake] = []
  private var mappings: [YAMLMapping] = []

  init(file: String) {
    self.file = file
  }

  func report(_ message: String, at mark: Mark?) {
    mistakes.append(Mistake(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1, message: message))
  }

  func track(_ mapping: YAMLMapping) {
    mappings.append(mapping)
  }

  func reportUnknownKeys() {
    for mapping in mappings { mapping.reportUnknownKeys() }
  }

  func mistake(of error: YamlError) -> Mistake {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      Mistake(file: file, line: mark.line, column: mark.column, message: "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      Mistake(
        file: file, line: context.mark.line, column: context.mark.column,
        message: "the key '\(duplicates.first ?? "?")' stands twice in one mapping")
    default:
      Mistake(file: file, line: 1, column: 1, message: "not YAML: \(error)")
    }
  }
}

extension YAMLValue {
  /// The position that a mistake about this value is reported at.
  var mark: Mark? { node.mark }
}
