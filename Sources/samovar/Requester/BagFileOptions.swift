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

  /// Reads, expands and hashes the bag. Ends the command where that can't be: with 66 (EX_NOINPUT of sysexits.h) where the
  /// file can't be read, with 65 (EX_DATAERR) after every mistake was said to standard error, and to `onMistakes`.
  func resolve(onMistakes: (Mistakes) -> Void = { _ in }) throws -> ResolvedBag {
    let text: String
    do throws(InputFault) {
      text = try BagFile.text(of: file)
    } catch {
      StandardStream.error.writeLine("samovar: the bag file \(file) \(error.problem)")
      throw ExitCode(66)
    }
    let directory = InputDirectory(
      of: file,
      replacements: Dictionary(replacements.map { ($0.written, $0.path) }, uniquingKeysWith: { $1 }))
    do throws(Mistakes) {
      return try BagFile(reading: text, file: file).resolve(directory.identify)
    } catch {
      StandardStream.error.writeLine(error.description)
      let count = error.all.count
      StandardStream.error.writeLine("\(count) \(count == 1 ? "mistake" : "mistakes") in \(file)")
      onMistakes(error)
      throw ExitCode(65)
    }
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
