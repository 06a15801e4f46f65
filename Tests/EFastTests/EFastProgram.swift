import Foundation
import TestSupport
import Testing

/// The built program, beside the bundle of the tests: a static executable can't be linked into it.
struct EFastProgram {
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let prices = repository.appending(path: "examples/efast/prices.csv").path

  static func run(_ arguments: [String]) throws -> Printed {
    let program = BuiltProgram("efast")
    try #require(program.isThere, "\(program.path) is missing; 'swift build --product efast' makes it")
    return try program.run(arguments)
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
  private let directory: TemporaryDirectory
  let path: String

  init(_ text: String) throws {
    directory = try TemporaryDirectory()
    path = "\(directory.path)/text.csv"
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}
