import Workload

/// The bus that a 1-Wire thermometer is on. Kernel doc: w1/slaves/w1_therm.rst.
enum OneWireBus {
  /// `w1_bus_master1`, as its link resolves; one name for all where that leads to no master.
  static func name(of id: String, in root: SysfsRoot) -> String {
    let path = root.resolve(W1Therm.path + "/" + id) ?? ""
    return path.split(separator: "/").first { isMaster($0) }.map(String.init) ?? "w1"
  }

  /// Writing `trigger` to it starts a conversion in every thermometer of the bus: 750 ms for all of them, where each read
  /// alone takes that. The next read of each `temperature` gives the result.
  static func trigger(of bus: String) -> String? {
    isMaster(bus[...]) ? "\(W1Therm.path)/\(bus)/therm_bulk_read" : nil
  }

  private static func isMaster(_ name: Substring) -> Bool { NumberedName(name)?.stem == "w1_bus_master" }

  /// By `temperature`, or by `w1_slave` on kernels before 5.8, which have only that.
  static func find(_ id: String, in root: SysfsRoot) throws(SysfsError) -> any BoundSensor {
    let device = W1Therm.path + "/" + id
    guard root.isPresent(device) else {
      let present = try root.entriesIfPresent(W1Therm.path) ?? []
      throw SysfsError(
        .list, root.hostPath(W1Therm.path),
        .notFound(what: "thermometer \(id)", present: present.filter(W1Therm.isDeviceName)))
    }
    if root.isPresent(device + "/temperature") || !root.isPresent(device + "/w1_slave") {
      return ScaledAttribute(input: try OpenAttribute(device + "/temperature", in: root), scale: 1000)
    }
    return OneWireSlave(slave: try OpenAttribute(device + "/w1_slave", in: root))
  }
}
