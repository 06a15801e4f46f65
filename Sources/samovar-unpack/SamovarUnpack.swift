internal import Glibc
internal import LayerTar

/// `samovar-unpack DIRECTORY ARCHIVE-BYTES ENTRIES`: unpacks the layer on standard input into an empty directory, and prints
/// an `UnpackSummary`. It runs in a sandbox of its own, since what it reads is untrusted; it exits with 1 where the layer
/// is refused, with 2 where this machine failed, with 3 where the layer is beyond the two bounds, and says why in a sentence on standard error.
@main
struct SamovarUnpack {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let bytes = UInt64(arguments[2]), let entries = UInt64(arguments[3]) else {
      end("usage: samovar-unpack DIRECTORY ARCHIVE-BYTES ENTRIES < LAYER", status: 2)
    }
    umask(0)
    var bounds = LayerBounds()
    bounds.archiveBytes = bytes
    bounds.entries = entries
    do throws(UnpackFailure) {
      let tree = try LayerTree(directory: arguments[1], mostEntries: bounds.entries)
      var writer = LayerWriter(
        reader: TarReader(LayerStream(descriptor: STDIN_FILENO, bounds: bounds)), tree: tree)
      say(try writer.run().text, on: STDOUT_FILENO)
    } catch {
      end(error.sentence, status: error.status)
    }
  }

  private static func end(_ sentence: String, status: Int32) -> Never {
    say(sentence + "\n", on: STDERR_FILENO)
    exit(status)
  }

  /// A reader that has gone has nothing to be told.
  private static func say(_ text: String, on descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
