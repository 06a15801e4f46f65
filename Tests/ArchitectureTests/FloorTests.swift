import Foundation
import Testing

@Suite struct FloorTests {
  private func imports(of file: SourceFile) -> [(module: String, place: String)] {
    let importLine =
      /^\s*(?:@[\w()]+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
    return file.code.enumerated().filter { $0.element.contains("import ") }.compactMap { index, line in
      line.firstMatch(of: importLine).map { (String($0.output.1), "\(file.path):\(index + 1)") }
    }
  }

  /// `samovar-init` is `samovar_init` where Swift names it.
  private func floor(of module: String) -> Int? {
    HouseTables.floors[module] ?? HouseTables.floors[module.replacing("_", with: "-")]
  }

  @Test func everyTargetHasAFloor() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.repository.appending(path: "Sources").path
    ).filter { !$0.hasPrefix(".") }
    #expect(folders.filter { HouseTables.floors[$0] == nil } == [], "add them to HouseTables.floors")
    #expect(
      HouseTables.floors.keys.filter { !folders.contains($0) } == [], "take them out of HouseTables.floors")
  }

  @Test func importsGoDownOnly() throws {
    var checked = 0
    for file in try SourceFile.ofSources() {
      guard let module = file.module, let own = floor(of: module) else { continue }
      for (imported, place) in imports(of: file) {
        checked += 1
        if let below = floor(of: imported) {
          #expect(below < own, "\(place): \(module) on floor \(own) imports \(imported) on floor \(below)")
        } else if imported == "Foundation" {
          #expect(
            HouseTables.fullFoundation.contains { file.path.hasPrefix($0.path) },
            "\(place): import FoundationEssentials: full Foundation adds 43 MB to a static binary")
        } else if !HouseTables.system.contains(imported) {
          #expect(
            HouseTables.thirdParty[module]?.contains(imported) == true,
            "\(place): \(module) may not use \(imported); see HouseTables.thirdParty")
        }
        if imported.hasPrefix("Foundation") {
          #expect(
            !HouseTables.withoutFoundation.contains(module), "\(place): \(module) stays free of Foundation")
        }
      }
    }
    #expect(checked > 20, "no imports were found: the tree or the pattern has changed")
  }

  @Test func thePackageListsItsTargetsInFloorOrder() throws {
    let text = try String(contentsOf: SourceFile.repository.appending(path: "Package.swift"), encoding: .utf8)
    let targets = text.matches(of: /\.(?:target|systemLibrary|executableTarget)\(\s*name: "([\w-]+)"/)
    let floors = targets.compactMap { match in
      HouseTables.floors[String(match.output.1)].map { (String(match.output.1), $0) }
    }
    #expect(Set(floors.map(\.0)) == Set(HouseTables.floors.keys))
    for (before, after) in zip(floors, floors.dropFirst()) {
      #expect(
        before.1 <= after.1, "\(after.0) on floor \(after.1) stands after \(before.0) on floor \(before.1)")
    }
  }

  @Test func theExampleStandsOnNoFloorOfOurs() throws {
    for file in try SourceFile.ofExamples() {
      for (imported, place) in imports(of: file) {
        #expect(imported == "Glibc", "\(place): the payload is a static executable without \(imported)")
      }
    }
  }
}
