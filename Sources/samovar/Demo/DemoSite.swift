import Receipts
import Workload

/// One operator with one boiler room.
struct DemoSite {
  var name: String
  var place: String
  /// Water at the start; the sites differ in need and price, so their offers do too.
  var initialTemperature: Celsius
  var profile: String
  var electricity: String
  var seed: Int
  /// One result in so many is false.
  var lieOneIn: Int?
  let node = PrivateKey.generate()
  let operatorKey = PrivateKey.generate()

  static func all() -> [DemoSite] {
    [
      DemoSite(
        name: "boiler-a", place: "Butte-aux-Cailles", initialTemperature: Celsius(46), profile: "M",
        electricity: "0.19 EUR/kWh", seed: 1),
      DemoSite(
        name: "boiler-b", place: "Nantes", initialTemperature: Celsius(53), profile: "M",
        electricity: "0.14 EUR/kWh", seed: 2),
      DemoSite(
        name: "boiler-c", place: "Bordeaux", initialTemperature: Celsius(50), profile: "L",
        electricity: "0.11 EUR/kWh", seed: 3, lieOneIn: 3),
    ]
  }

  /// The node's configuration, as an operator would write it.
  func configuration(board: String, timeFactor: Int, slots: Int) -> String {
    """
    # Made by `samovar demo`.
    node:
      name: \(name)
      key: node.key.json
      password_file: password
      operator: \(operatorKey.address)
      site: \(place)
    state: state
    ledger: ../ledger
    hardware: {board: \(board)}
    work:
      slots: \(slots)
      memory: 512 MiB
      disk: 64 MiB
      longest_run: 1 min
      reference_run: 10 s
    heat:
      comfort: {minimum: 50 °C, target: 55 °C, maximum: 64 °C}
      cut_off: 72 °C
    tariff:
      electricity: \(electricity)
      heat: 0.11 EUR/kWh
      wear: 0.02 EUR/kWh
    simulation:
      initial_temperature: \(initialTemperature.value) °C
      profile: \(profile)
      time_factor: \(timeFactor)
      starts_at: 06:00
      seed: \(seed)
    \(lieOneIn.map { "fault_injection: {lie_one_in: \($0)}" } ?? "")
    """
  }
}
