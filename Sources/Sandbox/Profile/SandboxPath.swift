/// An absolute path inside a sandbox, in its one spelling: no `.`, `..`, `//`, no NUL, no `/` at the end.
struct SandboxPath: Hashable, Sendable, CustomStringConvertible {
  let components: [String]

  init?(_ text: String) {
    guard text.hasPrefix("/"), !text.utf8.contains(0) else { return nil }
    let parts = text == "/" ? [] : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.count > 255 }) else {
      return nil
    }
    components = parts.map(String.init)
  }

  private init(components: [String]) {
    self.components = components
  }

  var description: String { "/" + components.joined(separator: "/") }

  /// Every directory above it but the root, from the top.
  var ancestors: [SandboxPath] {
    guard components.count > 1 else { return [] }
    return (1..<components.count).map { SandboxPath(components: Array(components[..<$0])) }
  }

  func isBelow(_ other: SandboxPath) -> Bool {
    components.count > other.components.count && components.starts(with: other.components)
  }
}
