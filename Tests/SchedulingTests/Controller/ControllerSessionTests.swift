import FoundationEssentials
import Scheduling
import Testing

@Suite struct ControllerSessionTests {
  private static let hello = #"""
    {"type":"hello","protocol":1,"name":"x","start":"2024-01-08T00:00","steps":2880,"step_s":900,"tank":{"volume_l":300,
    "layers":12,"ua_w_per_k":1.7,"flow_max_l_min":3,"backup_kw":3,"backup_price":"electricity","backup_layers":9},
    "servers":{"slots":2,"idle_w":15,"capture":0.95},"economics":{"wear_eur_per_kwh":0.02},"comfort":{"min_c":50}}
    """#.replacing("\n", with: "")

  private static func state(
    _ step: Int, price: String = "[0.1,0.12,0.2]", layers: String? = nil, mains: String = "10"
  )
    -> String
  {
    #"{"type":"state","step":\#(step),"steps":2880,"t":\#(step * 900),"clock":"2024-01-08T00:00","new_field":[1],"#
      + #""tank":{"layers_c":\#(layers ?? "[12,15,30,45,52,56,58,59,60,60,60,60]"),"backup_on":false},"#
      + #""price":{"now":0.1,"ahead":\#(price)},"forecast":{"demand_kwh":[0.1,0.4],"mains_c":\#(mains)},"cap_w":null,"#
      + #""slots":{"total":2,"free":2,"running":[]},"queue":[{"id":"a","release_s":0,"deadline_s":\#(step * 900 + 4500),"#
      + #""duration_s":3600,"remaining_s":3600,"power_w":300,"revenue_eur":0.2,"preemptible":false,"started":false}]}"#
  }

  private struct Decision: Decodable {
    var type: String
    var step: Int?
    var start: [String]?
    var suspend: [String]?
    var backup: String?
    var backupBelow: Double?
    var ask: Double?
    var explain: [String]?
    var error: String?

    enum CodingKeys: String, CodingKey {
      case type, step, start, suspend, backup, explain, error
      case backupBelow = "backup_on_below_c"
      case ask = "ask_eur_per_kwh"
    }
  }

  private func ask(_ session: inout ControllerSession, _ line: String) throws -> Decision {
    guard case .line(let answer) = session.answer(line) else { return Decision(type: "nothing") }
    #expect(!answer.contains("\n"))
    return try JSONDecoder().decode(Decision.self, from: Data(answer.utf8))
  }

  private func greeted() -> ControllerSession {
    var session = ControllerSession()
    #expect(session.answer(Self.hello) == .line(#"{"name":"samovar","type":"ready"}"#))
    return session
  }

  @Test func aStateIsAnsweredByADecision() throws {
    var session = greeted()
    let decision = try ask(&session, Self.state(0))
    #expect(decision.type == "decision" && decision.step == 0)
    #expect(decision.start == ["a"] && decision.suspend == [])
    #expect(decision.backupBelow.map { (50...65).contains($0) } == true)
    #expect(session.answer(#"{"type":"end","score":{}}"#) == .end)
  }

  @Test(arguments: [
    ("", "the line"), ("{", "the line"), ("[]", "the line"), ("nonsense", "the line"),
    ("{}", "type is missing"),
    (#"{"type":"dance"}"#, "'dance'"), (#"{"type":"state"}"#, "is missing"),
    (#"{"type":"state","step":"x"}"#, "step has the wrong type"),
    (#"{"type":"hello","step_s":900}"#, "is missing"),
  ])
  func aLineThatCannotBeUnderstoodIsAnError(line: String, text: String) throws {
    var session = greeted()
    let answer = try ask(&session, line)
    #expect(answer.type == "error")
    #expect(answer.error?.contains(text) == true, "\(answer.error ?? "")")
    #expect(answer.start == nil && answer.suspend == nil)
    #expect(try ask(&session, Self.state(1)).type == "decision", "the conversation goes on")
  }

  @Test func aStateBeforeAHelloIsAnError() throws {
    var session = ControllerSession()
    #expect(try ask(&session, Self.state(0)).type == "error")
  }

  @Test func allMistakesOfAHelloAreSaidAtOnce() throws {
    var session = ControllerSession()
    let wrong = Self.hello.replacing("\"volume_l\":300", with: "\"volume_l\":-3")
      .replacing("\"capture\":0.95", with: "\"capture\":1.5").replacing("\"min_c\":50", with: "\"min_c\":95")
      .replacing("\"step_s\":900", with: "\"step_s\":7")
    let error = try #require(try ask(&session, wrong).error)
    for field in ["tank.volume_l", "servers.capture", "comfort.min_c", "step_s"] {
      #expect(error.contains(field), "\(error)")
    }
  }

  @Test(
    arguments: [
      ("[NaN,0.1]", nil, "10"), ("[10000,-10000]", nil, "10"), ("[null,null]", nil, "10"), ("[]", nil, "10"),
      ("[0.1]", "[null,null,null,null,null,null,null,null,null,null,null,null]", "10"), ("[0.1]", "[]", "10"),
      ("[0.1]", "[85.0,NaN,-127,45,52,56,58,59,60,60,60,60]", "NaN"), ("[Infinity]", nil, "-Infinity"),
    ] as [(String, String?, String)])
  func valuesThatCannotBeGiveASafeDecision(price: String, layers: String?, mains: String) throws {
    var session = greeted()
    for step in [0, 1, 7, 3, 100_000] {
      let decision = try ask(&session, Self.state(step, price: price, layers: layers, mains: mains))
      #expect(decision.type == "decision" && decision.step == step)
      #expect(decision.ask?.isFinite == true)
      #expect(decision.backupBelow.map { (50...65).contains($0) } == true)
    }
  }
}
