import Scheduling
import Testing

@Suite struct StoreIdentificationTests {
  /// Two weeks of a store whose volume, loss and capture aren't the described ones.
  private func learned(share: Double, loss: Double, capture: Double, noise: Double) -> StoreIdentification {
    let described = PlannerSites.flats.store
    var identification = StoreIdentification(described, capture: 0.95)
    var random = SeededGenerator(state: 11)
    let capacity = described.kilowattHoursPerKelvin
    var mean = 50.0
    for step in 0..<(14 * 96) {
      let electricity = step % 40 < 20 ? 1.2 : 0.1
      let heat = electricity * capture
      let demand = step % 96 < 40 ? 0.2 : 0.7
      let backup = mean < 35 ? 3.0 : 0
      let lost = loss / 1000 * (mean - described.ambient) * 0.25
      mean += (heat + backup - demand - lost) / (capacity * share)
      identification.observe(
        StepMeasurement(serverHeat: heat, absorbed: heat, backup: backup, demand: demand),
        mean: mean + .random(in: -noise...noise, using: &random), capacity: capacity,
        electricity: electricity,
        hours: 0.25)
    }
    return identification
  }

  @Test func findsWhatTheDescriptionHasWrong() {
    let found = learned(share: 0.85, loss: 7, capture: 0.88, noise: 0.05)
    #expect(abs(found.volumeShare.value - 0.85) < 0.05)
    #expect(abs(found.lossWattsPerKelvin.value - 7) < 1)
    #expect(abs(found.capture.value - 0.88) < 0.005)
  }

  @Test func theUncertaintyShrinksAndHoldsTheTruth() {
    let first = StoreIdentification(PlannerSites.flats.store, capture: 0.95)
    let found = learned(share: 1.1, loss: 5, capture: 0.95, noise: 0.05)
    #expect(found.volumeShare.deviation < first.volumeShare.deviation)
    #expect(found.lossWattsPerKelvin.deviation < first.lossWattsPerKelvin.deviation)
    #expect(abs(found.volumeShare.value - 1.1) < 3 * found.volumeShare.deviation)
    #expect(abs(found.lossWattsPerKelvin.value - 5) < 3 * found.lossWattsPerKelvin.deviation)
  }

  @Test func nonsenseIsPassedOver() {
    var identification = StoreIdentification(PlannerSites.flats.store, capture: 0.95)
    for step in 0..<500 {
      identification.observe(
        StepMeasurement(serverHeat: .nan, absorbed: step % 2 == 0 ? .nan : 1e9, backup: 0, demand: 0),
        mean: 50,
        capacity: 1.7, electricity: 1, hours: 0.25)
    }
    #expect(identification.volumeShare.value == 1)
    #expect(identification.lossWattsPerKelvin.value == 4)
    #expect(identification.capture.value == 0.95)
  }
}
