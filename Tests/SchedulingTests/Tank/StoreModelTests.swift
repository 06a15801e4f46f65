import Scheduling
import Testing
import Workload

@Suite struct StoreModelTests {
  private func model(_ temperatures: [Double], on: Bool = false) -> StoreModel {
    StoreModel(PlannerSites.flats.store, temperatures: temperatures, isBackupOn: on)
  }

  private static let layered = (0..<12).map { 30 + 28 * min(1, Double($0) / 7) }

  @Test func whatComesInAndGoesOutIsTheChangeOfTheContent() {
    var random = SeededGenerator(state: 5)
    var store = model(Self.layered)
    for step in 0..<400 {
      let before = store.tank.content.kilowattHours
      let flows = store.advance(
        hours: 0.25,
        demand: .init(taps: .random(in: 0...12, using: &random), heating: .random(in: 0...3, using: &random)),
        serverHeat: .random(in: 0...9, using: &random), mains: 10,
        backupBelow: .random(in: 50...65, using: &random), boosts: step % 7 == 0, comfort: 50)
      let change = store.tank.content.kilowattHours - before
      let net = flows.absorbed + flows.backup - flows.delivered - flows.loss
      // What enters at the mains' temperature is counted above it, so that the balance holds in energy above the mains.
      #expect(abs(change - net) < 1e-6, "step \(step): \(change) kWh against \(net)")
    }
  }

  @Test func serversHeatAtMostToTheCoolantsLimitAndTheRestIsBlownOutside() {
    var store = model(Array(repeating: 40, count: 12))
    var dumped = 0.0
    for _ in 0..<400 {
      dumped +=
        store.advance(
          hours: 0.25, demand: .init(taps: 0), serverHeat: 4.5, mains: 10, backupBelow: 50, comfort: 50
        ).dumped
    }
    #expect(store.tank.temperatures.allSatisfy { $0.value <= 68 + 1e-9 })
    #expect(dumped > 100)
  }

  @Test func theBackupHeaterKeepsItsThreshold() {
    var store = model(Array(repeating: 48, count: 12))
    var backup = 0.0
    for _ in 0..<8 {
      backup +=
        store.advance(
          hours: 0.25, demand: .init(taps: 0), serverHeat: 0, mains: 10, backupBelow: 60, comfort: 50
        ).backup
    }
    #expect(store.tank.top.value >= 60)
    #expect(store.tank.bottom.value < 48.1)
    #expect(backup > 5)
  }

  @Test func aColdOutletIsCountedInKelvinHours() {
    var store = model(Array(repeating: 45, count: 12))
    var description = PlannerSites.flats.store
    description.backup.kilowatts = 0
    store = StoreModel(description, temperatures: Array(repeating: 45, count: 12))
    let flows = store.advance(
      hours: 1, demand: .init(taps: 0), serverHeat: 0, mains: 10, backupBelow: 50, comfort: 50)
    #expect((4.9...5.5).contains(flows.coldKelvinHours))
  }
}
