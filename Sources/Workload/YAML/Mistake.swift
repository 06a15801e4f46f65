/// One thing wrong in a file that a person wrote, said as compilers say it: `file:line:column: what, and what to do`.
package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// From 1.
  package var line: Int
  /// From 1.
  package var column: Int
  package var message: String

  package init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  package var description: String { "\(file):\(line):\(column): \(message)" }
}

/// All that is wrong in a file, in the order of its lines. Never empty.
package struct Mistakes: Error, Hashable, Sendable, CustomStringConvertible {
  package let all: [Mistake]

  package init(_ mistakes: [Mistake]) {
    precondition(!mistakes.isEmpty, "a file without mistakes is not an error")
    all = mistakes.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  package var description: String { all.map(\.description).joined(separator: "\n") }
}
