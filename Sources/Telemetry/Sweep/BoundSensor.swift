import Workload

/// A value in the unit of its quantity, and when it was measured.
struct Measured: Sendable {
  var value: Double
  var takenAt: Instant
}

/// A sensor that was found: what it takes to read it once more. Reading may block for as long as its bus does.
protocol BoundSensor: Sendable {
  /// - Throws: ENODEV or ENOENT where it must be found anew.
  func read(at now: Instant) throws(SysfsError) -> Measured
}

/// A whole number in a thousandth or millionth of the unit, as hwmon, thermal zones and w1_therm have it, perhaps with a
/// `_fault` attribute beside it.
struct ScaledAttribute: BoundSensor {
  let input: OpenAttribute
  var fault: OpenAttribute?
  let scale: Double

  func read(at now: Instant) throws(SysfsError) -> Measured {
    if let fault, (try? fault.number()) == 1 { throw input.refusal(.flagged) }
    return Measured(value: Double(try input.number()) / scale, takenAt: now)
  }
}

/// An IIO channel: (raw + offset) · scale / 1000. Kernel doc: ABI/testing/sysfs-bus-iio.
struct ConverterChannel: BoundSensor {
  let raw: OpenAttribute
  var offset: OpenAttribute?
  var scale: OpenAttribute?

  func read(at now: Instant) throws(SysfsError) -> Measured {
    let number = try raw.decimal()
    let celsius = (number + (try offset?.decimal() ?? 0)) * (try scale?.decimal() ?? 1) / 1000
    guard celsius.isFinite else { throw raw.malformed("\(number)", expected: "a temperature") }
    return Measured(value: celsius, takenAt: now)
  }
}

/// A file that a bridge writes; the value is as old as the file.
struct DatedFile: BoundSensor {
  let file: OpenAttribute
  let scale: Double
  /// Of the value; what lies below is no such quantity.
  var least = -Double.infinity
  let expected: String

  func read(at now: Instant) throws(SysfsError) -> Measured {
    let value = try file.decimal()
    guard value >= least else { throw file.malformed("\(value)", expected: expected) }
    return Measured(value: value / scale, takenAt: try file.modified())
  }
}

/// `w1_slave` of kernels before 5.8, which have no `temperature`.
struct OneWireSlave: BoundSensor {
  let slave: OpenAttribute

  func read(at now: Instant) throws(SysfsError) -> Measured {
    let text = try slave.text()
    switch W1Therm.parseSlave(text) {
    case .millidegrees(let value): return Measured(value: Double(value) / 1000, takenAt: now)
    case .wrongChecksum: throw slave.refusal(.checksum(text: W1Therm.firstLine(text)))
    case .malformed:
      throw slave.malformed(W1Therm.firstLine(text), expected: "two lines with crc= and t=")
    }
  }
}

/// Of several channels of one chip the greatest: a package with a thermometer on each chiplet.
struct Greatest: BoundSensor {
  let sensors: [any BoundSensor]

  /// One that fails is passed over while another is there; if none is, the first says why.
  func read(at now: Instant) throws(SysfsError) -> Measured {
    var greatest: Measured?
    var failure: SysfsError?
    for sensor in sensors {
      do {
        let measured = try sensor.read(at: now)
        if measured.value > greatest?.value ?? -.infinity { greatest = measured }
      } catch { failure = failure ?? error }
    }
    if let greatest { return greatest }
    throw failure ?? SysfsError(.list, Hwmon.path, .notFound(what: "channel", present: []))
  }
}

/// The sum of several meters, such as the supplies of one machine: all of them, or nothing.
struct Sum: BoundSensor {
  let sensors: [any BoundSensor]

  func read(at now: Instant) throws(SysfsError) -> Measured {
    var sum = Measured(value: 0, takenAt: now)
    for sensor in sensors {
      let measured = try sensor.read(at: now)
      sum.value += measured.value
      sum.takenAt = min(sum.takenAt, measured.takenAt)
    }
    return sum
  }
}
