import Foundation
import Testing

/// The built program, beside the bundle of the tests: a static executable can't be linked into it.
struct EFastProgram {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let prices = repository.appending(path: "examples/efast/prices.csv").path

  static func run(_ arguments: [String]) throws -> Result {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(filePath: bundle).deletingLastPathComponent().appending(path: "efast")
    try #require(
      FileManager.default.isExecutableFile(atPath: program.path),
      "\(program.path) is missing; 'swift build --product efast' makes it")
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Errors are a few lines, which the pipe holds; so one after the other can't block.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: said, as: UTF8.self))
  }

  /// The result of a call that must succeed.
  static func report(_ arguments: [String], prices: String = prices) throws -> Report {
    let result = try run(["--prices", prices] + arguments)
    try #require(result.status == 0, "\(result.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(result.output.utf8))
  }
}

/// The program's JSON, as a reader of it would have it.
struct Report: Decodable {
  struct Estimate: Decodable {
    var value: Double
    var standardError: Double
  }
  struct Call: Decodable {
    var value: Double
    var standardError: Double
    var delta: Estimate
    var vega: Estimate
    var estimate: Estimate { Estimate(value: value, standardError: standardError) }
  }
  struct Option: Decodable {
    var asset: String
    var spot: Double
    var volatility: Double
    var call: Call
    var put: Estimate
  }
  struct Loss: Decodable {
    var valueAtRisk: Double
    var expectedShortfall: Double
    var observations: Int
  }
  struct Risk: Decodable {
    var historical: Loss
    var simulated: Loss
  }
  var options: [Option]
  var asianCall: Estimate
  var basketCall: Estimate
  var risk: Risk
}

/// A file that is gone when the test ends.
final class TemporaryFile {
  let path: String

  init(_ text: String) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "efast-\(UUID().uuidString).csv").path
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
