import Foundation
import Glibc
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

@testable import Agent

/// Bags whose tasks run in an image of a registry: pinned by the requester, pulled and run by the nodes, declined by those
/// that can't.
@Suite(.serialized) struct ImageTests {
  /// A registry with busybox, and where it is.
  private struct Tools {
    let place: TemporaryDirectory
    let registry: DockerRegistry
    var host: String { "localhost:\(registry.port)" }
    func reference(_ image: String) -> String { "docker://\(host)/tools/\(image):one" }

    init() async throws {
      place = try TemporaryDirectory()
      try BusyboxLayout.make(in: place.path)
      registry = try DockerRegistry(directory: place.path)
      try await registry.waitUntilItAnswers()
      for image in ["busybox", "shell"] {
        try registry.push(layout: "\(place.path)/image:\(image)", as: "tools/\(image):one")
      }
    }
  }

  private func bagFile(_ image: String, command: String = "[]", in network: TestNetwork, replicas: Int = 1)
    throws
    -> String
  {
    let file = "\(network.directory)/images.yaml"
    let text = """
      name: inside
      image: \(image)
      command: \(command)
      inputs: {/in/prices.csv: prices.csv}
      environment: {GREETING: "no"}
      outputs: [made]
      limits: {cpus: 1, memory: 64 MiB, disk: 1 MiB, processes: 4, wall_time: 30 s}
      replicas: \(replicas)
      price: 0.002 EUR
      expected_time: 1 s
      deadline: 1 h
      """
    try LocalFile.write(Array(text.utf8), to: file)
    return file
  }

  private func submit(_ file: String, to network: TestNetwork) async throws -> BagID {
    let submit = try await Printed.run(
      TestProcess.samovar,
      ["submit", file, "--with", "prices.csv=\(TestNetwork.prices)", "--ledger", network.ledgerDirectory]
        + network.requesterKey)
    try #require(submit.status == 0, "\(submit.errors)")
    let word = submit.output.split(separator: "\n").first { $0.hasPrefix("bag ") }.flatMap { line in
      Bytes32(hex: line.split(separator: " ").last ?? "")
    }
    return try #require(word.flatMap { BagID(word: $0) })
  }

  /// The result of a bag's only task: what it printed and made, and its outcome.
  private func result(of bag: BagID, on network: TestNetwork) async throws -> (text: String, outcome: String)
  {
    try await network.complete(bag)
    let results = BagResults(ledger: network.ledger, shared: network.shared)
    let summary = try #require(try await network.ledger.bag(bag))
    let task = try #require(try await results.tasks(of: summary).first)
    let place = try TemporaryDirectory()
    #expect(try results.fetch(task.summary, into: place.path))
    let texts = ["stdout", "work/made"].map { (try? LocalFile.readText("\(place.path)/\($0)")) ?? "" }
    let receipt = try #require(try results.winningReceipt(of: task.summary)?.statement)
    return (texts.joined(), try Statement(decoding: receipt).predicate.outcome)
  }

  @Test func twoNodesRunWhatTheTagWasWhenTheBagWasSubmitted() async throws {
    let tools = try await Tools()
    let sites = ["north", "south"].map { name in
      var site = TestSite(name)
      site.images = "registries: [\(tools.host)/tools], budget: 64 MiB"
      return site
    }
    try await TestNetwork.with(sites) { network in
      try await network.startAll()
      let file = try bagFile(tools.reference("busybox"), in: network, replicas: 2)
      // Whoever checks sees the digest, and so does the manifest.
      let check = try await Printed.samovar(
        "bag", "check", file, "--with", "prices.csv=\(TestNetwork.prices)")
      #expect(check.output.contains("root      docker://\(tools.host)/tools/busybox@sha256:"), "\(check)")
      let bag = try await submit(file, to: network)
      // The tag moves on, to nothing; nodes don't ask for it.
      let tags = "\(tools.place.path)/registry/docker/registry/v2/repositories/tools/busybox/_manifests/tags"
      try FileManager.default.removeItem(atPath: tags)
      let result = try await result(of: bag, on: network)
      #expect(result.text == "hello\n")
      #expect(result.outcome == "exited 0")
      #expect(Tally(try await network.events()).won.count == 2)
      let gone = try await Printed.samovar("bag", "check", file, "--with", "prices.csv=\(TestNetwork.prices)")
      #expect(gone.status == 65 && gone.errors.contains("images.yaml:2:8: the image '"), "\(gone)")
    }
  }

