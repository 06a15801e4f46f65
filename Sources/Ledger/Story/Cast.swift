internal import Receipts
internal import Workload

/// Short names for a story: nodes are numbered in the order in which they were drawn.
struct Cast {
  private var numbers: [Address: Int] = [:]
  /// In the order of their numbers.
  private(set) var nodes: [Address] = []

  init(_ record: TaskRecord) {
    for event in record.events {
      guard case .drawn(let name, _, _) = event, numbers[name.node] == nil else { continue }
      nodes.append(name.node)
      numbers[name.node] = nodes.count
    }
  }

  /// `node 2`, or the address of one that was never drawn.
  func name(_ node: Address) -> String {
    numbers[node].map { "node \($0)" } ?? "node \(Self.short(node))"
  }

  /// The first eight digits, which tell apart what one task has.
  static func short(_ address: Address) -> String { address.description.prefix(10) + "…" }

  static func short(_ word: Bytes32) -> String { word.description.prefix(10) + "…" }
}

extension Amount {
  /// As euros, exact: six digits after the point, of which zeros at the end are left out but for two.
  var inEuros: String {
    let whole = self / 1_000_000
    let fraction = String(self % 1_000_000 + 1_000_000).dropFirst()
    var digits = String(fraction)
    while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits) EUR"
  }
}
