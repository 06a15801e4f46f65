import Foundation
import Testing

/// What the pages point to is there.
@Suite struct LinkTests {
  /// A page and what it points to, relative to the repository.
  private struct Pointer: Hashable {
    var page: String
    var target: String
  }

  private static let skipped: Set<String> = [".build", ".git"]

  /// Top-level folders whose paths the pages write between backticks.
  private static let folders: Set<String> = [
    "Sources", "Tests", "Benchmarks", "docs", "deploy", "examples", "hardware", "sandbox-profiles",
  ]

  /// Named by the pages, and made by whoever follows them.
  private static let made: Set<String> = ["examples/efast/bin/efast"]

  /// Every page of the repository with its text outside of code blocks.
  private func pages() throws -> [(path: String, text: String)] {
    let root = SourceFile.repository
    let enumerator = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
    var found: [(String, String)] = []
    while let url = enumerator?.nextObject() as? URL {
      if Self.skipped.contains(url.lastPathComponent) {
        enumerator?.skipDescendants()
      } else if url.pathExtension == "md" {
        let path = url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count)
        let text = try String(contentsOf: url, encoding: .utf8)
        found.append((String(path.drop { $0 == "/" }), Self.withoutBlocks(text)))
      }
    }
    return found.sorted { $0.0 < $1.0 }
  }

  private static func withoutBlocks(_ text: String) -> String {
    var isInBlock = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      if line.hasPrefix("```") { isInBlock.toggle() }
      return !isInBlock
    }.joined(separator: "\n")
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: SourceFile.repository.appending(path: path).path)
  }

  @Test func relativeLinksLeadSomewhere() throws {
    var checked = 0
    for (page, text) in try pages() {
      let folder = page.split(separator: "/").dropLast().joined(separator: "/")
      for match in text.matches(of: /\]\(([^)\s]+)\)/) {
        let target = String(match.output.1.prefix { $0 != "#" })
        guard !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
        checked += 1
        #expect(exists("\(folder)/\(target)"), "\(page) links to \(target), which isn't there")
      }
    }
    #expect(checked > 10, "no links were found: the pages or the pattern have changed")
  }

  @Test func pathsBetweenBackticksAreThere() throws {
    var pointers: Set<Pointer> = []
    for (page, text) in try pages() {
      for match in text.matches(of: /`(?:\.\/)?([\w.\-]+\/[\w.\/\-]*)`/) {
        let target = String(match.output.1)
        guard let first = target.split(separator: "/").first, Self.folders.contains(String(first)) else {
          continue
        }
        pointers.insert(Pointer(page: page, target: target))
      }
    }
    for pointer in pointers where !Self.made.contains(pointer.target) {
      #expect(exists(pointer.target), "\(pointer.page) names \(pointer.target), which isn't there")
    }
    #expect(pointers.count > 10, "no paths were found: the pages or the pattern have changed")
  }
}
