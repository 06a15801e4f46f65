/// Decision rules of others, beside which the ledger's are shown. They are models of those rules and of nothing else:
/// no money, no deadlines, no hold.
package enum VotingScheme: String, Hashable, Sendable, Codable, CaseIterable {
  /// The first result with two votes (m-first voting; Sarmenta, "Sabotage-tolerance mechanisms for volunteer computing
  /// systems", 2001).
  case twoFirst = "2-first"
  /// The first result with three votes.
  case threeFirst = "3-first"
  /// BOINC's adaptive replication: a host with CV ≥ 10 consecutive valid results is trusted with probability 1 − 1/CV,
  /// and its result taken alone; else two must agree. CV grows by replicated results only
  /// (https://boinc.berkeley.edu/trac/wiki/AdaptiveReplication).
  case adaptive = "BOINC adaptive"
  /// iExec's Proof-of-Contribution with trust 10⁴: weights max(⌊score/3⌋, 3) − 1, multiplied over those who agree; accepted
  /// when a group's product G has G · T > total · (T − 1) (iExec PoCo v5, IexecPoco2Delegate.sol). A winner's score grows
  /// by one where there was replication, a loser's falls to two thirds. `resultHash` is the same for all and public.
  case poco = "PoCo T=10⁴"

  static let pocoTrust: UInt128 = 10_000
  static let trustedFrom: UInt64 = 10
  /// No task asks for more votes than this; without a decision it has no result.
  static let mostVotes = 30

  /// Who contributes later sees what was contributed before.
  var showsVotes: Bool { self == .poco }

  /// Votes that would do if they agreed, by the standing of the nodes in the order in which they are asked.
  func firstSet(_ standing: [UInt64], coin: Double) -> Int {
    switch self {
    case .twoFirst: return 2
    case .threeFirst: return 3
    case .adaptive:
      guard let valid = standing.first, valid >= Self.trustedFrom else { return 2 }
      return coin < 1 - 1 / Double(valid) ? 1 : 2
    case .poco:
      var product: UInt128 = 1
      for (index, score) in standing.enumerated() {
        product *= Self.weight(score: score)
        if Self.isEnough(product, total: 1 + product) { return index + 1 }
      }
      return standing.count
    }
  }

  /// The result that is accepted now, if one is.
  func decision(_ votes: [(root: Int, standing: UInt64)], firstSet: Int) -> Int? {
    switch self {
    case .twoFirst, .threeFirst, .adaptive:
      let needed = self == .adaptive && firstSet == 1 ? 1 : self == .threeFirst ? 3 : 2
      return votes.map(\.root).first { root in votes.count { $0.root == root } >= needed }
    case .poco:
      var groups: [(root: Int, product: UInt128)] = []
      for vote in votes {
        let weight = Self.weight(score: vote.standing)
        if let index = groups.firstIndex(where: { $0.root == vote.root }) {
          groups[index].product = min(groups[index].product * weight, 1 << 64)
        } else {
          groups.append((vote.root, weight))
        }
      }
      let total = groups.reduce(1 as UInt128) { $0 + $1.product }
      return groups.first { Self.isEnough($0.product, total: total) }?.root
    }
  }

  /// A node's standing after a decision on a task with `votes` votes.
  func standing(after standing: UInt64, won: Bool, votes: Int) -> UInt64 {
    switch self {
    // No vote is weighed by it; only the sleeper goes by it.
    case .twoFirst, .threeFirst: return won ? standing + 1 : standing
    case .adaptive: return votes < 2 ? standing : won ? standing + 1 : 0
    case .poco: return won ? (votes > 1 ? standing + 1 : standing) : standing * 2 / 3
    }
  }

  private static func weight(score: UInt64) -> UInt128 { UInt128(max(score / 3, 3) - 1) }

  private static func isEnough(_ group: UInt128, total: UInt128) -> Bool {
    group * pocoTrust > total * (pocoTrust - 1)
  }
}
