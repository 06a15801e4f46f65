/// A list of processor numbers as the kernel prints it: `0-3,8`. Kernel doc: admin-guide/cputopology.rst.
package enum CPUList {
  /// Greatest processor number that is believed; NR_CPUS is at most 8192.
  package static let greatest = 8191

  /// Numbers in rising order; nothing where the text is no such list. An empty text is an empty list.
  package static func parse(_ text: String) -> [Int]? {
    if text.isEmpty { return [] }
    var numbers: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(number)
      guard let first = ends[0], let last = ends[ends.count - 1], first <= last, last <= greatest else {
        return nil
      }
      numbers.formUnion(first...last)
    }
    return numbers.sorted()
  }

  /// The kernel's form of a set of numbers.
  package static func format(_ numbers: some Sequence<Int>) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in Set(numbers).sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }
}

/// Processors and how they share cores and packages: `/sys/devices/system/cpu`.
package struct CPUTopology: Sendable {
  static let path = "/sys/devices/system/cpu"

  /// Where a processor sits. Processors of one location are threads of one core.
  package struct Location: Hashable, Sendable, Encodable {
    package var package: Int
    package var die: Int
    package var core: Int
  }

  /// Numbers of the processors that are online.
  package var online: [Int]
  /// Location of each processor that is online, as far as the kernel tells.
  package var locations: [Int: Location]
  /// Whether hardware threads share cores; nothing where the kernel doesn't tell.
  package var hasSiblings: Bool?
  package var faults: [SysfsError]

  package static func read(in root: SysfsRoot) -> CPUTopology {
    var topology = CPUTopology(online: [], locations: [:], hasSiblings: nil, faults: [])
    do { topology.online = try online(in: root) } catch { topology.faults.append(error) }
    for number in topology.online {
      do {
        if let location = try location(of: number, in: root) { topology.locations[number] = location }
      } catch { topology.faults.append(error) }
    }
    do {
      topology.hasSiblings = try root.numberIfPresent(path + "/smt/active").map { $0 == 1 }
    } catch { topology.faults.append(error) }
    return topology
  }

  /// Distinct cores; a processor that the kernel tells nothing about is a core of its own.
  package var coreCount: Int { Set(locations.values).count + online.count { locations[$0] == nil } }

  /// Distinct packages; one where there is a processor but the kernel tells nothing.
  package var packageCount: Int {
    max(Set(locations.values.map(\.package)).count, online.isEmpty ? 0 : 1)
  }

  /// The first processor of each core: one a core, for work that gains nothing from a sibling thread.
  package var firstOfEachCore: [Int] {
    var seen: Set<Location> = []
    return online.filter { number in locations[number].map { seen.insert($0).inserted } ?? true }
  }

  private static func online(in root: SysfsRoot) throws(SysfsError) -> [Int] {
    let list = path + "/online"
    if let text = try root.readIfPresent(list) {
      if let numbers = CPUList.parse(text) { return numbers }
      throw SysfsError(.parse, root.hostPath(list), .malformed(text: text, expected: "a list such as 0-3,8"))
    }
    // A kernel without hotplug has no such file: every cpuN is online.
    return (try root.entriesIfPresent(path) ?? []).compactMap { name in
      NumberedName(name).flatMap { $0.stem == "cpu" ? $0.number : nil }
    }
  }

  private static func location(of number: Int, in root: SysfsRoot) throws(SysfsError) -> Location? {
    let topology = "\(path)/cpu\(number)/topology"
    guard let core = try root.numberIfPresent(topology + "/core_id") else { return nil }
    // Without them, or at -1 ("unknown"), all is one package or one die.
    let package = try root.numberIfPresent(topology + "/physical_package_id") ?? 0
    let die = try root.numberIfPresent(topology + "/die_id") ?? 0
    return Location(
      package: max(0, Int(clamping: package)), die: max(0, Int(clamping: die)), core: Int(clamping: core))
  }
}
