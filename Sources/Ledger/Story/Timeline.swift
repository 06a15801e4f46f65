internal import Receipts

/// What happened to a task and to each of its replicas, by height: the data of a chart.
package struct Timeline: Hashable, Sendable, Codable {
  package struct Mark: Hashable, Sendable, Codable {
    package var height: Height
    package var kind: Kind
  }

  /// The letter of each kind is its mark in a chart.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    // Of the task.
    case posted = "P"
    case opened = "O"
    case auditRolled = "a"
    case sealed = "S"
    case disputed = "D"
    case verdict = "V"
    case reopened = "R"
    case ended = "E"
    // Of a replica.
    case drawn = "A"
    case acknowledged = "k"
    case declined = "x"
    case extended = "+"
    case committed = "c"
    case revealed = "r"
    case won = "W"
    case lost = "L"
    case withheld = "H"
    case undecided = "U"
    case timedOut = "T"

    package var words: String {
      switch self {
      case .posted: "posted"
      case .opened: "round opened"
      case .auditRolled: "audit roll"
      case .sealed: "sealed"
      case .disputed: "disputed"
      case .verdict: "verdict"
      case .reopened: "opened again"
      case .ended: "ended"
      case .drawn: "drawn"
      case .acknowledged: "acknowledged"
      case .declined: "declined"
      case .extended: "more time"
      case .committed: "committed"
      case .revealed: "revealed"
      case .won: "won"
      case .lost: "lost"
      case .withheld: "withheld"
      case .undecided: "undecided"
      case .timedOut: "too late"
      }
    }
  }

  package struct Row: Hashable, Sendable, Codable {
    package var label: String
    package var marks: [Mark]
  }

  /// The task itself.
  package var task: Row
  /// One a replica, in the order in which they were drawn.
  package var replicas: [Row]

  package var rows: [Row] { [task] + replicas }

  /// The kinds of marks that it has, for a legend.
  package var kinds: [Kind] {
    Kind.allCases.filter { kind in rows.contains { $0.marks.contains { $0.kind == kind } } }
  }

  init(_ record: TaskRecord, cast: Cast) {
    task = Row(label: "task", marks: [])
    var names: [ReplicaName] = []
    var roles: [ReplicaName: ReplicaRole] = [:]
    for replica in record.state.panel?.replicas ?? [] {
      roles[ReplicaName(task: record.task, round: replica.round, node: replica.node)] = replica.role
    }
    var marks: [ReplicaName: [Mark]] = [:]
    for entry in record.entries {
      for event in entry.events {
        switch event.mark {
        case .task(let kind): task.marks.append(Mark(height: entry.height, kind: kind))
        case .replica(let name, let kind):
          if kind == .drawn { names.append(name) }
          marks[name, default: []].append(Mark(height: entry.height, kind: kind))
        case nil: continue
        }
      }
    }
    replicas = names.map { name in
      let role = roles[name].map { DrawTelling.name($0) } ?? "replica"
      return Row(label: "\(cast.name(name.node)) \(role), round \(name.round)", marks: marks[name] ?? [])
    }
  }
}

/// Whose row an event is marked in.
private enum Marking {
  case task(Timeline.Kind)
  case replica(ReplicaName, Timeline.Kind)
}

extension Event {
  /// Nothing for what a chart doesn't show.
  fileprivate var mark: Marking? {
    switch self {
    case .bagPosted: .task(.posted)
    case .roundOpened: .task(.opened)
    case .auditRolled: .task(.auditRolled)
    case .sealed: .task(.sealed)
    case .disputed: .task(.disputed)
    case .provisional: .task(.verdict)
    case .reopened: .task(.reopened)
    case .ended, .tasksCancelled: .task(.ended)
    case .drawn(let name, _, _): .replica(name, .drawn)
    case .acknowledged(let name, _): .replica(name, .acknowledged)
    case .declined(let name): .replica(name, .declined)
    case .extended(let name, _): .replica(name, .extended)
    case .committed(let name, _): .replica(name, .committed)
    case .revealed(let name, _, _): .replica(name, .revealed)
    case .replicaTimedOut(let name): .replica(name, .timedOut)
    case .judged(let name, let verdict): .replica(name, verdict.kind)
    case .deposited, .withdrawn, .nodeRegistered, .bonded, .exitBegun, .bondsReleased, .offered,
      .offerWithdrawn,
      .epochTurned, .slashed, .struck, .credibilityGained, .jailed, .standingChanged, .banned,
      .operatorBanned,
      .equivocated, .paid, .owed, .owedPaid, .leafAppended:
      nil
    }
  }
}

extension ReplicaVerdict {
  fileprivate var kind: Timeline.Kind {
    switch self {
    case .won: .won
    case .lost: .lost
    case .withheld: .withheld
    case .inconclusive: .undecided
    }
  }
}
