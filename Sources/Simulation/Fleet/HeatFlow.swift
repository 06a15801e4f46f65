/// Where work goes in a fleet: to those whose store is empty, or anywhere.
package struct HeatFlow: Hashable, Sendable, Codable {
  /// kWh of work by decile of the sites' need for heat in each epoch: the fullest stores first.
  package private(set) var byDecile = Array(repeating: 0.0, count: 10)
  private var count = 0.0
  private var sums = Moments()

  private struct Moments: Hashable, Codable {
    var x = 0.0
    var y = 0.0
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0
  }

  /// One epoch.
  ///
  /// - Parameters:
  ///   - sites: need from 0 to 1, kWh begun for each slot.
  ///   - work: kWh begun.
  mutating func note(_ sites: [(need: Double, begun: Double)], work: [Double]) {
    let order = sites.indices.sorted { (sites[$0].need, $0) < (sites[$1].need, $1) }
    for (rank, index) in order.enumerated() { byDecile[rank * 10 / sites.count] += work[index] }
    for site in sites {
      count += 1
      sums.x += site.need
      sums.y += site.begun
      sums.xx += site.need * site.need
      sums.yy += site.begun * site.begun
      sums.xy += site.need * site.begun
    }
  }

  /// Shares that add up to 1.
  package var shares: [Double] {
    let all = byDecile.reduce(0, +)
    return byDecile.map { all > 0 ? $0 / all : 0 }
  }

  /// Pearson's, of need and work begun for each slot, over all sites and epochs; 0 where one of them never varies.
  package var correlation: Double {
    let covariance = sums.xy * count - sums.x * sums.y
    let spread = ((sums.xx * count - sums.x * sums.x) * (sums.yy * count - sums.y * sums.y)).squareRoot()
    return spread > 0 ? covariance / spread : 0
  }
}
