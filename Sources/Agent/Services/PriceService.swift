import Logging
import Scheduling
import ServiceLifecycle
import Workload

/// Keeps the prices of the node's tariff up to date.
struct PriceService: RecurringService {
  let label = "prices"
  let node: Node
  let feed: PriceFeed
  var log: Logger { node.log }

  func round() async throws {
    let known = await node.heat.prices ?? feed.remembered
    let updated = try await feed.fetch(after: known, now: node.now())
    await node.heat.setPrices(updated)
    if updated != known { log.info("prices: known until \(updated.knownUntil(from: node.now()).seconds)") }
    try await Task.sleep(for: feed.interval)
  }
}
