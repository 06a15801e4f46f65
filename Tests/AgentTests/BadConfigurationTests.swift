import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// What an operator may get wrong before an agent runs: each is named, with what to do, and nothing crashes.
@Suite struct BadConfigurationTests {
  @Test func allMistakesOfAFileAreReportedAtOnce() async throws {
    let place = try TemporaryDirectory()
    let file = place.path + "/samovar.yaml"
    let text = TestSite().configuration
      .replacing("  name: boiler", with: "  nmae: boiler")
      .replacing("memory: 512 MiB", with: "memory: 512")
      .replacing("minimum: 50 °C", with: "minimum: 50 kWh")
      .replacing("electricity: 0.19 EUR/kWh", with: "electricity: cheap")
      .replacing("state: state", with: "stat: state")
    try LocalFile.write(Array(text.utf8), to: file)
    let check = try await Printed.samovar("config", "check", file)
    #expect(check.status != 0)
    let lines = check.errors.split(separator: "\n").filter { $0.contains(file + ":") }
    func said(_ line: Int, _ parts: String...) -> Bool {
      lines.contains { text in
        text.contains("\(file):\(line):") && parts.allSatisfy { text.contains($0) }
      }
    }
    #expect(said(2, "nmae", "name"), "\(check.errors)")
    #expect(said(7, "stat", "state"), "\(check.errors)")
    #expect(said(10, "memory", "unit"), "\(check.errors)")
    #expect(said(12, "minimum", "kWh"), "\(check.errors)")
    #expect(said(14, "electricity"), "\(check.errors)")
  }

  @Test func aSoundFileIsCalledSound() async throws {
    let place = try TemporaryDirectory()
    let file = place.path + "/samovar.yaml"
    try LocalFile.write(Array(TestSite().configuration.utf8), to: file)
    let check = try await Printed.samovar("config", "check", file)
    #expect(check.status == 0, "\(check.errors)")
    #expect(check.output.contains("sound"))
  }

  @Test func aBoardThatIsNotThereIsNamed() async throws {
    var site = TestSite()
    site.board = "/nosuch/board"
    try await TestNetwork.with([site]) { network in
      try await expectRefusal(to: site, on: network, "/nosuch/board")
      let check = try await Printed.samovar("config", "check", network.home(site) + "/samovar.yaml")
      #expect(check.status != 0)
      #expect(check.errors.contains("/nosuch/board"))
    }
  }

