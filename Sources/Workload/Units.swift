/// Temperature in degrees Celsius.
package struct Celsius: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
}

/// Energy in joules.
package struct Joules: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
  package init(kilowattHours: Double) { value = kilowattHours * 3_600_000 }
  package var kilowattHours: Double { value / 3_600_000 }
  /// Rounded to whole milliwatt-hours, as receipts carry it. Negative energy counts as none, and so does what is no
  /// number; what is too large counts as the most that fits.
  package var milliwattHours: UInt64 {
    let rounded = (value / 3.6).rounded()
    return rounded > 0 ? UInt64(exactly: rounded) ?? .max : 0
  }
}

/// Power in watts.
package struct Watts: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
  /// Energy of this power over a time.
  package static func * (power: Watts, time: Duration) -> Joules { Joules(power.value * time.seconds) }
}

/// Money in millionths of a euro: the ledger's unit of account.
package struct MicroEuros: Quantity {
  package var value: UInt64
  package init(_ value: UInt64) { self.value = value }
}

/// A size in bytes. People write it with a unit, binary (`64 MiB`) or decimal (`64 MB`).
package struct ByteCount: Quantity {
  package var value: UInt64
  package init(_ value: UInt64) { self.value = value }
  package static func kibibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 10) }
  package static func mebibytes(_ count: UInt64) -> ByteCount { ByteCount(count << 20) }
}

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z without leap seconds (POSIX `CLOCK_REALTIME`).
///
/// Only the edges ask the clock; everything else is given one of these.
package struct Instant: Quantity {
  package var value: Int64
  package init(_ value: Int64) { self.value = value }
  /// Whole seconds since the epoch, as receipts carry times.
  package var seconds: UInt64 { UInt64(max(0, value) / 1000) }
  package static func + (left: Instant, right: Duration) -> Instant {
    Instant(left.value + right.milliseconds)
  }
  package static func - (left: Instant, right: Instant) -> Duration {
    .milliseconds(left.value - right.value)
  }
}

extension Duration {
  /// Seconds, with the fraction.
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

  /// Whole milliseconds, rounded down.
  package var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
