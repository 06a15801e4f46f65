package import Scheduling
package import Workload

/// A boiler site in motion: tank, taps, server loop and backup heater. Pure: the same steps give the same
/// state.
package struct BoilerPlant: Hashable, Sendable, Codable {
  package let site: BoilerSite
  package private(set) var tank: StratifiedTank
  /// Seconds since the midnight before the start.
  package private(set) var clock: Double
  package private(set) var totals = BoilerTotals()
  package private(set) var isBackupOn = false
  /// What the loop brings to the tank.
  package private(set) var coolant: Celsius
  /// Of the last step, for the sensors.
  package private(set) var serverPower = Watts.zero
  package private(set) var drawPower = Watts.zero

  /// - Parameter startsAt: seconds since midnight.
  package init(site: BoilerSite, initial: Celsius, startsAt: Double = 0) {
    self.site = site
    tank = StratifiedTank(volumes: site.volumes, temperature: initial)
    clock = startsAt
    coolant = initial
  }

  /// The longest step of the physics: a thermostat and a tap don't change much in it.
  static let longestStep = 60.0

  /// Lets time pass with the servers at one power.
  ///
  /// - Parameters:
  ///   - seconds: simulated; cut into steps of at most 60 s.
  ///   - serverPower: electrical, of all servers.
  package mutating func advance(seconds: Double, serverPower: Watts) {
    guard seconds > 0 else { return }
    self.serverPower = Watts(max(0, serverPower.value))
    let steps = (seconds / Self.longestStep).rounded(.up)
    let start = clock
    for step in 1...Int(steps) {
      // By multiplication, so that many steps end where one long one would.
      advance(to: start + seconds * Double(step) / steps)
    }
  }

  private mutating func advance(to next: Double) {
    let seconds = next - clock
    runTaps(until: next)
    runLoop(seconds)
    runBackup(seconds)
    totals.standingLoss += tank.lose(
      to: site.ambient, wattsPerKelvin: site.lossWattsPerKelvin, seconds: seconds)
    tank.mix()
    clock = next
  }

  // MARK: Taps

  private mutating func runTaps(until next: Double) {
    let parts = site.drawOffs.parts(from: clock, to: next)
    drawPower = Watts(parts.reduce(0) { $0 + $1.energy.value } / (next - clock))
    var isCold = false
    for part in parts {
      let missing = tap(part)
      totals.unmet += missing
      if missing > .zero { isCold = true }
    }
    if isCold { totals.coldSeconds += next - clock }
  }

  /// A mixing valve adds cold water to what leaves the top, so that a hotter tank gives less of it. A colder
  /// one gives the tap's whole flow unmixed, and less heat than was asked for.
  ///
  /// - Returns: heat that is missing.
  private mutating func tap(_ part: DrawOffs.Part) -> Joules {
    let cold = site.drawOffs.cold
    var left = part.energy.value
    var missing = 0.0
    while left > 0 {
      let share = left
      let lift = tank.top.value - cold.value
      let tapLift = max(1, part.temperature.value - cold.value)
      let most = tank.smallestLayer
      let perLitre = StratifiedTank.joulesPerLitreKelvin
      // Litres of the tank for a joule asked for: all of the tap's flow where the tank is too cold to mix.
      let litresPerJoule = 1 / (perLitre * max(lift, tapLift))
      let litres = min(most, share * litresPerJoule)
      let asked = litres < most ? share : litres / litresPerJoule
      let taken = tank.draw(litres: litres, entering: cold)
      totals.drawn += taken
      if lift < tapLift { missing += asked - taken.value }
      left -= asked
    }
    return Joules(max(0, missing))
  }

  // MARK: Server loop

  private mutating func runLoop(_ seconds: Double) {
    let electric = serverPower * .seconds(seconds)
    let captured = electric.value * site.capture
    totals.electric += electric
    totals.uncaptured += Joules(electric.value - captured)
    guard captured > 0 else { return }
    let absorbed = circulate(captured, seconds)
    totals.delivered += Joules(absorbed)
    totals.dumped += Joules(captured - absorbed)
  }

  /// - Returns: what the tank took of it.
  private mutating func circulate(_ heat: Double, _ seconds: Double) -> Double {
    let perLitre = StratifiedTank.joulesPerLitreKelvin
    let mostLitres = site.mostLitresPerMinute / 60 * seconds
    var absorbed = 0.0
    var left = heat
    var litresLeft = mostLitres
    while left > heat * 1e-12, litresLeft > 0 {
      let room = site.hottestCoolant.value - tank.bottom.value
      guard room > 0 else { break }
      // As slow as gives the wanted temperature; where the bottom is already that warm, as little above it as
      // can be.
      let rise = min(room, max(Self.leastRise, site.charge.value - tank.bottom.value))
      let wanted = left / (perLitre * rise)
      let litres = min(wanted, litresLeft, tank.smallestLayer)
      let taken = min(left, litres * perLitre * (litres < wanted && litres == litresLeft ? room : rise))
      let hot = Celsius(tank.bottom.value + taken / (litres * perLitre))
      tank.circulate(litres: litres, returningAt: hot)
      coolant = hot
      absorbed += taken
      left -= taken
      litresLeft -= litres
    }
    if absorbed == 0 { coolant = min(site.hottestCoolant, max(coolant, tank.bottom)) }
    return absorbed
  }

  private static let leastRise = 0.5

  // MARK: Backup heater

  private mutating func runBackup(_ seconds: Double) {
    let layer = max(0, tank.temperatures.count - 2)
    let sensed = tank.temperatures[layer].value
    let heater = site.backup
    isBackupOn = sensed < heater.onBelow.value + (isBackupOn ? heater.bandKelvin : 0)
    guard isBackupOn else { return }
    let energy = heater.power * .seconds(seconds)
    tank.heat(layer: layer, by: energy)
    totals.backup += energy
  }
}
