import FoundationEssentials

/// One conversation of the controller protocol: a JSON line in, a JSON line out, the planner in between.
///
/// `hello` describes the site and is answered by `ready`, each `state` by a `decision`, `end` by nothing. A line that
/// can't be understood is answered by `error`, which starts nothing and stops nothing, and the conversation goes on.
package struct ControllerSession {
  package enum Answer: Hashable, Sendable {
    case line(String)
    /// The other side said `end`.
    case end
  }

  private let tuning: PlanTuning
  private var planner: HeatPlanner?
  private var stepSeconds = 900.0
  private let decoder = JSONDecoder()
  /// For what strict JSON has no form: NaN and infinities.
  private let lenient = JSONDecoder()
  private let encoder = JSONEncoder()

  private struct Kind: Decodable {
    var type: String
  }

  private struct Failure: Encodable {
    var type = "error"
    var error: String
  }

  private struct Ready: Encodable {
    var type = "ready"
    var name = "samovar"
  }

  package init(tuning: PlanTuning = PlanTuning()) {
    self.tuning = tuning
    lenient.allowsJSON5 = true
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  }

  /// Longer lines aren't read.
  package static let longestLine = 16 << 20

  /// - Parameter isLate: when it says yes, the greedy rule decides.
  package mutating func answer(_ line: String, isLate: () -> Bool = { false }) -> Answer {
    guard line.utf8.count <= Self.longestLine else {
      return failure("a line of more than \(Self.longestLine) bytes is not read")
    }
    do {
      switch try read(Kind.self, line).type {
      case "hello": return try greet(line)
      case "state": return try decide(line, isLate: isLate)
      case "end": return .end
      case let other: return failure("a message of type '\(other)' isn't known; known are hello, state, end")
      }
    } catch {
      return failure("reading a message: " + Self.text(error))
    }
  }

  private mutating func greet(_ line: String) throws -> Answer {
    let hello = try read(HelloMessage.self, line)
    let mistakes = hello.mistakes
    guard mistakes.isEmpty else { return failure("hello: " + mistakes.joined(separator: "; ")) }
    stepSeconds = Double(hello.stepSeconds)
    planner = HeatPlanner(
      site: hello.site, stepsPerDay: 86_400 / hello.stepSeconds, tuning: tuning,
      calendar: hello.start.flatMap { Self.calendar($0, stepSeconds: hello.stepSeconds) })
    return .line(try write(Ready()))
  }

  private mutating func decide(_ line: String, isLate: () -> Bool) throws -> Answer {
    let state = try read(StateMessage.self, line)
    guard let tap = planner?.site.store.tap else {
      return failure("a state before a hello without mistakes: nothing is known of the site")
    }
    let situation = state.situation(stepSeconds: stepSeconds, tap: tap)
    guard let decision = planner?.decide(situation, isLate: isLate) else { return failure("no planner") }
    return .line(try write(DecisionMessage(decision, step: state.step)))
  }

  /// `2024-01-08T00:00` as the calendar's step 0.
  private static func calendar(_ start: String, stepSeconds: Int) -> DemandCalendar? {
    let text = start.count == 16 ? start + ":00Z" : start + "Z"
    guard let date = try? Date.ISO8601FormatStyle().parse(text) else { return nil }
    let seconds = Int(date.timeIntervalSince1970)
    let day = Int((Double(seconds) / 86_400).rounded(.down))
    return DemandCalendar(
      firstDay: day, firstStepOfDay: (seconds - day * 86_400) / stepSeconds, stepsPerDay: 86_400 / stepSeconds
    )
  }

  // MARK: JSON

  private func read<Message: Decodable>(_ type: Message.Type, _ line: String) throws -> Message {
    let data = Data(line.utf8)
    do {
      return try decoder.decode(type, from: data)
    } catch DecodingError.dataCorrupted {
      return try lenient.decode(type, from: data)
    }
  }

  private func write(_ message: some Encodable) throws -> String {
    String(decoding: try encoder.encode(message), as: UTF8.self)
  }

  private func failure(_ sentence: String) -> Answer {
    .line((try? write(Failure(error: sentence))) ?? #"{"type":"error"}"#)
  }

  private static func text(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = (context.codingPath + (last.map { [$0] } ?? [])).map { key in
        key.intValue.map { "[\($0)]" } ?? key.stringValue
      }
      return keys.isEmpty ? "the line" : keys.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(path(context, key)) is missing"
    case .valueNotFound(_, let context): return "\(path(context)) is null and must have a value"
    case .typeMismatch(_, let context):
      return "\(path(context)) has the wrong type: \(context.debugDescription)"
    case .dataCorrupted(let context): return "\(path(context)) can't be read: \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }
}
