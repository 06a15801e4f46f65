import Telemetry
import TestSupport
import Testing

@Suite struct CPUTopologyTests {
  @Test(arguments: [
    ("", []), ("0", [0]), ("0-3,8", [0, 1, 2, 3, 8]), ("2,0-1", [0, 1, 2]), ("5-5", [5]),
    ("0-2,1-3", [0, 1, 2, 3]),
  ])
  func listsAreReadAsTheKernelPrintsThem(text: String, numbers: [Int]) {
    #expect(CPUList.parse(text) == numbers)
  }

  @Test(arguments: [
    "-1", "3-1", "a", "1,,2", "0-", "0-99999", "1-2-3", "+1", "0x1", "1 2", "99999999999999999999",
  ])
  func whatIsNoListIsRefused(text: String) {
    #expect(CPUList.parse(text) == nil)
  }

  @Test func everySetSurvivesBothWays() {
    var random = SplitMix64(7)
    for _ in 0..<500 {
      let numbers = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Int.random(in: 0...200, using: &random)
      }
      #expect(CPUList.parse(CPUList.format(numbers)) == Set(numbers).sorted())
    }
  }

  @Test func coresAreDistinctByPackageDieAndCore() throws {
    let tree = try TemporaryTree(MachineTrees.intelServer)
    let topology = CPUTopology.read(in: tree.root)
    #expect(topology.online == Array(0...6))
    #expect(topology.coreCount == 4)
    #expect(topology.packageCount == 2)
    #expect(topology.hasSiblings == true)
    #expect(topology.firstOfEachCore == [0, 1, 2, 3])
    #expect(topology.faults.isEmpty)
  }

  @Test func withoutTheListEveryDirectoryIsAProcessorOfItsOwn() throws {
    var machine = SysfsTree()
    for number in [0, 1, 10] { machine.put("sys/devices/system/cpu/cpu\(number)/uevent", "") }
    machine.put("sys/devices/system/cpu/cpufreq/boost", "1")
    let topology = CPUTopology.read(in: try TemporaryTree(machine).root)
    #expect(topology.online == [0, 1, 10])
    #expect(topology.coreCount == 3)
    #expect(topology.packageCount == 1)
  }

  @Test func aBadListIsAFaultThatNamesTheFile() throws {
    var machine = SysfsTree()
    machine.put("sys/devices/system/cpu/online", "0-x")
    let tree = try TemporaryTree(machine)
    let topology = CPUTopology.read(in: tree.root)
    #expect(topology.online.isEmpty)
    #expect(
      topology.faults.map(\.said) == [
        "\(tree.path)/sys/devices/system/cpu/online holds '0-x' where a list such as 0-3,8 is expected"
      ])
  }

  @Test func thisMachineHasProcessors() {
    let topology = CPUTopology.read(in: SysfsRoot())
    #expect(!topology.online.isEmpty)
    #expect((1...topology.online.count).contains(topology.coreCount))
  }

  @Test func frequencyPoliciesHaveTheirProcessorsAndBounds() throws {
    let policies = Cpufreq.all(in: try TemporaryTree(MachineTrees.intelServer).root)
    let policy = try #require(policies.devices.first)
    #expect(policies.devices.count == 1)
    #expect(policy.processors == [0, 4])
    #expect(policy.currentKilohertz.value == 2_400_000)
    #expect(policy.limitKilohertz == 3_200_000)
    #expect(policy.mostKilohertz == 3_600_000)
    #expect(policy.governor == "schedutil")
    #expect(policy.driver == nil)
  }
}
