import Foundation
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// Three operators, one of whom lies about every task: from `samovar submit` to the audit, by the commands that people use.
@Suite struct EndToEndTests {
  private static let tasks = 8

  @Test func aLiarLosesAndHonestResultsAreThoseOfADirectRun() async throws {
    let honest = [TestSite("boiler-a"), TestSite("boiler-b")]
    let liar = TestSite("boiler-c", faults: "lie_one_in: 1")
    try await TestNetwork.with(honest + [liar]) { network in
      try await network.startAll()
      let bag = try await submit(Self.tasks, to: network)
      try await network.complete(bag)
      for site in network.sites {
        let status = try await Printed.samovar("status", "--state", network.home(site) + "/state", "--json")
        #expect(status.status == 0)
        #expect(status.output.contains(#""node" : "\#(site.name)""#))
      }
      await network.stop()
      #expect(try await network.ledger.bag(bag)?.tasks == ["FINAL": Self.tasks])
      try await expectOnlyTheLiarIsPunished(network, honest: honest, liar: liar)
      try await expectResultsOfADirectRun(of: bag, on: network)
      try await expectStatus(of: bag, on: network)
      try await expectCancelRefunds(on: network)
      try await expectTheAuditFindsAnyChange(of: network)
    }
  }

  /// With `samovar submit`, on the test's small bag.
  private func submit(_ tasks: Int, to network: TestNetwork) async throws -> BagID {
    _ = try network.bag(tasks: tasks, replicas: 2)
    let inputs = TestNetwork.inputs.flatMap { ["--with", "\($0.key)=\($0.value)"] }
    let submit = try await Printed.run(
      TestProcess.samovar,
      ["submit", network.directory + "/bag.yaml", "--ledger", network.ledgerDirectory, "--json"] + inputs
        + network.requesterKey)
    try #require(submit.status == 0, "\(submit.errors)")
    let posted = try JSONDecoder().decode([String: JSONText].self, from: Data(submit.output.utf8))
    #expect(posted["tasks"]?.text == "\(tasks)")
    let word = try #require(posted["bag"].flatMap { Bytes32(hex: $0.text) })
    return try #require(BagID(word: word))
  }

  private func expectOnlyTheLiarIsPunished(
    _ network: TestNetwork, honest: [TestSite], liar: TestSite
  ) async throws {
    let judged = try await network.events().compactMap { event -> (Address, ReplicaVerdict)? in
      guard case .judged(let replica, let verdict) = event else { return nil }
      return (replica.node, verdict)
    }
    // That it was drawn for none of eight tasks has odds of one in 6561.
    #expect(judged.contains { $0.0 == liar.node.address }, "the liar was never drawn")
    for (node, verdict) in judged { #expect(verdict == (node == liar.node.address ? .lost : .won)) }
    let record = try #require(try await network.ledger.node(liar.node.address))
    #expect(record.strikes > 0)
    #expect(record.slashed > 0)
    #expect(record.earned == 0)
    #expect(network.logged(liar).contains("fault injection: gives a false result"))
    for site in honest {
      let record = try #require(try await network.ledger.node(site.node.address))
      #expect(record.strikes == 0, "\(site.name)")
      #expect(record.slashed == 0, "\(site.name)")
      #expect(record.earned > 0, "\(site.name)")
    }
  }

  private func expectResultsOfADirectRun(of bag: BagID, on network: TestNetwork) async throws {
    let place = try TemporaryDirectory()
    let fetched = place.path + "/results"
    let results = try await Printed.samovar(
      "results", "\(bag)", "--ledger", network.ledgerDirectory, "--fetch", fetched)
    #expect(results.status == 0, "\(results.errors)")
    #expect(results.output.contains("fetched \(Self.tasks) of \(Self.tasks) results"))
    #expect(results.output.contains("by jury"))
    for seed in 1...Self.tasks {
      let direct = "\(place.path)/\(seed).json"
      let run = try await Printed.run(
        BuiltProgram("efast").path,
        [
          "--prices=\(TestNetwork.prices)", "--strike=100", "--seed=\(seed)", "--paths=2000",
          "--output=\(direct)",
        ])
      try #require(run.status == 0, "\(run.errors)")
      let task = "\(fetched)/small-000\(seed)"
      #expect(try LocalFile.digest("\(task)/work/result.json") == LocalFile.digest(direct))
      #expect(try ContentDigest(of: LocalFile.read("\(task)/stdout")) == ContentDigest(of: run.output.utf8))
      let receipt = try await Printed.samovar("receipt", "verify", "\(task)/receipt.json")
      #expect(receipt.status == 0, "\(receipt.errors)")
    }
  }

  private func expectStatus(of bag: BagID, on network: TestNetwork) async throws {
    let one = try await Printed.samovar("status", "\(bag)", "--ledger", network.ledgerDirectory)
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.output.contains("tasks     \(Self.tasks): FINAL \(Self.tasks)"))
    #expect(one.output.contains("escrow    0.0000 EUR still locked"))
    let all = try await Printed.samovar(
      "status", "--account", "\(network.requester.address)", "--ledger", network.ledgerDirectory)
    #expect(all.status == 0, "\(all.errors)")
    #expect(all.output.contains("\(bag)"))
    #expect(all.output.contains("free      "))
    let none = try await Printed.samovar("status", "--state", network.directory)
    #expect(none.status != 0)
    #expect(none.errors.contains("no agent has run with this state directory"))
  }

  /// Nobody turns the crank any more, so a second bag stays queued.
  private func expectCancelRefunds(on network: TestNetwork) async throws {
    let before = try await network.ledger.account(network.requester.address).free
    let bag = try await submit(3, to: network)
    let escrow = try #require(try await network.ledger.bag(bag)).escrow
    #expect(escrow > 0)
    #expect(try await network.ledger.account(network.requester.address).free == before - escrow)
    let cancel = try await Printed.run(
      TestProcess.samovar,
      ["cancel", "\(bag)", "--ledger", network.ledgerDirectory] + network.requesterKey)
    #expect(cancel.status == 0, "\(cancel.errors)")
    #expect(cancel.output.hasPrefix("cancelled 3 tasks; "))
    #expect(try await network.ledger.account(network.requester.address).free == before)
    #expect(try await network.ledger.bag(bag)?.tasks == ["CANCELLED": 3])
  }

  private func expectTheAuditFindsAnyChange(of network: TestNetwork) async throws {
    // The last connection takes the write-ahead log into the file.
    try await network.ledger.close()
    let sound = try await Printed.samovar("audit", "--ledger", network.ledgerDirectory)
    #expect(sound.status == 0, "\(sound.output)\(sound.errors)")
    let place = try TemporaryDirectory()
    let copy = place.path + "/ledger.sqlite"
    let bytes = try LocalFile.read(network.ledgerDirectory + "/ledger.sqlite")
    for part in 1...3 {
      var changed = bytes
      changed[bytes.count * part / 4] ^= 1
      try LocalFile.write(changed, to: copy)
      let audit = try await Printed.samovar("audit", "--ledger", copy)
      #expect(audit.status == 1, "bit \(bytes.count * part / 4 * 8): \(audit.output)\(audit.errors)")
      #expect(audit.output.contains("WRONG"))
    }
  }
}

/// A text or a number of JSON, as text.
private struct JSONText: Decodable {
  var text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      text = "\(number)"
    } else {
      text = try container.decode(String.self)
    }
  }
}
