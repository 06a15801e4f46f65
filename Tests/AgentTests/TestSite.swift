import Receipts
import Workload

/// One operator with one boiler room.
struct TestSite: Sendable {
  var name: String
  /// What is written below `fault_injection:`; nothing for an honest node.
  var faults: String?
  /// Where its sensors are, if not in a simulation that its agent keeps.
  var sensorRoot: String?
  /// As its configuration writes it.
  var ledger = "../ledger"
  var state = "state"
  var profile = "batch"
  /// What is written below `images:`; nothing for a node that runs none.
  var images: String?
  var board = TestProcess.repository + "/hardware/simulated-boiler"
  let node = PrivateKey.generate()
  let operatorKey = PrivateKey.generate()

  init(_ name: String = "boiler", faults: String? = nil) {
    self.name = name
    self.faults = faults
  }

  /// Water that wants heat, in real time, so that it does for as long as a test runs.
  var configuration: String {
    let heat =
      sensorRoot == nil
      ? "simulation: {initial_temperature: 46 °C, profile: M, time_factor: 1, starts_at: 12:00}" : ""
    let root = sensorRoot.map { ", root: \($0)" } ?? ""
    return """
      node:
        name: \(name)
        key: node.key.json
        password_file: password
        operator: \(operatorKey.address)
        site: the cellar of \(name)
      state: \(state)
      ledger: \(ledger)
      hardware: {board: \(board)\(root)}
      work: {slots: 2, memory: 512 MiB, disk: 64 MiB, longest_run: 1 min, reference_run: 10 s, profile: \(profile)}
      heat:
        comfort: {minimum: 50 °C, target: 55 °C, maximum: 64 °C}
        cut_off: 72 °C
      tariff: {electricity: 0.19 EUR/kWh, heat: 0.11 EUR/kWh, wear: 0.02 EUR/kWh}
      \(images.map { "images: {\($0)}" } ?? "")
      \(heat)
      \(faults.map { "fault_injection: {\($0)}" } ?? "")
      """
  }
}
