import Ledger
import Simulation

/// The coalition's scene, as the demo plays it beside its agents.
actor DemoCoalition {
  nonisolated let scene: CoalitionScene
  /// Why it came to no end.
  private(set) var failure: String?
  private(set) var isOver = false

  /// The same each time, so that the demo tells a story that is known.
  private static let seed: UInt64 = 5
  /// After each height: the agents' tasks have the processors meanwhile.
  private static let pause = Duration.milliseconds(25)

  init(directory: String) throws {
    scene = try CoalitionScene(seed: Self.seed, directory: LedgerDirectory("\(directory)/coalition"))
  }

  nonisolated var directory: String { scene.directory.path }

  /// What has happened so far.
  var story: CoalitionStory {
    get async { await scene.story }
  }

  func play() async {
    do {
      try await scene.run(pause: Self.pause)
    } catch {
      failure = "\(error)"
    }
    isOver = true
  }
}
