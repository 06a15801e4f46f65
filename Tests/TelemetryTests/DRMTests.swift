import Telemetry
import Testing
import Workload

@Suite struct DRMTests {
  @Test func cardsAreCountedOnceAndConnectorsNever() throws {
    let root = try TemporaryTree(MachineTrees.amdServer).root
    let cards = DRM.all(in: root)
    #expect(cards.faults.isEmpty)
    #expect(cards.devices.map(\.entry) == ["card0", "card1", "renderD129"])
    #expect(cards.devices.map(\.driver) == ["amdgpu", "ast", "nvidia"])
    #expect(cards.devices.map(\.isGPU) == [true, false, true])
    #expect(DRM.countGPUs(in: root).count == 2)
  }

  @Test func anAMDCardTellsItsUseAndASleepingCardIsNotAsked() throws {
    let tree = try TemporaryTree(MachineTrees.amdServer)
    let isAsked: @Sendable (String) -> Int32? = { path in
      path.contains("0000:41") && path.contains("busy") ? 5 : nil
    }
    let cards = DRM.all(in: tree.root(failing: isAsked)).devices
    #expect(cards[0].busyPercent == .value(37))
    #expect(cards[0].temperatures.map(\.label) == ["edge"])
    #expect(cards[0].temperatures.map(\.input) == [.value(Celsius(52))])
    #expect(cards[0].powers.map(\.draw) == [.value(Watts(87))])
    #expect(cards[0].memoryBytes == 17_163_091_968)
    #expect(cards[2].isSuspended)
    #expect(cards[2].busyPercent == nil)
  }
}
