import Workload

/// What the kernel shows of a DS18B20 at 12 bits. Maxim's data sheet; kernel doc: w1/slaves/w1_therm.rst.
struct DS18B20 {
  /// The nine bytes of the scratchpad.
  private let scratchpad: [UInt8]
  private let millidegrees: Int
  private let isChecksumRight: Bool

  /// A conversion: sixteenths of a degree.
  init(_ temperature: Celsius) {
    self.init(sixteenths: Int((max(-55, min(125, temperature.value)) * 16).rounded()), isChecksumRight: true)
  }

  /// From power-on until the first conversion: +85 °C.
  static let atPowerOn = DS18B20(sixteenths: 85 * 16, isChecksumRight: true)

  private init(sixteenths: Int, isChecksumRight: Bool) {
    let raw = UInt16(bitPattern: Int16(sixteenths))
    // Alarms at 75 and 70, 12 bits, reserved bytes as the chip has them: 0x10 less the sixteenths in byte 6.
    let bytes: [UInt8] = [
      UInt8(raw & 0xFF), UInt8(raw >> 8), 0x4B, 0x46, 0x7F, 0xFF, 0x10 - UInt8(raw & 0xF), 0x10,
    ]
    scratchpad = bytes + [Self.checksum(bytes)]
    millidegrees = sixteenths * 1000 / 16
    self.isChecksumRight = isChecksumRight
  }

  /// The same with an answer that was disturbed on the wire.
  var disturbed: DS18B20 {
    DS18B20(sixteenths: millidegrees * 16 / 1000, isChecksumRight: false)
  }

  /// `temperature`: millidegrees.
  var temperature: String { "\(millidegrees)\n" }

  /// `w1_slave`: the bytes with the checksum's verdict, and again with the value.
  var slave: String {
    let bytes = scratchpad.map { Hex.encode([$0]) }.joined(separator: " ")
    let last = Hex.encode([scratchpad[8]])
    return "\(bytes) : crc=\(last) \(isChecksumRight ? "YES" : "NO")\n\(bytes) t=\(millidegrees)\n"
  }

  /// CRC-8 of Dallas Semiconductor, polynomial x⁸ + x⁵ + x⁴ + 1, least bit first: Maxim application note 27.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt8 {
    bytes.reduce(0) { sum, byte in
      (0..<8).reduce(sum ^ byte) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x8C : value >> 1 }
    }
  }
}
