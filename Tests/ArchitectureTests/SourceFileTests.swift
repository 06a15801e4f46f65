import Testing

/// The tests of the house stand on this reading: were it blind, they would all pass.
@Suite struct SourceFileTests {
  @Test func commentsAndTextsAreNotCode() {
    let file = SourceFile(
      path: "Sources/Workload/A.swift",
      text: #"""
        let a = "try! \(f("try!")) try!" // try!
        /* try! /* try! */ try! */ let b = try! f()
        let c = """
          try! "quoted" try!
          """
        let d = #"try! \n " try!"#; let e = try! g()
        """#)
    #expect(file.places(of: "try!") == ["Sources/Workload/A.swift:2", "Sources/Workload/A.swift:6"])
    #expect(file.module == "Workload")
    #expect(file.code.count == 6)
  }

  @Test func aQuoteInATextEndsNothing() {
    let file = SourceFile(path: "Sources/A/B.swift", text: #"let a = "\"" ; fatalError("")"#)
    #expect(file.places(of: "fatalError(") == ["Sources/A/B.swift:1"])
  }
}
