import Testing

@Suite struct EdgeTests {
  private func places(of texts: [String]) throws -> [(place: String, text: String)] {
    try SourceFile.ofSources().flatMap { file in
      texts.flatMap { text in file.places(of: text).map { ($0, text) } }
    }
  }

  /// Uses outside of the exceptions, and exceptions that nothing uses.
  private func check(
    _ found: [(place: String, text: String)], against exceptions: [HouseTables.Exception], rule: String
  ) {
    for (place, text) in found {
      #expect(exceptions.contains { place.hasPrefix($0.path) }, "\(place): '\(text)': \(rule)")
    }
    for exception in exceptions {
      #expect(
        found.contains { $0.place.hasPrefix(exception.path) },
        "the exception for \(exception.path) (\(exception.reason)) is needed no more: take it out")
    }
  }

  @Test func clockAndRandomnessAreAskedAtTheEdgesOnly() throws {
    try check(
      places(of: HouseTables.clockAndRandomness), against: HouseTables.edges,
      rule: "time and randomness come in as arguments; edges are listed in HouseTables.edges")
  }

  @Test func uncheckedSendableIsListed() throws {
    try check(
      places(of: ["@unchecked Sendable"]), against: HouseTables.uncheckedSendable,
      rule: "the compiler can't check it; list the file with its reason, or use an actor or a Mutex")
  }

  @Test func whatIsBannedStandsNowhere() throws {
    let files = try SourceFile.ofSources() + SourceFile.ofExamples()
    for (text, instead) in HouseTables.banned {
      for file in files { #expect(file.places(of: text) == [], "\(text) is banned: \(instead)") }
    }
  }

  @Test func nothingIsLeftToDoInComments() throws {
    for file in try SourceFile.ofSources() + SourceFile.ofExamples() {
      let marks = ["TODO", "FIXME", "XXX:"].filter { file.text.contains($0) }
      #expect(marks == [], "\(file.path) leaves something to do")
    }
  }

  @Test func aFileIsShortEnoughToRead() throws {
    let long = try SourceFile.ofSources().filter {
      $0.code.count > HouseTables.greatestFileLength
    }
    check(
      long.map { ($0.path, "\($0.code.count) lines") }, against: HouseTables.longFiles,
      rule: "a file is about one type; \(HouseTables.greatestFileLength) lines are the most")
  }
}
