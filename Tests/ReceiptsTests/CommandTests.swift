import Foundation
import Receipts
import TestSupport
import Testing
import Workload

/// The program itself, which the build puts beside the test bundle.
private enum SamovarProgram {
  static let isThere = BuiltProgram.samovar.isThere

  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], in directory: URL
  ) throws -> Printed {
    // A session of its own, so that there is no terminal to ask for a password.
    try Printed.run(
      "/usr/bin/setsid", ["--wait", BuiltProgram.samovar.path] + arguments, input: input,
      environment: environment, in: directory.path)
  }

  static func inDirectory(_ body: (URL) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    try body(URL(filePath: directory.path))
  }
}

@Suite(
  "samovar key, samovar receipt",
  .enabled(
    if: SamovarProgram.isThere, "the samovar program is not beside the test bundle: build it first"))
struct CommandTests {
  @Test func aKeyIsMadeShownExportedAndImported() throws {
    try SamovarProgram.inDirectory { directory in
      let password = ["SAMOVAR_KEY_PASSWORD": "boiling"]
      func run(_ line: String, input: String = "", environment: [String: String] = [:]) throws
        -> Printed
      {
        try SamovarProgram.run(
          line.split(separator: " ").map(String.init), input: input, environment: environment, in: directory)
      }
      let made = try run("key new --light a.json", environment: password)
      #expect(made.status == 0, "\(made.errors)")
      let address = try #require(
        made.output.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init))
      #expect(Address(address) != nil)
      #expect(try run("key show a.json").output.contains(address))
      #expect(
        try run("key show --check a.json", environment: password).output.contains("\(address) (checked)"))

      let exported = try run("key export a.json", environment: password)
      #expect(exported.status == 0)
      #expect(exported.output.count == 67)
      try Data("boiling\nsecond line\n".utf8).write(to: directory.appendingPathComponent("password"))
      let imported = try run("key import --light --password-file password b.json", input: exported.output)
      #expect(imported.status == 0, "\(imported.errors)")
      #expect(imported.output.contains(address))
      #expect(try run("key export --password-file password b.json").output == exported.output)

      let wrong = try run("key export a.json", environment: ["SAMOVAR_KEY_PASSWORD": "cold"])
      #expect(wrong.status == 1)
      #expect(wrong.errors.contains("wrong password"))
      #expect(wrong.output.isEmpty)
      let over = try run("key new --light a.json", environment: password)
      #expect(over.status == 1)
      #expect(over.errors.contains("exists already"))
      let silent = try run("key export a.json")
      #expect(silent.status == 1)
      #expect(silent.errors.contains("there is no terminal"))
      let empty = try run("key new c.json", environment: ["SAMOVAR_KEY_PASSWORD": ""])
      #expect(empty.status == 1)
      #expect(empty.errors.contains("empty password"))
      #expect(
        try run("key import c.json --light", input: "tea", environment: password).errors.contains("64 digits")
      )
      #expect(!FileManager.default.fileExists(atPath: directory.appendingPathComponent("c.json").path))
    }
  }

  @Test func aReceiptIsShownAndVerified() throws {
    try SamovarProgram.inDirectory { directory in
      func run(_ arguments: String...) throws -> Printed {
        try SamovarProgram.run(["receipt"] + arguments, in: directory)
      }
      let signed = try Fixture.receipt()
      try Data(signed.encoded(pretty: true)).write(to: directory.appendingPathComponent("good.json"))
      var altered = signed
      altered.receipt.energyMilliWh += 1
      altered.receipt.exitCode = 3
      try Data(altered.encoded()).write(to: directory.appendingPathComponent("bad.json"))

      let shown = try run("show", "good.json")
      #expect(shown.status == 0, "\(shown.errors)")
      for part in [
        signed.hash.description, signed.receipt.node.description, "exited 0", "/bin/efast --seed 7",
        "network",
        "10 mWh by rapl-by-cpu-time, on the word of the node", "prices.csv", "tank 54250 millicelsius",
        "2023-11-14T22:13:20Z",
      ] {
        #expect(shown.output.contains(part), "\(part)")
      }
      let typed = try run("show", "--typed-data", "good.json").output
      #expect(try JSONDecoder().decode(TypedData.self, from: Data(typed.utf8)).digest() == signed.hash)

      let good = try run(
        "verify", "good.json", "--chain-id", "31337", "--contract", "\(signed.domain.verifyingContract)",
        "--node",
        "\(signed.receipt.node)")
      #expect(good.status == 0, "\(good.output) \(good.errors)")
      #expect(good.output.contains("Verified"))

      let bad = try run("verify", "bad.json", "--chain-id", "1", "--json")
      #expect(bad.status == 1)
      let verdict = try JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [String: Any]
      #expect(verdict?["verified"] as? Bool == false)
      let reasons = try #require(verdict?["reasons"] as? [String])
      #expect(reasons.count == 4, "\(reasons)")
      for part in ["chain 1,", "the signature is of", "exitCode is 3", "energyMilliWh is 11"] {
        #expect(reasons.contains { $0.contains(part) }, "\(part) in \(reasons)")
      }
      let other = try run("verify", "good.json", "--node", "\(Address.zero)")
      #expect(other.status == 1)
      #expect(other.output.contains("not of \(Address.zero)"))
      try Data("{}".utf8).write(to: directory.appendingPathComponent("none.json"))
      let none = try run("verify", "none.json")
      #expect(none.status == 1)
      #expect(none.errors.contains("no signed receipt: 'domain' is missing"))
    }
  }
}