  @Test func everySensorThatIsNotThereIsNamedAtItsPlaceInTheBoard() async throws {
    let place = try TemporaryDirectory()
    let file = place.path + "/samovar.yaml"
    var site = TestSite()
    site.sensorRoot = place.path
    try LocalFile.write(Array(site.configuration.utf8), to: file)
    let check = try await Printed.samovar("config", "check", file)
    #expect(check.status == 1)
    // Five layers, outlet, inlet, coolant and the file of the demand.
    #expect(check.errors.split(separator: "\n").count { $0.contains("/board.yaml:") } == 9, "\(check.errors)")
    #expect(
      check.errors.contains("there is no thermometer 28-0000000000b0 in \(place.path)/sys/bus/w1/devices"))
    let elsewhere = try await Printed.samovar("config", "check", "--without-sensors", file)
    #expect(elsewhere.status == 0, "\(elsewhere.errors)")
  }

  @Test func aProfileThatIsNotThereIsNamed() async throws {
    var site = TestSite()
    site.profile = "nosuch"
    try await TestNetwork.with([site]) { network in
      try await expectRefusal(to: site, on: network, "no sandbox profile 'nosuch'")
    }
  }

  @Test func everyMistakeAboutImagesIsSaidAtOnce() {
    let site = TestSite()
    func mistakes(_ images: String) -> String {
      var site = site
      site.images = images
      do {
        _ = try AgentConfiguration.parse(site.configuration, file: "samovar.yaml")
        return ""
      } catch { return "\(error)" }
    }
    #expect(mistakes("registries: [docker.io/library, 'localhost:5000'], budget: 1 GiB") == "")
    let said = mistakes(
      "registries: [dockerhub, docker.io/Upper, 'docker.io/a:1', 'https://docker.io'], budget: 1 GiB, largest: 2 GiB, pul_time: 1 s"
    )
    for part in [
      "registries[0] must be HOST[:PORT] or HOST[:PORT]/NAME, not 'dockerhub'", "registries[1]",
      "registries[2]",
      "registries[3]", "largest must not be more than the budget", "did you mean 'pull_time'?",
    ] { #expect(said.contains(part), "\(said)") }
    #expect(mistakes("registries: [], budget: 1 GiB").contains("registries is empty"))
    #expect(mistakes("registries: [docker.io]").contains("images lacks 'budget'"))
  }

  @Test func aFileOfPasswordsThatOthersMayReadIsNamed() async throws {
    var site = TestSite()
    site.images = "registries: [docker.io], budget: 64 MiB, auth_file: auth.json"
    try await TestNetwork.with([site]) { network in
      try LocalFile.write(Array("{}".utf8), to: network.home(site) + "/auth.json", mode: 0o644)
      try await expectRefusal(to: site, on: network, "chmod 600 ", "auth.json")
    }
  }

  @Test func aWrongPasswordIsNamed() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      try LocalFile.write(Array("guess\n".utf8), to: network.home(site) + "/password")
      try await expectRefusal(to: site, on: network, "password", "node.key.json")
    }
  }

  @Test func aLedgerThatIsNotThereIsNamed() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      try LocalFile.remove(network.ledgerDirectory + "/genesis.json")
      try await expectRefusal(to: site, on: network, "there is no ledger at", "samovar ledger new")
    }
  }

  /// The file beside the ledger is another chain's.
  @Test func aGenesisOfAnotherLedgerIsNamed() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      var genesis = network.ledger.genesis
      genesis.chainID += 1
      try LocalFile.write(genesis.json, to: network.ledgerDirectory + "/genesis.json")
      try await expectRefusal(to: site, on: network, "grew from genesis", "\(genesis.digest)")
    }
  }

  /// A node's outbox knows what it committed to: on another ledger it would be of no use, and its own ledger would
  /// miss the node's reveals.
  @Test func aStateDirectoryOfAnotherLedgerIsNamed() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      let agent = try network.start(site)
      try await network.until("the agent has registered") {
        try await network.ledger.node(site.node.address) != nil
      }
      await agent.stop()
      #expect(agent.ended == .exited(0))
      var other = network.ledger.genesis
      let key = PrivateKey.generate()
      other.ledgerKey = key.address
      try LedgerDirectory(network.directory + "/other").create(genesis: other, key: key)
      var moved = site
      moved.ledger = "../other"
      try await expectRefusal(
        to: moved, on: network, "\(network.ledger.genesis.digest)", "\(other.digest)", "state")
      // Back on its own ledger it goes on.
      let again = try network.start(site)
      try await network.until("the agent shows its status") { network.status(site) != nil }
      #expect(again.ended == nil)
    }
  }

  @Test func aDamagedLedgerIsNamedAndTheAuditCommandToo() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      let agent = try network.start(site)
      try await network.until("some blocks are there") { try await network.ledger.height() > 20 }
      await agent.stop()
      try await network.ledger.close()
      let file = network.ledgerDirectory + "/ledger.sqlite"
      var bytes = try LocalFile.read(file)
      try #require(bytes.count > 4 * 4096)
      for index in 2 * 4096..<bytes.count where index % 7 == 0 { bytes[index] ^= 0x5A }
      try LocalFile.write(bytes, to: file)
      try await expectRefusal(to: site, on: network, "ledger/ledger.sqlite", "samovar audit")
      let audit = try await Printed.samovar("audit", "--ledger", network.ledgerDirectory)
      #expect(audit.status == 1)
    }
  }

  @Test func whatIsNoLedgerIsNamed() async throws {
    let site = TestSite()
    try await TestNetwork.with([site]) { network in
      try await network.ledger.close()
      let file = network.ledgerDirectory + "/ledger.sqlite"
      try LocalFile.write(Array(repeating: 0x42, count: 9000), to: file)
      try await expectRefusal(to: site, on: network, "ledger/ledger.sqlite", "is damaged")
    }
  }

  /// The agent ends by itself, not by a signal, and says all of `parts`.
  private func expectRefusal(to site: TestSite, on network: TestNetwork, _ parts: String...) async throws {
    let agent = try network.start(site)
    let ending = await agent.end(within: 15)
    let text = network.logged(site)
    guard case .exited(let status) = ending else {
      Issue.record(
        "the agent should have ended with an error, and has \(ending.map { "\($0)" } ?? "not"): \(text)")
      return
    }
    #expect(status != 0, "\(text)")
    for part in parts { #expect(text.contains(part), "\(text)") }
  }
}
