/// A text with placeholders such as `--seed={seed}` that a sweep fills in. A brace for itself is written twice.
struct Template: Hashable, Sendable {
  private enum Part: Hashable {
    case text(String)
    case axis(String)
  }

  private let parts: [Part]
  /// The axes that it names.
  let axes: Set<String>

  struct Fault: Error {
    var problem: String
  }

  /// - Throws: where a brace is alone, or what stands in braces can't be the name of an axis.
  init(_ written: String) throws(Fault) {
    var parts: [Part] = []
    var axes: Set<String> = []
    var text = ""
    var rest = written[...]
    while let character = rest.popFirst() {
      switch character {
      case "{" where rest.first == "{", "}" where rest.first == "}":
        text.append(character)
        rest = rest.dropFirst()
      case "{":
        guard let end = rest.firstIndex(of: "}") else {
          throw Fault(problem: "has a '{' without '}'; write '{{' for a brace")
        }
        let name = String(rest[..<end])
        guard TaskRules.faultOfVariable(name) == nil else {
          throw Fault(
            problem: "has '{\(name)}', which names no axis; write '{{' and '}}' for braces themselves")
        }
        if !text.isEmpty { parts.append(.text(text)) }
        text = ""
        parts.append(.axis(name))
        axes.insert(name)
        rest = rest[rest.index(after: end)...]
      case "}":
        throw Fault(problem: "has a '}' without '{'; write '}}' for a brace")
      default:
        text.append(character)
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
    self.parts = parts
    self.axes = axes
  }

  /// The text with each axis at its value. An axis that has none stays empty: its absence is reported elsewhere.
  func filled(_ point: [String: String]) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .axis(let name): text += point[name] ?? ""
      }
    }
    return text
  }
}
