import Glibc
import Synchronization

/// NVIDIA's management library, loaded when it is first asked for: most machines have none, and neither the proprietary nor
/// the open kernel module has hwmon. Reference: NVML API Reference Guide, nvml.h.
///
/// Its functions may be called from any thread. One of them may hang while a GPU is reset, so they are called in lanes.
final class NVMLLibrary: Sendable {
  /// The lane that GPUs are read in.
  static let bus = "nvml"

  typealias Device = UnsafeMutableRawPointer
  private typealias Init = @Sendable @convention(c) () -> Int32
  private typealias ErrorString = @Sendable @convention(c) (Int32) -> UnsafePointer<CChar>?
  typealias Count = @Sendable @convention(c) (UnsafeMutablePointer<UInt32>) -> Int32
  typealias ByIndex = @Sendable @convention(c) (UInt32, UnsafeMutablePointer<Device?>) -> Int32
  typealias ByBus = @Sendable @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<Device?>) -> Int32
  typealias Text = @Sendable @convention(c) (Device, UnsafeMutablePointer<CChar>, UInt32) -> Int32
  typealias Structure = @Sendable @convention(c) (Device, UnsafeMutableRawPointer) -> Int32
  typealias Temperature = @Sendable @convention(c) (Device, Int32, UnsafeMutablePointer<UInt32>) -> Int32
  typealias Number = @Sendable @convention(c) (Device, UnsafeMutablePointer<UInt32>) -> Int32
  typealias LongNumber = @Sendable @convention(c) (Device, UnsafeMutablePointer<UInt64>) -> Int32

  let name: String
  let count: Count
  let byIndex: ByIndex
  let byBus: ByBus
  let deviceName: Text
  let pciInfo: Structure
  let temperature: Temperature
  /// In milliwatts.
  let power: Number
  let utilization: Structure
  /// In millijoules since the driver was loaded. Volta and later.
  let energy: LongNumber
  private let errorString: ErrorString

  private static let loaded = Mutex<[String: NVMLLibrary]>([:])

  /// The library of a name or path, loaded and initialised once in a process.
  ///
  /// - Throws: `.library` where it is absent or refuses; that is tried again the next time, since a driver may come later.
  static func load(_ name: String) throws(SysfsError) -> NVMLLibrary {
    if let known = loaded.withLock({ $0[name] }) { return known }
    // Not under the lock, since it may hang. Loading and initialising twice does no harm: both count references.
    let library = try NVMLLibrary(name)
    loaded.withLock { $0[name] = library }
    return library
  }

  private init(_ name: String) throws(SysfsError) {
    self.name = name
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      let said = dlerror().map { String(cString: $0) } ?? "no reason"
      throw SysfsError(.read, name, .library(said: said, isTransient: false))
    }
    func symbol<Function>(_ symbol: String, _ type: Function.Type) throws(SysfsError) -> Function {
      guard let address = dlsym(handle, symbol) else {
        throw SysfsError(.read, name, .library(said: "it has no function \(symbol)", isTransient: false))
      }
      return unsafeBitCast(address, to: type)
    }
    count = try symbol("nvmlDeviceGetCount_v2", Count.self)
    byIndex = try symbol("nvmlDeviceGetHandleByIndex_v2", ByIndex.self)
    byBus = try symbol("nvmlDeviceGetHandleByPciBusId_v2", ByBus.self)
    deviceName = try symbol("nvmlDeviceGetName", Text.self)
    pciInfo = try symbol("nvmlDeviceGetPciInfo_v3", Structure.self)
    temperature = try symbol("nvmlDeviceGetTemperature", Temperature.self)
    power = try symbol("nvmlDeviceGetPowerUsage", Number.self)
    utilization = try symbol("nvmlDeviceGetUtilizationRates", Structure.self)
    energy = try symbol("nvmlDeviceGetTotalEnergyConsumption", LongNumber.self)
    errorString = try symbol("nvmlErrorString", ErrorString.self)
    try check(try symbol("nvmlInit_v2", Init.self)(), "nvmlInit_v2")
  }

  /// nvmlReturn_t values after which the next call may well succeed: TIMEOUT, IRQ_ISSUE, IN_USE, RESET_REQUIRED.
  private static let transient: Set<Int32> = [10, 11, 16, 19]

  /// - Throws: the library's own words for anything but NVML_SUCCESS.
  func check(_ code: Int32, _ call: String) throws(SysfsError) {
    guard code != 0 else { return }
    let words = errorString(code).map { String(cString: $0) } ?? "error \(code)"
    throw SysfsError(
      .read, name,
      .library(said: "\(call): \(words)", isTransient: Self.transient.contains(code)))
  }
}
