import Foundation
import Testing

/// The tests that pages name as their evidence are there.
@Suite struct NamedTestTests {
  private func texts(below folder: String, ending: String) throws -> [(path: String, text: String)] {
    let root = SourceFile.repository.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(ending) }.sorted()
      .map { ("\(folder)/\($0)", try String(contentsOf: root.appending(path: $0), encoding: .utf8)) }
  }

  /// The suite that stands before each test's name, and the name. A suite is named once for several tests, and some
  /// pages go on with tests of other suites: those are looked for everywhere.
  private func names(in text: String) -> [(suite: String?, test: String)] {
    var found: [(suite: String?, test: String)] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "`", omittingEmptySubsequences: false)
      // What is between backticks has an odd index.
      var isList = false
      for index in stride(from: 1, to: parts.count - 1, by: 2) {
        let before = parts[index - 1]
        let word = String(before.split { !$0.isLetter && !$0.isNumber }.last ?? "")
        let isNamed = before.hasSuffix("Tests ") && word != "Tests"
        isList = isNamed || (isList && before == ", ")
        guard isList, parts[index].allSatisfy({ $0.isLetter || $0.isNumber }) else { continue }
        found.append((isNamed ? word : nil, String(parts[index])))
      }
    }
    return found
  }

  @Test func testsThatPagesNameAreThere() throws {
    let sources = try texts(below: "Tests", ending: ".swift").map(\.text)
    var checked = 0
    for (page, text) in try texts(below: "docs", ending: ".md") {
      for (suite, test) in names(in: text) {
        checked += 1
        let own = sources.filter { source in suite.map { source.contains("struct \($0) ") } ?? true }
        #expect(
          own.contains { $0.contains("func \(test)(") },
          "\(page) names \(suite ?? "a test") \(test), which isn't there")
      }
    }
    #expect(checked > 30, "few tests were found: the pages or the way they name tests have changed")
  }
}
