internal import Receipts
internal import Workload

/// The story of one task, in chapters of plain sentences. A pure function of its record.
package struct TaskStory: Hashable, Sendable, Codable {
  package struct Chapter: Hashable, Sendable, Codable {
    package var title: String
    /// Sentences; what is indented belongs to the sentence before it.
    package var lines: [String]
  }

  package let record: TaskRecord
  package let money: TaskMoney
  package let timeline: Timeline
  package let chapters: [Chapter]

  package init(_ record: TaskRecord) {
    let cast = Cast(record)
    self.record = record
    money = TaskMoney(record, cast: cast)
    timeline = Timeline(record, cast: cast)
    chapters = [
      Chapter(title: "The task", lines: Self.terms(record)),
      Chapter(title: "Who took part", lines: Self.parties(record, cast)),
      Chapter(title: "What happened", lines: Self.events(record, cast)),
      Chapter(title: "The money", lines: money.lines(record)),
    ].filter { !$0.lines.isEmpty }
  }

  private static func terms(_ record: TaskRecord) -> [String] {
    let order = record.terms.order
    let required = record.parameters.requiredOperators(trust: order.trust)
    return [
      "Task \(record.task), number \(record.task.index) of \(order.taskCount) from 0 in its bag.",
      "At height \(record.height), where this ledger ends, it is \(record.state.name).",
      "The requester is \(record.terms.requester); the manifest of the bag is \(order.manifest).",
      "A correct replica is paid p = \(record.terms.price.inEuros). The trust asked for is T = \(order.trust), which "
        + "takes r = \(required) \(required == 1 ? "operator" : "operators in agreement") at least. At most Rc = "
        + "\(order.replicaCap) replicas are paid from the escrow. A run is expected to take τ = \(order.tau) "
        + "\(order.tau == 1 ? "block" : "blocks").",
    ]
  }

  private static func parties(_ record: TaskRecord, _ cast: Cast) -> [String] {
    cast.nodes.map { node in
      guard let party = record.nodes[node] else { return "\(cast.name(node)) is \(node)." }
      return
        "\(cast.name(node)) is \(node), of operator \(party.operatorAddress), at site \(Cast.short(party.site))."
    }
  }

  private static func events(_ record: TaskRecord, _ cast: Cast) -> [String] {
    let telling = EventTelling(record, cast: cast)
    var lines: [String] = []
    var last: Height?
    // Disputed, and no juror was drawn yet.
    var awaitsJury = false
    for entry in record.entries {
      var told: [String] = []
      // Why a replica left stands before who takes its place; who is drawn before what he has to do.
      let (leaving, rest) = entry.splitAtDraw
      told += leaving.compactMap(telling.sentence)
      if let tally = entry.tally { told += TallyTelling(cast: cast).lines(tally) }
      for draw in entry.draws { told += DrawTelling(cast: cast).lines(draw) }
      for event in entry.events {
        switch event {
        case .disputed: awaitsJury = true
        case .roundOpened: awaitsJury = false
        case .ended where awaitsJury: told.append("No juror who is eligible and free was found in time.")
        default: continue
        }
      }
      told += rest.compactMap(telling.sentence)
      guard !told.isEmpty else { continue }
      if entry.height != last {
        lines.append("Height \(entry.height)" + (entry.block.map { ", block \($0)" } ?? "") + ":")
        last = entry.height
      }
      lines += told.map { "  \($0)" }
    }
    return lines
  }
}

extension TaskRecord.Entry {
  /// The events before the first that has to do with a draw, and those from it on.
  fileprivate var splitAtDraw: (before: [Event], from: [Event]) {
    guard !draws.isEmpty else { return ([], events) }
    let first = events.firstIndex { event in
      switch event {
      case .roundOpened, .drawn: true
      default: false
      }
    }
    guard let first else { return (events, []) }
    return (Array(events[..<first]), Array(events[first...]))
  }
}
