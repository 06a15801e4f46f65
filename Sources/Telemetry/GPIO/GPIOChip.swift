import CLinux
import Glibc
import Workload

/// A GPIO chip by its character device: `/dev/gpiochipN`. Kernel doc: userspace-api/gpio/chardev.rst, version 2 of the
/// interface. The number changes from boot to boot; the chip's label stays.
struct GPIOChip {
  private let device: Descriptor
  private let path: String
  private let lines: UInt32

  /// A file descriptor that is closed with its last user.
  final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }

  /// The chip of a label, or of a name such as `gpiochip0`.
  static func find(_ wanted: String, in root: SysfsRoot) throws(SysfsError) -> GPIOChip {
    var present: [String] = []
    var failure: SysfsError?
    for entry in try root.entriesIfPresent("/dev") ?? [] where NumberedName(entry)?.stem == "gpiochip" {
      do {
        let (chip, label) = try open("/dev/" + entry, in: root)
        if label == wanted || entry == wanted { return chip }
        present.append("\(label) (\(entry))")
      } catch { failure = failure ?? error }
    }
    if let failure, present.isEmpty { throw failure }
    throw SysfsError(
      .list, root.hostPath("/dev"), .notFound(what: "GPIO chip labelled '\(wanted)'", present: present))
  }

  private static func open(
    _ path: String, in root: SysfsRoot
  ) throws(SysfsError) -> (chip: GPIOChip, label: String) {
    let host = root.hostPath(path)
    if let code = root.injectedFailure(path) { throw SysfsError(.read, host, .system(errno: code)) }
    let number = Glibc.open(host, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else { throw SysfsError(.read, host, .system(errno: errno)) }
    let device = Descriptor(number)
    var label = [CChar](repeating: 0, count: Int(SAMOVAR_GPIO_NAME_SIZE))
    var lines: UInt32 = 0
    guard samovar_gpio_chip(number, &label, &lines) == 0 else {
      throw SysfsError(.read, host, .system(errno: errno))
    }
    return (GPIOChip(device: device, path: host, lines: lines), text(label))
  }

  /// A line as an input, by its name or its offset.
  func request(_ line: String, isActiveLow: Bool) throws(SysfsError) -> any BoundSensor {
    let offset = try offset(of: line)
    let number = samovar_gpio_request_input(device.number, offset, isActiveLow ? 1 : 0, "samovar")
    guard number >= 0 else { throw SysfsError(.read, path, .system(errno: errno)) }
    return GPIOContact(line: Descriptor(number), path: "\(path) line \(line)")
  }

  private func offset(of line: String) throws(SysfsError) -> UInt32 {
    if let offset = UInt32(line), offset < lines { return offset }
    var names: [String] = []
    for offset in 0..<lines {
      var name = [CChar](repeating: 0, count: Int(SAMOVAR_GPIO_NAME_SIZE))
      guard samovar_gpio_line_name(device.number, offset, &name) == 0 else {
        throw SysfsError(.read, path, .system(errno: errno))
      }
      if Self.text(name) == line { return offset }
      names.append(Self.text(name))
    }
    throw SysfsError(
      .list, path,
      .notFound(
        what: "GPIO line '\(line)'",
        present: ["offsets 0 to \(Int(lines) - 1)"] + names.filter { !$0.isEmpty }))
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A line that is held as an input for as long as this lives.
private struct GPIOContact: BoundSensor {
  let line: GPIOChip.Descriptor
  let path: String

  func read(at now: Instant) throws(SysfsError) -> Measured {
    let level = samovar_gpio_get(line.number)
    guard level >= 0 else { throw SysfsError(.read, path, .system(errno: errno)) }
    return Measured(value: Double(level), takenAt: now)
  }
}
