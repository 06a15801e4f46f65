import Foundation
import LayerTar
import TestSupport

@testable import Images

/// What samovar-unpack makes of a layer, run beside the test without a sandbox: its own rules are all that protects.
struct UnpackedLayer {
  let place: TemporaryDirectory
  let status: Int32
  let sentence: String
  let summary: UnpackSummary?

  var root: String { "\(place.path)/layer" }

  init(_ blob: [UInt8], bytes: UInt64 = 1 << 30, entries: UInt64 = 10_000) throws {
    place = try TemporaryDirectory()
    try Data(blob).write(to: URL(filePath: "\(place.path)/blob"))
    try FileManager.default.createDirectory(atPath: "\(place.path)/layer", withIntermediateDirectories: false)
    let printed = try Self.run(
      "\(place.path)/blob", "\(place.path)/layer", bytes: bytes, entries: entries, place.path)
    status = printed.status
    sentence = printed.errors
    summary = UnpackSummary(text: printed.output)
  }

  init(_ build: (inout TarWriter) -> Void) throws {
    var writer = TarWriter()
    build(&writer)
    try self.init(writer.archive)
  }

  /// How the program ended, and what it printed.
  struct Ending {
    var status: Int32
    var output: String
    var errors: String
  }

  static func run(
    _ blob: String, _ directory: String, bytes: UInt64 = 1 << 34, entries: UInt64 = 500_000, _ place: String
  ) throws -> Ending {
    let process = Process()
    process.executableURL = URL(filePath: BuiltProgram("samovar-unpack").path)
    process.arguments = [directory, "\(bytes)", "\(entries)"]
    process.environment = [:]
    for name in ["out", "err"] { try Data().write(to: URL(filePath: "\(place)/\(name)")) }
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: blob))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(place)/out"))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: "\(place)/err"))
    try process.run()
    process.waitUntilExit()
    return Ending(
      status: process.terminationStatus,
      output: try String(contentsOf: URL(filePath: "\(place)/out"), encoding: .utf8),
      errors: try String(contentsOf: URL(filePath: "\(place)/err"), encoding: .utf8))
  }

  /// For `ImagePuller`.
  static let unpack: ImagePuller.Unpack = { blob, directory, bounds async throws(ImageError) in
    let printed: Ending
    do {
      let place = try TemporaryDirectory()
      printed = try run(
        blob, directory, bytes: bounds.archiveBytes, entries: bounds.entries, place.path)
    } catch {
      throw .machine("samovar-unpack can't be run: \(error)")
    }
    if printed.status == 1 { throw .refused(printed.errors) }
    if printed.status == 3 { throw .noRoom(printed.errors) }
    guard printed.status == 0, let summary = UnpackSummary(text: printed.output) else {
      throw .machine("samovar-unpack ended with \(printed.status): \(printed.errors)")
    }
    return summary
  }

  func text(_ path: String) -> String? { try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }

  func attributes(_ path: String) -> stat? {
    var status = stat()
    return lstat("\(root)/\(path)", &status) == 0 ? status : nil
  }

  func isWhiteout(_ path: String) -> Bool {
    guard let status = attributes(path) else { return false }
    return status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
  }

  /// The value of an extended attribute.
  func attribute(_ name: String, of path: String) throws -> String? {
    let printed = try Printed.run(
      "/usr/bin/python3",
      [
        "-c",
        "import os,sys\ntry: print(os.getxattr(sys.argv[1],sys.argv[2]).decode())\nexcept OSError: pass",
        "\(root)/\(path)", name,
      ])
    let text = printed.output.trimmingCharacters(in: .newlines)
    return text.isEmpty ? nil : text
  }
}
