import FoundationEssentials
import Scheduling
import Testing

/// A small world behind the controller protocol: a home with a market of its own, made up for this test.
@Suite struct ControlledSiteTests {
  @Test(arguments: [21, 22, 24] as [UInt64])
  func theWaterStaysWarmTasksEndInTimeAndMoreIsEarnedThanByRunningAlways(seed: UInt64) throws {
    var controlled = ControlledSite(seed: seed)
    var session = ControllerSession()
    guard case .line(let ready) = session.answer(controlled.hello) else { throw Broken() }
    #expect(ready.contains("ready"))
    while !controlled.isOver {
      guard case .line(let answer) = session.answer(controlled.state) else { throw Broken() }
      try controlled.step(JSONDecoder().decode(ControlledSite.Decision.self, from: Data(answer.utf8)))
    }
    var always = ControlledSite(seed: seed)
    while !always.isOver { always.step(always.everything) }
    #expect(controlled.invalid == 0)
    #expect(controlled.missed == 0)
    #expect(controlled.cold < 0.5, "\(controlled.cold) K·h")
    #expect(controlled.hottest < 70)
    #expect(controlled.profit > always.profit + 0.2, "\(controlled.profit) against \(always.profit) EUR")
  }

  struct Broken: Error {}
}
