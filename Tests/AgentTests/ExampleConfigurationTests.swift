import Agent
import Foundation
import Testing
import Workload

/// The configuration that people copy.
@Suite struct ExampleConfigurationTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "deploy/samovar.example.yaml").path

  @Test func itIsReadAndSaysWhatItSays() throws {
    let configuration = try AgentConfiguration.load(Self.file)
    #expect(configuration.identity.name == "boiler-1")
    #expect(configuration.identity.hardwareClass == "x86_64")
    #expect(configuration.work.slots == 2)
    #expect(configuration.work.referenceRun == .seconds(600))
    #expect(configuration.simulation != nil)
    #expect(configuration.faults == .none)
  }

  /// The board that it names is the one that comes along, so that `config check` accepts the example as it stands.
  @Test func itsBoardIsThere() throws {
    let configuration = try AgentConfiguration.load(Self.file)
    #expect(LocalFile.exists("\(configuration.hardware.board)/board.yaml"))
  }

  @Test func aMistypedKeyOfItIsFoundWithItsPlace() throws {
    let text = try LocalFile.readText(Self.file).replacing("reference_run:", with: "referenz_run:")
    let mistakes = #expect(throws: Mistakes.self) {
      try AgentConfiguration.parse(text, file: "samovar.yaml")
    }
    let said = try #require(mistakes.map { "\($0)" })
    #expect(said.contains("unknown key 'referenz_run' in work; did you mean 'reference_run'?"))
    #expect(said.hasPrefix("samovar.yaml:"))
  }
}
