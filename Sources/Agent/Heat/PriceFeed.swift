internal import AsyncHTTPClient
import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
package import Scheduling
package import Workload

/// Gets the prices of a tariff that changes by the day, and keeps them over restarts.
package struct PriceFeed: Sendable {
  private let prices: DayAheadPrices
  /// Where the last prices are kept.
  private let kept: String

  /// Nothing for a tariff that is known for ever.
  package init?(_ electricity: ElectricityPrice, stateDirectory: String) {
    guard case .dayAhead(let prices) = electricity else { return nil }
    self.prices = prices
    kept = "\(stateDirectory)/prices.json"
  }

  /// Days ahead that no market publishes; days back that a guess may look at.
  private static let daysKept = 8
  private static let largestAnswer = 4 << 20
  private static let patience = TimeAmount.seconds(30)

  /// How often it is worth looking: a file when it may have changed, a service a few times an hour, as they ask for.
  package var interval: Duration {
    switch prices.source {
    case .file: .seconds(60)
    case .url: .seconds(900)
    }
  }

  /// What was known when the agent last ran.
  package var remembered: PriceSeries {
    guard let bytes = try? LocalFile.read(kept, limit: .mebibytes(16)) else { return .empty }
    return (try? JSONDecoder().decode(PriceSeries.self, from: Data(bytes))) ?? .empty
  }

  /// What is known now.
  ///
  /// - Throws: `FileError`, `Mistakes` of what was read, `PriceFeedError` of a service; what was known stays known.
  package func fetch(after known: PriceSeries, now: Instant) async throws -> PriceSeries {
    let published =
      switch prices.source {
      case .file(let path): try PriceFile.read(LocalFile.read(path, limit: .mebibytes(16)), file: path)
      case .url(let url): try PriceFile.read(await answer(of: url), file: url)
      }
    let horizon = now + .seconds(-Self.daysKept * 86_400)
    let updated = known.updated(by: published, forgettingBefore: horizon)
    if updated != known { try LocalFile.replace(Array(try JSONEncoder().encode(updated)), at: kept) }
    return updated
  }

  private func answer(of url: String) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "accept", value: "application/json, text/csv")
    let response: HTTPClientResponse
    let body: ByteBuffer
    do {
      response = try await HTTPClient.shared.execute(request, timeout: Self.patience)
      body = try await response.body.collect(upTo: Self.largestAnswer)
    } catch {
      throw PriceFeedError(url: url, reason: "\(error)")
    }
    guard response.status.code == 200 else {
      throw PriceFeedError(url: url, reason: "it answered \(response.status)")
    }
    return Array(body.readableBytesView)
  }
}

/// A service that gave no prices.
package struct PriceFeedError: Error, Hashable, Sendable, CustomStringConvertible {
  package var url: String
  package var reason: String
  package var description: String {
    "prices from \(url): \(reason); the last ones hold, and after them those of the same hours of the days before"
  }
}

extension Tariff {
  /// With the prices of its file, where it names one: for whoever checks a configuration.
  package func readingPrices() throws -> Tariff {
    guard case .dayAhead(var prices) = electricity, case .file(let path) = prices.source else { return self }
    prices.series = try PriceFile.read(LocalFile.read(path, limit: .mebibytes(16)), file: path)
    var copy = self
    copy.electricity = .dayAhead(prices)
    return copy
  }
}
