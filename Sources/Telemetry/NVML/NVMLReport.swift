import Dispatch
import Synchronization
package import Workload

/// NVIDIA's GPUs, as far as their library tells.
package struct NVMLReport: Sendable, Encodable {
  package var devices: [Card]
  /// Why there are none: the library is absent, which is no error, or refused, or hangs.
  package var absence: String?

  package struct Card: Sendable, Encodable {
    /// `00000000:41:00.0`; a board names it so.
    package var bus: Attribute<String>
    package var name: Attribute<String>
    package var temperature: Attribute<Celsius>
    package var power: Attribute<Watts>
    package var busyPercent: Attribute<Int64>
    package var energy: Attribute<Joules>
  }

  /// Longer than this nobody waits: a GPU that is being reset may hold up its callers for minutes.
  private static let patience = 3

  /// Asks the library on a thread of its own, which is left behind where it hangs.
  package static func read(in root: SysfsRoot) -> NVMLReport {
    let said = Mutex<NVMLReport?>(nil)
    let box = ReportBox(said)
    let group = DispatchGroup()
    DispatchQueue(label: "samovar.nvml").async(group: group) {
      let report = ask(in: root)
      box.report.withLock { $0 = report }
    }
    let isLate = group.wait(timeout: DispatchTime.now() + .seconds(patience)) == .timedOut
    let report = isLate ? nil : box.report.withLock { $0 }
    return report
      ?? NVMLReport(
        devices: [], absence: "it has not answered for \(patience) s; see the kernel log (`dmesg`)")
  }

  private final class ReportBox: Sendable {
    let report: Mutex<NVMLReport?>
    init(_ report: consuming Mutex<NVMLReport?>) { self.report = report }
  }

  private static func ask(in root: SysfsRoot) -> NVMLReport {
    do {
      let devices = try NVMLDevice.all(try NVMLLibrary.load(try root.gpuLibrary()))
      return NVMLReport(devices: devices.map(card), absence: nil)
    } catch {
      return NVMLReport(devices: [], absence: error.said)
    }
  }

  private static func card(_ device: NVMLDevice) -> Card {
    Card(
      bus: Attribute { () throws(SysfsError) in try device.bus() },
      name: Attribute { () throws(SysfsError) in try device.name() },
      temperature: Attribute { () throws(SysfsError) in try device.temperature() },
      power: Attribute { () throws(SysfsError) in try device.power() },
      busyPercent: Attribute { () throws(SysfsError) in try device.busyPercent() },
      energy: Attribute { () throws(SysfsError) in try device.energy() })
  }
}
