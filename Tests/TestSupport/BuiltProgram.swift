import Foundation

/// A program that the build puts beside the test bundle: a static executable can't be linked into it.
package struct BuiltProgram: Sendable {
  package let path: String

  /// Where the build puts its programs.
  package static let directory: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: bundle).deletingLastPathComponent().path
  }()

  package static let samovar = BuiltProgram("samovar")

  package init(_ name: String) { path = "\(Self.directory)/\(name)" }

  package var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// Runs it to its end.
  package func run(_ arguments: [String], environment: [String: String]? = nil) throws -> Printed {
    try Printed.run(path, arguments, environment: environment)
  }
}

/// What a command printed and how it ended.
package struct Printed: Sendable {
  package var status: Int32
  package var output: String
  package var errors: String

  /// Runs a command to its end. Its streams are files: a pipe that nobody empties would block it.
  ///
  /// - Parameters:
  ///   - environment: all that it has; without it, the test's own.
  ///   - directory: that it runs in; without it, the test's own.
  package static func run(
    _ executable: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
    in directory: String? = nil
  ) throws -> Printed {
    let place = try TemporaryDirectory()
    let files = ["in", "out", "err"].map { URL(filePath: "\(place.path)/\($0)") }
    for file in files { try Data(file == files[0] ? Array(input.utf8) : []).write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    if let environment { process.environment = environment }
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return Printed(status: process.terminationStatus, output: texts[1], errors: texts[2])
  }
}
