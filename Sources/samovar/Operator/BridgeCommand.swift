import Agent
import ArgumentParser
import HeatBridge

/// `samovar bridge`: sensors and heat demand from MQTT, as files.
struct BridgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bridge",
    abstract:
      "Keep topics of an MQTT broker as the files that a board's sensors are, and show the node there.",
    discussion: """
      Runs until SIGTERM or SIGINT. The agent reads the files; when the bridge or the broker is gone they grow old, and the \
      agent falls back to what is safe.
      """)

  @Option(help: ArgumentHelp("The bridge's file.", valueName: "file"))
  var config: String

  @Flag(help: "Only report every mistake in the file.")
  var check = false

  func run() async throws {
    let settings = try BridgeSettings.load(config)
    if check {
      return print("\(config): sound; \(settings.received.count) topics of \(settings.broker)")
    }
    await MQTTBridge(
      settings, log: { StandardStream.error.write("samovar bridge: \($0)\n") }, now: { WallClock.now }
    ).run()
  }
}
