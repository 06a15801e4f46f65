import Testing

@testable import Workload

@Suite struct YAMLReaderTests {
  private struct Draft: Equatable {
    var name: String
    var memory: ByteCount
    var wall: UInt64
  }

  private func read(_ text: String) throws(Mistakes) -> Draft {
    try readYAML(text, file: "t.yaml") { root -> Draft? in
      let name = root.required("name") { $0.string() }
      let memory = root.optional("memory", default: .mebibytes(1)) { $0.byteCount() }
      let wall = root.optional("wall_time", default: 0) { $0.milliseconds() }
      guard let name, let memory, let wall else { return nil }
      return Draft(name: name, memory: memory, wall: wall)
    }
  }

  @Test func readsWhatIsRight() throws {
    let draft = try read("name: a\nmemory: 1.5 GiB\nwall_time: 2min\n")
    #expect(draft == Draft(name: "a", memory: ByteCount(3 << 29), wall: 120_000))
  }

  @Test func reportsAllMistakesAtOnceWithTheirPlaces() throws {
    let error = #expect(throws: Mistakes.self) {
      try read("memroy: 1 MiB\nmemory: 64\nwall_time: 3 parsecs\n")
    }
    let lines = try #require(error).all.map(\.description)
    #expect(
      lines == [
        "t.yaml:1:1: the file lacks 'name'",
        "t.yaml:1:1: unknown key 'memroy' in the file; did you mean 'memory'?",
        "t.yaml:2:9: memory must be a size, but '64' has no unit; use one of B, kB, KiB, MB, MiB, GB, GiB, TiB",
        "t.yaml:3:12: wall_time must be a time, but '3 parsecs' has the unit 'parsecs'; use one of ms, s, min, h, d",
      ])
  }

  @Test(arguments: ["", "{", "- a", "a: 1\na: 2", "name: [1"])
  func whatIsNotAMappingIsAMistakeWithAPlace(text: String) {
    #expect(throws: Mistakes.self) { try read(text) }
  }

  @Test func pricesAndTemperaturesKeepTheirUnits() throws {
    let (price, temperature) = try readYAML("price: 0.002 EUR\nat: -3.5 °C\n", file: "t.yaml") { root in
      (root["price"]?.microEuros(), root["at"]?.celsius())
    }
    #expect(price == MicroEuros(2000))
    #expect(temperature == Celsius(-3.5))
  }
  /// Anchors, each of them twice the one before it: 2⁴⁰ nodes for a parser that looks at all of them.
  private static let bomb =
    "a: &a0 [x, x]\n" + (1...40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()

  @Test(arguments: ["? *a40\n: 1\n", "? [*a40, b]\n: 1\n", "b: {*a40 : 1}\n", "b: *a40\n"])
  func aTreeThatGrowsByItsAliasesIsRefusedBeforeItIsParsed(end: String) throws {
    let error = #expect(throws: Mistakes.self) { try read(Self.bomb + end) }
    let message =
      "t.yaml:7:10: there are more than 10 aliases (*name) in the file; write out what they stand for"
    #expect(try #require(error).all.map(\.description) == [message])
  }

  @Test(arguments: [
    "\r\n  *b", "\u{85}*b", "\u{FEFF}*b", "- *b", "? *b", "a: *b", "[*b]", "[a,*b]", "{*b : c}", "\"a\":*b",
    "---\t*b",
  ])
  func noWayToWriteAnAliasIsOverlooked(text: String) {
    #expect(YAMLAliases.excess(in: String(repeating: text + "\n", count: 10), file: "t.yaml") == nil)
    #expect(YAMLAliases.excess(in: String(repeating: text + "\n", count: 11), file: "t.yaml") != nil)
  }

  /// The largest tree that is let through, counted node by node.
  @Test func whatIsLetThroughIsSmall() throws {
    func count(_ value: YAMLValue) -> Int {
      value.isText ? 1 : (value.list() ?? []).reduce(1) { $0 + count($1) }
    }
    let text = "a: &a x\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c, *c]\ne: [*d, *d, *d]\n"
    let nodes = try readYAML(text, file: "t.yaml") { root in
      ["a", "b", "c", "d", "e"].map { root[$0].map(count) ?? 0 }
    }
    #expect(nodes == [1, 3, 7, 22, 67])
    let key = try readYAML("name: &n a\nmemory: 1 MiB\nenv: {*n : 1}\n", file: "t.yaml") { root in
      _ = root.keys
      return root["env"]?.stringMap()
    }
    #expect(key == ["a": "1"])
  }

  @Test func starsInTextAreNoAliases() throws {
    let script = String(repeating: "  cp *.csv /work/; echo 2 * x '*x'\n", count: 20)
    let draft = try read("name: |\n\(script)" + "memory: 1 MiB\n")
    #expect(draft.name.count > 400)
    #expect(YAMLAliases.excess(in: String(repeating: "- \"*a\"\n- a *b\n", count: 20), file: "t") == nil)
  }
}
