import Foundation
import TestSupport
import Testing

/// The bus of i2c-stub that Tests/vm/sensors has made: chips whose registers a test writes, under the kernel's own drivers.
struct StubBus {
  private let number: String

  /// Nothing outside of the virtual machine: no test may write to the buses of the machine that builds.
  static let here: StubBus? = ProcessInfo.processInfo.environment["SAMOVAR_VM_I2C_BUS"].map(StubBus.init)

  private init(number: String) { self.number = number }

  /// A register of two bytes, the high one first, as thermometers have them; SMBus sends the low one first.
  func set(_ chip: String, _ register: Int, highFirst value: UInt16) throws {
    try set(chip, register, lowFirst: value.byteSwapped)
  }

  /// A register of two bytes, the low one first, as PMBus has them.
  func set(_ chip: String, _ register: Int, lowFirst value: UInt16) throws {
    try i2cset([chip, "\(register)", "\(value)", "w"])
  }

  func set(_ chip: String, _ register: Int, byte value: UInt8) throws {
    try i2cset([chip, "\(register)", "\(value)", "b"])
  }

  /// The driver lets go of the chip, as when its cable is pulled.
  func remove(_ chip: String) throws { try write(chip, to: "delete_device") }

  func add(_ driver: String, _ chip: String) throws { try write("\(driver) \(chip)", to: "new_device") }

  private func write(_ text: String, to attribute: String) throws {
    // An attribute of sysfs takes a whole value in one write, and can't be replaced as a file can.
    let file = try FileHandle(
      forWritingTo: URL(filePath: "/sys/bus/i2c/devices/i2c-\(number)/\(attribute)"))
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private func i2cset(_ arguments: [String]) throws {
    // Forced, since the driver holds the chip.
    let said = try Printed.run("/usr/sbin/i2cset", ["-f", "-y", number] + arguments)
    try #require(said.status == 0, "i2cset \(arguments): \(said.errors)")
  }
}
