import ArgumentParser
import Workload

/// Which bag file a command reads, and where its inputs' bytes are.
struct BagFileOptions: ParsableArguments {
  @Argument(help: "The bag file, such as examples/efast/bag.yaml.")
  var file: String

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "Take an input's bytes from elsewhere than the bag file says. May be given more than once.",
      valueName: "written=path"))
  var replacements: [InputReplacement] = []

  func text() throws(InputFault) -> String { try BagFile.text(of: file) }

  /// Reads, expands and hashes the bag.
  ///
  /// - Throws: all mistakes, those of the file and those of its inputs.
  func resolve(_ text: String) throws(Mistakes) -> ResolvedBag {
    let directory = InputDirectory(
      of: file, replacements: Dictionary(replacements.map { ($0.written, $0.path) }, uniquingKeysWith: { $1 })
    )
    return try BagFile(reading: text, file: file).resolve(directory.identify)
  }
}

/// `bin/efast=.build/release/efast`: an input as the bag file writes it, and where its bytes are.
struct InputReplacement: ExpressibleByArgument {
  var written: String
  var path: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    written = String(argument[..<sign])
    path = String(argument[argument.index(after: sign)...])
    guard !path.isEmpty else { return nil }
  }
}