  @Test func aNodeThatMayNotOrCannotDeclinesWithTheReason() async throws {
    let tools = try await Tools()
    let absent = "docker://\(tools.host)/tools/busybox@\(ContentDigest(of: [1]))"
    let there = tools.reference("busybox")
    for (images, image, reason) in [
      (nil, there, "it runs in an image, and the node's configuration has no 'images'"),
      ("registries: [docker.io], budget: 64 MiB", there, "and the node takes images from docker.io only"),
      (
        "registries: [\(tools.host)], budget: 64 MiB, largest: 100 KiB", there,
        "and the node takes at most 102400 bytes"
      ),
      ("registries: [\(tools.host)], budget: 1600 KiB", there, "and the cache has no room for more"),
      ("registries: [\(tools.host)], budget: 64 MiB", absent, "check the name and the tag"),
      ("registries: [\(tools.host)], budget: 64 MiB, pull_time: 1 ms", there, "wasn't here after 0 s"),
    ] as [(String?, String, String)] {
      var site = TestSite()
      site.images = images
      try await TestNetwork.with([site]) { network in
        try await network.startAll()
        _ = try await submit(bagFile(image, in: network), to: network)
        try await network.until("the node declines") { network.logged(site).contains("declines") }
        #expect(network.logged(site).contains(reason), "\(reason): \(network.tails)")
      }
    }
  }

  /// The layers are held by a process that is no more; the next one finds them, and what was in the making is gone.
  @Test func anAgentThatIsKilledWithItsImageHeldLeavesNothingAndCompletes() async throws {
    let tools = try await Tools()
    var site = TestSite(faults: "kill_after: fetched")
    site.images = "registries: [\(tools.host)], budget: 64 MiB"
    let scene = try CrashScene()
    try await TestNetwork.with([site]) { network in
      try await network.startAll(environment: scene.environment)
      let bag = try await submit(bagFile(tools.reference("busybox"), in: network), to: network)
      let agent = try #require(network.agents.first)
      #expect(await agent.end(within: 30) == .signalled(SIGKILL))
      await scene.expectNothingLeft(by: agent)
      let images = network.home(site) + "/state/images"
      #expect(try directoryNames("\(images)/layers/sha256").count == 1)
      try LocalFile.makeDirectory("\(images)/making/new-dead/root")
      // A registry that has gone is needed no more.
      tools.registry.stop()
      site.faults = nil
      try network.start(site)
      #expect(try await result(of: bag, on: network).text == "hello\n")
      #expect(try directoryNames("\(images)/making") == [])
    }
  }

  /// What the command does is the task's affair; that there is no such command is so too.
  @Test func whatIsInTheImageAndWhatIsNotAreResults() async throws {
    let tools = try await Tools()
    var site = TestSite()
    site.images = "registries: [\(tools.host)], budget: 64 MiB"
    try await TestNetwork.with([site]) { network in
      try await network.startAll()
      let script = "[sh, -c, 'echo $GREETING; cat /in/prices.csv > made; echo x > /new; cat /new']"
      for (image, command, text, outcome) in [
        ("shell", script, "no\nx\n" + (try LocalFile.readText(TestNetwork.prices)), "exited 0"),
        ("busybox", "[a, b]", "a b\n", "exited 0"),
        ("shell", "[nosuch]", "", "exited 127"),
        ("shell", "[/etc/passwd]", "", "exited 126"),
        ("shell", "[]", "", "exited 127"),
      ] {
        let file = try bagFile(tools.reference(image), command: command, in: network)
        let result = try await result(of: submit(file, to: network), on: network)
        #expect(result.text == text, "\(command)")
        #expect(result.outcome == outcome, "\(command)")
      }
      // Both images share their layer, and the second needed nothing of the registry but its documents.
      let layers = try directoryNames(network.home(site) + "/state/images/layers/sha256")
      #expect(layers.count == 1)
      for name in ["making", "downloads"] {
        #expect(try directoryNames(network.home(site) + "/state/images/\(name)") == [])
      }
    }
  }
}
