import ArgumentParser
import Images
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
  @OptionGroup var registries: RegistryOptions

  /// Reads, expands and hashes the bag, and asks the registry what an image with a tag is. Ends the command where that can't be: with 66 (EX_NOINPUT of sysexits.h) where the
  /// file can't be read, with 65 (EX_DATAERR) after every mistake was said to standard error, and to `onMistakes`.
  func resolve(onMistakes: (Mistakes) -> Void = { _ in }) async throws -> ResolvedBag {
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
    let draft = BagFile(reading: text, file: file)
    let digest = try await imageDigest(of: draft)
    do throws(Mistakes) {
      return try draft.resolve(imageDigest: digest, directory.identify)
    } catch {
      StandardStream.error.writeLine(error.description)
      let count = error.all.count
      StandardStream.error.writeLine("\(count) \(count == 1 ? "mistake" : "mistakes") in \(file)")
      onMistakes(error)
      throw ExitCode(65)
    }
  }

  /// Of the image for this machine's architecture, so that all nodes run the same one.
  private func imageDigest(of draft: BagFile) async throws -> Result<ContentDigest, InputFault>? {
    guard let reference = draft.unpinnedImage else { return nil }
    let credentials: RegistryCredentials
    do throws(ImageError) {
      credentials = try registries.load()
    } catch {
      StandardStream.error.writeLine("samovar: \(error)")
      throw ExitCode(66)
    }
    do throws(ImageError) {
      return .success(try await ResolvedImage(asking: reference, credentials).manifestDigest)
    } catch {
      return .failure(InputFault("can't be looked at: \(error)"))
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
