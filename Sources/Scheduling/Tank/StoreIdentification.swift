/// Learns a store's loss and effective volume from its energy balance, and the servers' capture ratio, with the
/// uncertainty that each has.
///
///     absorbed + backup − demand = v · ΔE + u · (mean − ambient) · Δt
///
/// Recursive least squares over spans of some hours (Ljung, "System Identification", 1999, chapter 11), from what the
/// description says, which counts as an observation with an error of its own.
package struct StoreIdentification: Hashable, Sendable {
  /// A value with its standard deviation.
  package struct Estimate: Hashable, Sendable {
    package var value: Double
    package var deviation: Double
  }

  /// Effective volume as a share of the described one.
  package var volumeShare: Estimate { Estimate(value: share, deviation: covariance.shares.squareRoot()) }
  /// Standing loss in W/K.
  package var lossWattsPerKelvin: Estimate {
    Estimate(value: loss * 1000, deviation: covariance.losses.squareRoot() * 1000)
  }
  /// Heat in the loop for each kWh of the servers' electricity.
  package private(set) var capture: Estimate

  private var share = 1.0
  /// kW/K.
  private var loss: Double
  private var covariance: (shares: Double, cross: Double, losses: Double) {
    get { (shareVariance, crossVariance, lossVariance) }
    set { (shareVariance, crossVariance, lossVariance) = newValue }
  }
  private var shareVariance: Double
  private var crossVariance = 0.0
  private var lossVariance: Double
  private let ambient: Double
  /// The span that is being summed up.
  private var spanStart: Double?
  private var spanNet = 0.0
  private var spanKelvinHours = 0.0
  private var spanHours = 0.0

  /// Shorter spans are mostly noise of the sensors.
  static let spanLength = 6.0
  /// What the description's values may be off by.
  static let priorError = 0.15
  /// Error of a span's balance: kWh for each kWh that the store holds per kelvin (the sensors' noise), and a share of what
  /// went through.
  static let kelvinError = 0.15
  static let flowError = 0.02

  package init(_ store: StoreDescription, capture: Double) {
    loss = store.lossWattsPerKelvin / 1000
    ambient = store.ambient
    shareVariance = Self.priorError * Self.priorError
    lossVariance = (0.5 * loss) * (0.5 * loss)
    self.capture = Estimate(value: capture, deviation: 0.1 * capture)
  }

  /// Takes in a step.
  ///
  /// - Parameters:
  ///   - mean: mean temperature at the step's end, °C.
  ///   - capacity: described heat capacity of the store, kWh/K.
  ///   - electricity: of the servers in the step, kWh.
  package mutating func observe(
    _ step: StepMeasurement, mean: Double, capacity: Double, electricity: Double, hours: Double
  ) {
    if electricity > 0.01, step.serverHeat.isFinite, step.serverHeat >= 0,
      step.serverHeat <= 1.5 * electricity
    {
      observeCapture(step.serverHeat / electricity)
    }
    let net = step.absorbed + step.backup - step.demand
    guard net.isFinite, mean.isFinite else {
      spanStart = nil
      return
    }
    guard let start = spanStart else { return beginSpan(mean) }
    spanNet += net
    spanKelvinHours += (mean - ambient) * hours
    spanHours += hours
    guard spanHours >= Self.spanLength else { return }
    let flow = abs(step.absorbed) + abs(step.backup) + abs(step.demand)
    let error = Self.kelvinError * capacity + Self.flowError * flow * spanHours / hours
    fit(
      net: spanNet, change: (mean - start) * capacity, kelvinHours: spanKelvinHours, variance: error * error)
    beginSpan(mean)
  }

  private mutating func beginSpan(_ mean: Double) {
    (spanStart, spanNet, spanKelvinHours, spanHours) = (mean, 0, 0, 0)
  }

  private mutating func observeCapture(_ ratio: Double) {
    // A meter's step has an error of five per cent; old observations fade, so that the deviation has a floor.
    let noise = 0.05 * 0.05
    let variance = capture.deviation * capture.deviation + 1e-7
    let gain = variance / (variance + noise)
    capture = Estimate(
      value: capture.value + gain * (ratio - capture.value), deviation: ((1 - gain) * variance).squareRoot())
  }

  private mutating func fit(net: Double, change: Double, kelvinHours: Double, variance: Double) {
    let (p, q, r) = covariance
    let spread = (p * change + q * kelvinHours, q * change + r * kelvinHours)
    let total = change * spread.0 + kelvinHours * spread.1 + variance
    guard total > 0 else { return }
    let residual = net - share * change - loss * kelvinHours
    // What is off by more than four standard deviations was no balance: a valve, a leak, a meter that stood still.
    guard residual * residual < 16 * total else { return }
    let gain = (spread.0 / total, spread.1 / total)
    share = min(1.5, max(0.5, share + gain.0 * residual))
    loss = max(0, loss + gain.1 * residual)
    covariance = (p - gain.0 * spread.0, q - gain.0 * spread.1, r - gain.1 * spread.1)
  }
}
