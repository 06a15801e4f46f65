import Testing
import Workload

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
}
