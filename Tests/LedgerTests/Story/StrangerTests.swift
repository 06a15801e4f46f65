import Foundation
import Ledger
import Receipts
import TestSupport
import Testing
import Workload

/// What somebody can do who was given nothing but a copy of the file: by the program itself, in a directory that he may
/// only read.
@Suite(
  "samovar audit, by a stranger",
  .enabled(
    if: BuiltProgram.samovar.isThere, "the samovar program is not beside the test bundle: build it first"))
struct StrangerTests {
  /// Where the system lets us, in a network namespace of its own, in which there is not even loopback.
  private func run(_ arguments: [String]) throws -> Printed {
    let offline = ["--net", "--map-root-user", BuiltProgram.samovar.path] + arguments
    let probe = try Printed.run("/usr/bin/unshare", ["--net", "--map-root-user", "/bin/true"])
    return probe.status == 0
      ? try Printed.run("/usr/bin/unshare", offline) : try BuiltProgram.samovar.run(arguments)
  }

  @Test func aBareCopyTellsAllOffline() async throws {
    let network = try EmbeddedNetwork()
    let ledger = try network.open()
    let bag = try await network.runBag(tasks: 2, through: [ledger])
    for _ in 0..<6 { try await network.tick(ledger) }
    try await ledger.close()
    let given = "\(network.scratch.path)/given"
    let copy = "\(given)/copy.sqlite"
    try LocalFile.makeDirectory(given)
    _ = try LocalFile.copy(network.directory.database, to: copy)
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: copy)
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: given)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: given) }
    let before = try LocalFile.read(copy)

    let audit = try run(["audit", "--ledger", copy])
    #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
    #expect(audit.output.contains("compare the genesis digest"))

    let name = "\(bag.word.hex.prefix(8))/1"
    let picture = "\(network.scratch.path)/task.svg"
    let told = try run(["audit", "--ledger", copy, "--task", name, "--svg", picture])
    #expect(told.status == 0, "\(told.errors)")
    for part in ["Together they are E", "Timeline", "taken.", "Verdict:", "every byte"] {
      #expect(told.output.contains(part), "\(part) in \(told.output)")
    }
    #expect(try LocalFile.readText(picture, limit: .mebibytes(1)).hasPrefix("<svg"))
    let json = try run(["audit", "--ledger", copy, "--task", name, "--json"])
    let story = try JSONDecoder().decode(TaskStory.self, from: Data(json.output.utf8))
    #expect(story.record.task == bag.task(1) && story.money.addsUp == true)

    let unknown = try run(["audit", "--ledger", copy, "--task", "ffffffff"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains(bag.description))

    let file = "\(network.scratch.path)/proof.json"
    let proven = try run(["receipt", "prove", name, "--ledger", copy, "--out", file])
    #expect(proven.status == 0, "\(proven.errors)")
    let proofs = try ReceiptProof.list(decoding: LocalFile.read(file))
    let root = try #require(proofs.first).anchor.receiptsRoot
    let right = try run(["receipt", "verify-proof", file, "--root", root.description])
    #expect(right.status == 0, "\(right.output)")
    let other = try run(["receipt", "verify-proof", file, "--root", Bytes32.zero.description])
    #expect(other.status == 1)
    #expect(other.output.contains("given with --root"))
    try Data(
      try LocalFile.readText(file, limit: .mebibytes(1)).replacing("\"980000\"", with: "\"990000\"").utf8
    )
    .write(to: URL(filePath: file))
    let forged = try run(["receipt", "verify-proof", file])
    #expect(forged.status == 1 && forged.output.contains("the value's hash is"))

    #expect(try LocalFile.read(copy) == before)
    #expect(try LocalFile.names(in: given) == ["copy.sqlite"])
  }
}
