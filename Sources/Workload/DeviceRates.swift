/// The most that a task may move in a second from and to each disk that holds a part of it: what blk-throttle of the kernel
/// limits (cgroup-v2.rst, `io.max`). What isn't set isn't limited.
package struct DeviceRates: Hashable, Sendable, Codable {
  /// Bytes.
  package var readBytes: UInt64?
  package var writeBytes: UInt64?
  /// Requests to the device.
  package var readOperations: UInt64?
  package var writeOperations: UInt64?

  package init(
    readBytes: UInt64? = nil, writeBytes: UInt64? = nil, readOperations: UInt64? = nil,
    writeOperations: UInt64? = nil
  ) {
    self.readBytes = readBytes
    self.writeBytes = writeBytes
    self.readOperations = readOperations
    self.writeOperations = writeOperations
  }

  package var isUnlimited: Bool { self == DeviceRates() }

  /// What both allow.
  package func limited(by other: DeviceRates) -> DeviceRates {
    func least(_ one: UInt64?, _ two: UInt64?) -> UInt64? {
      guard let one, let two else { return one ?? two }
      return min(one, two)
    }
    return DeviceRates(
      readBytes: least(readBytes, other.readBytes), writeBytes: least(writeBytes, other.writeBytes),
      readOperations: least(readOperations, other.readOperations),
      writeOperations: least(writeOperations, other.writeOperations))
  }

  /// A request that waits for seconds looks like a broken disk: no rate may be so low.
  package static let bytes: ClosedRange<UInt64> = 64 << 10...1 << 50
  package static let operations: ClosedRange<UInt64> = 10...1_000_000_000
}

extension DeviceRates {
  /// The keys `read_rate`, `write_rate`, `read_iops` and `write_iops` of limits, in bag files and in profiles.
  ///
  /// - Returns: nothing where one of them is mistaken.
  package init?(yaml: YAMLMapping) {
    func rate(_ key: String) -> UInt64?? {
      yaml.optional(key, default: UInt64?.none) { value in value.byteRate(Self.bytes).map(Optional.some) }
    }
    func operations(_ key: String) -> UInt64?? {
      yaml.optional(key, default: UInt64?.none) { value in value.integer(Self.operations).map(Optional.some) }
    }
    let readBytes = rate("read_rate")
    let writeBytes = rate("write_rate")
    let readOperations = operations("read_iops")
    let writeOperations = operations("write_iops")
    guard let readBytes, let writeBytes, let readOperations, let writeOperations else { return nil }
    self.init(
      readBytes: readBytes, writeBytes: writeBytes, readOperations: readOperations,
      writeOperations: writeOperations)
  }
}
