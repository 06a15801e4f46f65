import Scheduling
import Testing
import Workload

@Suite struct TappingProfileTests {
  @Test(arguments: [
    (TappingProfile.xxs, 2.1, 20), (.xs, 2.1, 3), (.s, 2.1, 11), (.m, 5.845, 23), (.l, 11.655, 24),
    (.xl, 19.07, 30),
    (.xxl, 24.53, 30), (.threeXL, 46.76, 10), (.fourXL, 93.52, 10),
  ])
  func aDayIsTheRegulationsSum(profile: TappingProfile, kilowattHours: Double, count: Int) {
    #expect(abs(profile.energyPerDay.kilowattHours - kilowattHours) < 1e-9)
    #expect(profile.tappings.count == count)
    #expect(Set(profile.tappings.map(\.at)).count == count)
  }
}
