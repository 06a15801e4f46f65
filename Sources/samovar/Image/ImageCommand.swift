import ArgumentParser
import FoundationEssentials
import Images
import Workload

struct ImageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Pull, list, inspect and prune the images that 'samovar run --image' starts.",
    subcommands: [
      ImagePullCommand.self, ImageListCommand.self, ImageInspectCommand.self, ImagePruneCommand.self,
    ])
}

/// How an image is named, in the help of commands.
private let referenceHelp: ArgumentHelp = """
  oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG] or docker://HOST[:PORT]/NAME[:TAG][@DIGEST].
  """

struct ImagePullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Bring an image into the cache; one that is there is asked for anew.")

  @OptionGroup var options: ImageOptions
  @Argument(help: referenceHelp) var image: String

  func run() async throws {
    try await reportingImageErrors("samovar image pull") {
      let reference = try ImageReference(image)
      let screen = PullScreen()
      let cache = try options.openCache()
      let pulled = try await options.puller(cache, progress: { screen.show($0) }).pull(reference)
      screen.clear()
      StandardStream.output.writeLine("\(pulled.resolved.manifestDigest) \(reference)")
    }
  }
}

struct ImageListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the images in the cache, and what their layers take.")

  @OptionGroup var options: ImageOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await reportingImageErrors("samovar image list") {
      let listing = try ImageListing(cache: try options.openCache())
      if json {
        try JSONOutput.print(listing)
        return
      }
      for image in listing.images {
        StandardStream.output.writeLine(
          "\(image.manifestDigest) \(image.size.value >> 20) MiB \(image.reference)")
      }
      StandardStream.output.writeLine("\(listing.layers) layers, \(listing.size.value >> 20) MiB")
    }
  }
}

struct ImageInspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Pull an image where it isn't there, and print its configuration as JSON.")

  @OptionGroup var options: ImageOptions
  @Argument(help: referenceHelp) var image: String

  func run() async throws {
    try await reportingImageErrors("samovar image inspect") {
      let reference = try ImageReference(image)
      let screen = PullScreen()
      let pulled = try await options.puller(try options.openCache(), progress: { screen.show($0) }).get(
        reference)
      screen.clear()
      StandardStream.output.write(pulled.resolved.configurationBytes + [10])
    }
  }
}

struct ImagePruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove layers that weren't used for long, or until the rest fits a budget.",
    discussion: "Layers of running tasks stay. Without an option, everything that isn't in use goes.")

  @OptionGroup var options: ImageOptions
  @Option(help: "Keep what was used in the last N days.") var keepDays: UInt32?
  @Option(help: "What may be left, such as 20GiB: what was used the longest ago goes first.") var budget:
    String?

  func run() async throws {
    try await reportingImageErrors("samovar image prune") {
      let limit = try budget.map { text in try quantity(text, option: "--budget") { $0.byteCount() } }
      var oldest = keepDays.map { Instant.now + .seconds(-86_400 * Int64($0)) }
      // Neither asked for: everything.
      if oldest == nil && limit == nil { oldest = Instant.now + .seconds(86_400) }
      let report = try Pruning(cache: try options.openCache()).run(unusedSince: oldest, budget: limit)
      for reference in report.removedImages { StandardStream.output.writeLine("removed \(reference)") }
      StandardStream.output.writeLine(
        """
        \(report.removedLayers) layers removed, \(report.freed.value >> 20) MiB freed, \(report.kept.value >> 20) MiB kept\
        \(report.inUse > 0 ? "; \(report.inUse) layers are in use" : "")
        """)
    }
  }
}
