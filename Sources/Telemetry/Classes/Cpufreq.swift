/// A group of processors that change frequency together: `/sys/devices/system/cpu/cpufreq/policyN`.
/// Kernel doc: admin-guide/pm/cpufreq.rst.
package struct Cpufreq: Sendable, Encodable {
  package static let path = "/sys/devices/system/cpu/cpufreq"

  /// `policy0`.
  package var policy: String
  package var processors: [Int]
  package var governor: String?
  package var driver: String?
  /// In kHz, as all of these.
  package var currentKilohertz: Attribute<Int64>
  /// The limit that software has set.
  package var limitKilohertz: Int64?
  /// What the hardware can do.
  package var mostKilohertz: Int64?
  package var leastKilohertz: Int64?

  package static func all(in root: SysfsRoot) -> DeviceClass<Cpufreq> {
    .read(path, in: root, accept: { NumberedName($0)?.stem == "policy" }) { policy, path throws(SysfsError) in
      guard let related = try root.readIfPresent(path + "/related_cpus") else { return nil }
      return Cpufreq(
        policy: policy, processors: processors(related),
        governor: try? root.readIfPresent(path + "/scaling_governor"),
        driver: try? root.readIfPresent(path + "/scaling_driver"),
        currentKilohertz: Attribute { () throws(SysfsError) in try root.number(path + "/scaling_cur_freq") },
        limitKilohertz: try? root.numberIfPresent(path + "/scaling_max_freq"),
        mostKilohertz: try? root.numberIfPresent(path + "/cpuinfo_max_freq"),
        leastKilohertz: try? root.numberIfPresent(path + "/cpuinfo_min_freq"))
    }
  }

  /// This attribute has blanks between its numbers, where `online` has commas and ranges.
  static func processors(_ text: String) -> [Int] {
    text.split { $0 == " " || $0 == "," }.flatMap { CPUList.parse(String($0)) ?? [] }
  }
}
