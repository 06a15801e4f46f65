import Foundation
import Ledger
import Testing

/// The tables of `docs/PROOF_OF_CONTRIBUTION.md` say what the code does.
@Suite struct RulesPageTests {
  private static let page = Result {
    let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(
      contentsOf: repository.appending(path: "docs/PROOF_OF_CONTRIBUTION.md"), encoding: .utf8)
  }

  /// The cells of each row below a heading whose first cell is a name in backticks.
  private func rows(below heading: String) throws -> [(name: String, cells: [String])] {
    let page = try Self.page.get()
    let start = try #require(page.range(of: "\n## \(heading)\n"), "the page has no section \(heading)")
    let section = page[start.upperBound...]
    let text = section.range(of: "\n## ").map { section[..<$0.lowerBound] } ?? section
    return text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard let first = cells.first, first.hasPrefix("`"), first.hasSuffix("`") else { return nil }
      return (first.trimmingCharacters(in: ["`"]), Array(cells.dropFirst()))
    }
  }

  /// The defaults by name; a timer as its least and its thousandths.
  private var defaults: [String: String] {
    let pairs = Mirror(reflecting: Parameters()).children.map { child -> (String, String) in
      let text = (child.value as? BlockTimer).map { "\($0.floor); \($0.tauThousandths)" }
      return (child.label ?? "", text ?? "\(child.value)")
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test func everyParameterStandsThereWithItsDefault() throws {
    let rows = try rows(below: "Parameters")
    let written = Dictionary(rows.map { ($0.name, $0.cells.first ?? "") }) { first, _ in first }
    #expect(written.count == rows.count, "no parameter stands there twice")
    #expect(Set(written.keys) == Set(defaults.keys))
    for (name, value) in defaults { #expect(written[name] == value, "\(name)") }
  }

  /// The columns for a task of an hour.
  @Test func timersAreThoseOfAnHour() throws {
    let parameters = Parameters()
    let tau = UInt32(3_600_000 / parameters.blockMilliseconds)
    let timers: [String: UInt64] = [
      "accept": parameters.accept.blocks(tau: tau), "commit": parameters.commit.blocks(tau: tau),
      "reveal": parameters.reveal.blocks(tau: tau), "search": parameters.search.blocks(tau: tau),
      "hardStop": parameters.hardStop.blocks(tau: tau), "epochBlocks": parameters.epochBlocks,
      "holdBlocks": parameters.holdBlocks, "jailBlocks": parameters.jailBlocks,
      "unbondingBlocks": parameters.unbondingBlocks,
    ]
    let rows = try rows(below: "Timers")
    #expect(rows.count == timers.count && Set(rows.map(\.name)) == Set(timers.keys))
    for (name, cells) in rows {
      let blocks = try #require(timers[name], "there is no timer \(name)")
      let hundredths = (blocks * parameters.blockMilliseconds + 18_000) / 36_000
      let fraction = hundredths % 100
      #expect(
        cells.suffix(2) == ["\(blocks)", "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"],
        "\(name)")
    }
  }

  /// The example of the section "Decision" in numbers.
  @Test func theWorkedExampleHolds() throws {
    let page = try Self.page.get()
    let weights = [12, 9, 6].map { Odds.weight(credibility: $0, isProven: true, minimum: 5) }
    #expect(weights == [59, 44, 29])
    let pair = Odds.group(weights.prefix(2))
    #expect(pair == 2_596 && Odds.group(weights) == 75_284)
    #expect(Odds.accept(weights: Array(weights.prefix(2)), required: 2, trust: 1_000))
    #expect(!Odds.accept(weights: Array(weights.prefix(2)), required: 2, trust: 10_000))
    #expect(Odds.accept(weights: weights, required: 2, trust: 10_000))
    #expect(Odds.credibilityPPM(of: pair, among: [pair]) == 999_614)
    for text in ["59 · 44 = 2,596", "2,596,000", "2,597 · 999 = 2,594,403", "75,284", "999,614"] {
      #expect(page.contains(text), "the page no longer says \(text)")
    }
  }
}
