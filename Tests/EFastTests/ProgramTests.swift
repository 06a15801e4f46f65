import Foundation
import TestSupport
import Testing
import Workload

@Suite struct ProgramTests {
  @Test func theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws {
    let arguments = ["--prices", EFastProgram.prices, "--paths", "2000", "--seed"]
    let first = try EFastProgram.run(arguments + ["5"])
    #expect(first.status == 0)
    #expect(try EFastProgram.run(arguments + ["5"]).output == first.output)
    #expect(try EFastProgram.run(arguments + ["6"]).output != first.output)
  }

  /// Fails on a machine whose arithmetic differs, or when the program's numbers change: nodes of two versions would
  /// outvote each other, so such a change needs a new name in "program".
  @Test func theResultHasTheBytesItHadOnEveryMachineSoFar() throws {
    let result = try EFastProgram.run(["--prices", EFastProgram.prices, "--paths", "2000", "--seed", "42"])
    #expect(
      ContentDigest(of: Array(result.output.utf8)).description
        == "sha256:b10386337a88c631f05a1fdf4bef8cd2aae833a1e1df2e575c978da35e7d01f4")
  }

  @Test func theExamplesPricesComeFromTheirSeed() throws {
    let made = try EFastProgram.run(["make-prices", "--seed", "1", "--days", "500"])
    #expect(made.output == (try String(contentsOfFile: EFastProgram.prices, encoding: .utf8)))
  }

  @Test func theResultIsWrittenToTheGivenFile() throws {
    let file = try TemporaryFile("old and longer than nothing")
    let arguments = ["--prices", EFastProgram.prices, "--paths", "1000"]
    let result = try EFastProgram.run(arguments + ["--output", file.path])
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == EFastProgram.run(arguments).output)
  }

  private static func table(_ days: Int, changing line: Int? = nil, to text: String = "") -> String {
    var lines = ["date,A,B"] + (1...days).map { "d\($0),\(100 + $0 % 7).5,\(50 + $0 % 5)" }
    if let line { lines[line - 1] = text }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: [
    ("", 1, "empty"), ("date\n", 1, "no asset"), ("date,A,A\n", 1, "stands twice"),
    ("date,\n", 1, "column 2"),
    ("date,\"A\"\n", 1, "plain letters"),
    (table(40, changing: 7, to: "d6,1"), 7, "2 columns, but the first line has 3"),
    (table(40, changing: 9, to: "d8,abc,2"), 9, "the price of A"),
    (table(40, changing: 9, to: "d8,1,-2"), 9, "the price of B"),
    (table(40, changing: 41, to: "d8,0,2"), 41, "the price of A"),
    (table(40, changing: 12, to: "d8,nan,2"), 12, "the price of A"),
    (table(40, changing: 12, to: "d8,1e5,2"), 12, "the price of A"),
    (table(40, changing: 12, to: ""), 12, "1 columns"), (table(20), 21, "at least 30"),
  ])
  func aWrongTableIsAnsweredWithItsLineAndStatus65(csv: String, line: Int, reason: String) throws {
    let file = try TemporaryFile(csv)
    let result = try EFastProgram.run(["--prices", file.path])
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("efast: \(file.path):\(line): "))
    #expect(result.errors.contains(reason))
  }

  @Test func aPriceThatNeverMovesIsRefused() throws {
    let file = try TemporaryFile("date,A\n" + (1...40).map { "d\($0),5\n" }.joined())
    let result = try EFastProgram.run(["--prices", file.path])
    #expect(result.status == 65)
    #expect(result.errors.contains("never moves"))
  }

  @Test func linesMayEndInCRLFAndTheLastWithoutOne() throws {
    let plain = try TemporaryFile(Self.table(40))
    let windows = try TemporaryFile(
      String(Self.table(40).replacingOccurrences(of: "\n", with: "\r\n").dropLast()))
    let arguments = ["--paths", "1000"]
    let first = try EFastProgram.run(["--prices", plain.path] + arguments)
    #expect(first.status == 0)
    #expect(try EFastProgram.run(["--prices", windows.path] + arguments).output == first.output)
  }

  @Test(arguments: [
    ([], "--prices is missing"), (["--prices"], "--prices needs a value"),
    (["--frob", "1"], "no option '--frob'"),
    (["--prices", "x", "--paths", "101"], "must be even"),
    (["--prices", "x", "--paths", "99999999999"], "--paths"),
    (["--prices", "x", "--seed", "-1"], "--seed"), (["--prices", "x", "--strike", "0"], "--strike"),
    (["--prices", "x", "--rate", "1.234"], "--rate"),
    (["--prices", "x", "--confidence", "100"], "--confidence"),
    (["--prices", "x", "--prices", "y"], "stands twice"),
    (["make-prices", "--paths", "100"], "no option '--paths'"),
  ])
  func aWrongCallIsAnsweredWithUsageAndStatus2(arguments: [String], reason: String) throws {
    let result = try EFastProgram.run(arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(reason))
    #expect(result.errors.contains("usage: efast"))
  }

  @Test func missingPricesAndAnUnwritableResultHaveTheirOwnStatus() throws {
    #expect(try EFastProgram.run(["--prices", "/nowhere/prices.csv"]).status == 66)
    let arguments = ["--prices", EFastProgram.prices, "--paths", "1000", "--output"]
    #expect(try EFastProgram.run(arguments + ["/nowhere/result.json"]).status == 74)
    #expect(try EFastProgram.run(arguments + ["/dev/full"]).status == 74)
  }
}
