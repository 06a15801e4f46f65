import Testing

@Suite struct NameTests {
  private func declarations(of file: SourceFile) -> [(name: String, place: String)] {
    let declaration =
      /^\s*(?:@[\w()]+\s+)*(?:(?:package|internal|fileprivate|private|final|indirect|nonisolated|distributed)\s+)*(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/
    return file.code.enumerated().filter { line in
      ["struct ", "class ", "enum ", "actor ", "protocol ", "typealias "].contains {
        line.element.contains($0)
      }
    }.compactMap { index, line in
      line.firstMatch(of: declaration).map { (String($0.output.1), "\(file.path):\(index + 1)") }
    }
  }

  /// `TankModel` is `Tank` and `Model`.
  private func words(of name: String) -> [String] {
    var words: [String] = []
    for letter in name {
      if letter.isUppercase || words.isEmpty { words.append("") }
      words[words.count - 1].append(letter)
    }
    return words
  }

  private func sources() throws -> [SourceFile] {
    try SourceFile.ofSources() + SourceFile.ofExamples()
  }

  @Test func namesSayWhatAThingIs() throws {
    var checked = 0
    for file in try sources() {
      for (name, place) in declarations(of: file) where !HouseTables.namesOfTheField.contains(name) {
        checked += 1
        #expect(
          HouseTables.emptyNames.isDisjoint(with: words(of: name)),
          "\(place): '\(name)' says nothing; name it for what it holds or does")
      }
      let stem = file.path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
      guard !HouseTables.namesOfTheField.contains(String(stem)) else { continue }
      #expect(
        HouseTables.emptyNames.isDisjoint(with: words(of: String(stem))), "\(file.path) is named for nothing")
    }
    #expect(checked > 50, "no declarations were found: the tree or the pattern has changed")
  }

  /// Swift's own `Task` would be hidden, and `Ledger.Block` would look for a member of a type `Ledger`.
  @Test func noTypeIsNamedTaskOrAsAModule() throws {
    let modules = Set(HouseTables.floors.keys)
    for file in try sources() {
      for (name, place) in declarations(of: file) {
        #expect(name != "Task", "\(place): 'Task' is Swift's own")
        #expect(!modules.contains(name), "\(place): the type '\(name)' hides the module of its name")
      }
    }
  }

  @Test func nothingIsPublic() throws {
    for file in try sources() {
      let places = file.places {
        ($0.contains("public") || $0.contains("open ")) && $0.contains(/\b(?:public|open)\s+(?!import\b)\w/)
      }
      #expect(places == [], "'package' between targets, 'private' by default")
    }
  }
}
