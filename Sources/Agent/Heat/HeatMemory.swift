import FoundationEssentials
package import Scheduling
import Workload

/// What a node knows of its heat beyond the moment, in files of its state directory: the draws that it has seen, and the plan that
/// commands show.
package struct HeatMemory: Sendable {
  private let historyFile: String
  private let outlookFile: String

  package init(stateDirectory: String) {
    historyFile = "\(stateDirectory)/draws.json"
    outlookFile = "\(stateDirectory)/outlook.json"
  }

  /// Nothing where none was kept, or its file is damaged: then learning begins anew.
  var history: DemandHistory? { read(historyFile) }

  /// Nothing where no plan was made yet.
  package var outlook: HeatOutlook? { read(outlookFile) }

  private func read<Value: Decodable>(_ file: String) -> Value? {
    guard let bytes = try? LocalFile.read(file, limit: .mebibytes(16)) else { return nil }
    return try? JSONDecoder().decode(Value.self, from: Data(bytes))
  }

  /// What can't be written is lost with the next restart, and stops nothing.
  func keep(_ planned: PlannedPrices) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    if let bytes = try? encoder.encode(planned.history) {
      try? LocalFile.replace(Array(bytes), at: historyFile)
    }
    if let outlook = planned.outlook, let bytes = try? encoder.encode(outlook) {
      try? LocalFile.replace(Array(bytes), at: outlookFile)
    }
  }
}
