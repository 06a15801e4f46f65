import Foundation
import Testing

/// Public test vectors, which are not part of this repository: the folder is named by the environment.
enum Vectors {
  static let folder = ProcessInfo.processInfo.environment["SAMOVAR_VECTORS"]
  static let areThere = folder != nil
  static let absence: Comment = "SAMOVAR_VECTORS is not set: it names the folder of public test vectors"

  static func data(_ path: String) throws -> Data {
    let file = try #require(folder) + "/" + path
    return path.hasSuffix(".gz")
      ? try Command.run("/usr/bin/env", ["gzip", "-dc", file])
      : try Data(contentsOf: URL(fileURLWithPath: file))
  }

  static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from path: String) throws -> Value {
    try JSONDecoder().decode(type, from: try data(path))
  }
}

/// A program that a test asks.
enum Command {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// What it wrote; an error where it didn't end with 0.
  static func run(_ program: String, _ arguments: [String], input: Data = Data()) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    let source = FileManager.default.temporaryDirectory.appendingPathComponent("samovar-test-\(UUID())")
    try input.write(to: source)
    defer { try? FileManager.default.removeItem(at: source) }
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(program) \(arguments) ended with \(process.terminationStatus)")
    }
    return bytes
  }
}
