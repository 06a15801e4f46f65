import Workload

/// One GPU of the library.
struct NVMLDevice: Sendable {
  private let library: NVMLLibrary
  /// nvmlDevice_t: a pointer that only the library follows, the same for as long as it is loaded.
  private nonisolated(unsafe) let handle: NVMLLibrary.Device

  private init(_ library: NVMLLibrary, _ handle: NVMLLibrary.Device) {
    self.library = library
    self.handle = handle
  }

  enum Quantity: Sendable { case temperature, power }

  /// A GPU by its place on the PCI bus.
  static func find(_ bus: String, in root: SysfsRoot) throws(SysfsError) -> NVMLDevice {
    let library = try NVMLLibrary.load(try root.gpuLibrary())
    var handle: NVMLLibrary.Device?
    try library.check(library.byBus(bus, &handle), "nvmlDeviceGetHandleByPciBusId_v2 of \(bus)")
    return try device(handle, library)
  }

  static func all(_ library: NVMLLibrary) throws(SysfsError) -> [NVMLDevice] {
    var count: UInt32 = 0
    try library.check(library.count(&count), "nvmlDeviceGetCount_v2")
    var devices: [NVMLDevice] = []
    for index in 0..<min(count, 1024) {
      var handle: NVMLLibrary.Device?
      try library.check(library.byIndex(index, &handle), "nvmlDeviceGetHandleByIndex_v2 of \(index)")
      devices.append(try device(handle, library))
    }
    return devices
  }

  private static func device(
    _ handle: NVMLLibrary.Device?, _ library: NVMLLibrary
  ) throws(SysfsError) -> NVMLDevice {
    guard let handle else {
      throw SysfsError(.read, library.name, .library(said: "it gave no device", isTransient: false))
    }
    return NVMLDevice(library, handle)
  }

  func bound(_ quantity: Quantity) -> any BoundSensor { NVMLReading(device: self, quantity: quantity) }

  /// NVML_DEVICE_NAME_V2_BUFFER_SIZE is 96.
  func name() throws(SysfsError) -> String {
    var text = [CChar](repeating: 0, count: 96)
    try library.check(library.deviceName(handle, &text, UInt32(text.count)), "nvmlDeviceGetName")
    return Self.text(text)
  }

  /// `00000000:41:00.0`: `busId` of nvmlPciInfo_t, 32 bytes after busIdLegacy[16] and five unsigned numbers.
  func bus() throws(SysfsError) -> String {
    var bytes = [CChar](repeating: 0, count: 68)
    try library.check(library.pciInfo(handle, &bytes), "nvmlDeviceGetPciInfo_v3")
    return Self.text(Array(bytes[36...]))
  }

  /// NVML_TEMPERATURE_GPU is 0.
  func temperature() throws(SysfsError) -> Celsius {
    var degrees: UInt32 = 0
    try library.check(library.temperature(handle, 0, &degrees), "nvmlDeviceGetTemperature")
    return Celsius(Double(degrees))
  }

  func power() throws(SysfsError) -> Watts {
    var milliwatts: UInt32 = 0
    try library.check(library.power(handle, &milliwatts), "nvmlDeviceGetPowerUsage")
    return Watts(Double(milliwatts) / 1000)
  }

  /// nvmlUtilization_t: the GPU's and its memory's, in percent.
  func busyPercent() throws(SysfsError) -> Int64 {
    var rates: (gpu: UInt32, memory: UInt32) = (0, 0)
    try library.check(library.utilization(handle, &rates), "nvmlDeviceGetUtilizationRates")
    return Int64(rates.gpu)
  }

  func energy() throws(SysfsError) -> Joules {
    var millijoules: UInt64 = 0
    try library.check(library.energy(handle, &millijoules), "nvmlDeviceGetTotalEnergyConsumption")
    return Joules(Double(millijoules) / 1000)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

private struct NVMLReading: BoundSensor {
  let device: NVMLDevice
  let quantity: NVMLDevice.Quantity

  func read(at now: Instant) throws(SysfsError) -> Measured {
    switch quantity {
    case .temperature: Measured(value: try device.temperature().value, takenAt: now)
    case .power: Measured(value: try device.power().value, takenAt: now)
    }
  }
}
