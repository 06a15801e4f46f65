import Agent
import Foundation
import Scheduling
import TestSupport
import Testing
import Workload

/// Prices from a file and from a real HTTP service, which break as services do.
@Suite struct PriceFeedTests {
  private static let now = Instant(1_795_600_000_000)

  private func electricity(_ source: DayAheadPrices.Source) -> ElectricityPrice {
    .dayAhead(
      DayAheadPrices(
        source: source, clock: .fixed(minutesEastOfUTC: 60), otherwise: EuroPerKilowattHour(0.2)))
  }

  private func table(_ prices: [Double]) -> String {
    "start,price_eur_per_kwh\n"
      + prices.enumerated().map { "2026-11-25T\($0 < 10 ? "0" : "")\($0):00Z,\($1)\n" }.joined()
  }

  @Test func aFileIsReadAgainAndWhatWasKnownStaysWhenItIsBroken() async throws {
    let scratch = try TemporaryDirectory()
    let path = scratch.path + "/prices.csv"
    let feed = try #require(PriceFeed(electricity(.file(path)), stateDirectory: scratch.path))
    await #expect(throws: FileError.self) { try await feed.fetch(after: .empty, now: Self.now) }
    try LocalFile.write(Array(table([0.1, 0.2]).utf8), to: path)
    let first = try await feed.fetch(after: .empty, now: Self.now)
    #expect(first.stretches.map(\.price.value) == [0.1, 0.2])
    #expect(feed.remembered == first, "an agent that starts again knows them")
    try LocalFile.replace(Array("start,price_eur_per_kwh\nsoon,0.1\n".utf8), at: path)
    await #expect(throws: Mistakes.self) { try await feed.fetch(after: first, now: Self.now) }
    #expect(feed.remembered == first)
    try LocalFile.replace(Array(table([0.1, 0.3, 0.4]).utf8), at: path)
    #expect(
      try await feed.fetch(after: first, now: Self.now).stretches.map(\.price.value) == [0.1, 0.3, 0.4])
  }

  @Test func aServiceIsAsked() async throws {
    let scratch = try TemporaryDirectory()
    let said = scratch.path + "/server.txt"
    try LocalFile.write(Array(table([0.1, -0.05]).utf8), to: scratch.path + "/prices.csv")
    let server = try TestProcess(
      "/usr/bin/python3",
      ["-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", scratch.path, "0"],
      output: said, errors: said)
    var port: Int?
    for _ in 0..<1000 where port == nil {
      try await Task.sleep(for: .milliseconds(10))
      // "Serving HTTP on 127.0.0.1 port 40000 (http://127.0.0.1:40000/) ..."
      let words = server.printed.split(separator: " ")
      port = words.firstIndex(of: "port").flatMap {
        words.indices.contains($0 + 1) ? Int(words[$0 + 1]) : nil
      }
    }
    let address = "http://127.0.0.1:\(try #require(port))"
    let feed = try #require(
      PriceFeed(electricity(.url(address + "/prices.csv")), stateDirectory: scratch.path))
    let prices = try await feed.fetch(after: .empty, now: Self.now)
    #expect(prices.stretches.map(\.price.value) == [0.1, -0.05])
    let absent = try #require(PriceFeed(electricity(.url(address + "/none")), stateDirectory: scratch.path))
    await #expect(throws: PriceFeedError.self) { try await absent.fetch(after: prices, now: Self.now) }
    await server.stop()
    await #expect(throws: PriceFeedError.self) { try await feed.fetch(after: prices, now: Self.now) }
    #expect(feed.remembered == prices)
  }

  @Test func onlyATariffThatChangesByTheDayHasAFeed() {
    #expect(PriceFeed(.fixed(EuroPerKilowattHour(0.2)), stateDirectory: "/nowhere") == nil)
  }
}
