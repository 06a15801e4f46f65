import Workload

/// Reads a zone of the time zone database as the system has it: RFC 8536, versions 2 to 4.
enum ZoneFile {
  /// Where distributions put it.
  static let directory = "/usr/share/zoneinfo"

  /// Nothing where there is no such zone, or its file is not understood.
  ///
  /// - Parameter name: `Europe/Paris`.
  static func clock(_ name: String, in directory: String = directory) -> LocalClock? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
      let bytes = try? LocalFile.read(directory + "/" + name, limit: .kibibytes(256))
    else { return nil }
    return parse(bytes, name: name)
  }

  static func parse(_ bytes: [UInt8], name: String) -> LocalClock? {
    guard let old = Header(bytes, at: 0), old.version >= UInt8(ascii: "2"),
      let header = Header(bytes, at: Header.size + old.bodySize(timeSize: 4))
    else { return nil }
    let times = Header.size * 2 + old.bodySize(timeSize: 4)
    let indices = times + header.timeCount * 8
    let types = indices + header.timeCount
    let end = times + header.bodySize(timeSize: 8)
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\n"), header.typeCount > 0 else { return nil }
    func offset(ofType type: Int) -> Int {
      Int(Int32(truncatingIfNeeded: bigEndian(bytes[(types + type * 6)..<(types + type * 6 + 4)])))
    }
    var transitions: [LocalClock.Transition] = []
    for index in 0..<header.timeCount {
      let type = Int(bytes[indices + index])
      guard type < header.typeCount else { return nil }
      let second = Int64(bitPattern: bigEndian(bytes[(times + index * 8)..<(times + index * 8 + 8)]))
      transitions.append(LocalClock.Transition(second: second, secondsEast: offset(ofType: type)))
    }
    guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0.second < $1.second }) else { return nil }
    guard bytes.last == UInt8(ascii: "\n"), end < bytes.count - 1 else { return nil }
    let footer = String(decoding: bytes[(end + 1)...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    let rule = DaylightRule(footer)
    // A zone with a footer that is not understood would be wrong after its table.
    guard rule != nil || footer.isEmpty else { return nil }
    return LocalClock(name: name, first: offset(ofType: 0), transitions: transitions, rule: rule)
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private struct Header {
    static let size = 44
    let version: UInt8
    let utcCount, standardCount, leapCount, timeCount, typeCount, nameSize: Int

    init?(_ bytes: [UInt8], at start: Int) {
      guard bytes.count >= start + Self.size, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else {
        return nil
      }
      version = bytes[start + 4]
      let counts = (0..<6).map { index in
        Int(ZoneFile.bigEndian(bytes[(start + 20 + index * 4)..<(start + 24 + index * 4)]))
      }
      guard counts.allSatisfy({ $0 < 1 << 16 }) else { return nil }
      (utcCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
      (timeCount, typeCount, nameSize) = (counts[3], counts[4], counts[5])
    }

    func bodySize(timeSize: Int) -> Int {
      timeCount * (timeSize + 1) + typeCount * 6 + nameSize + leapCount * (timeSize + 4) + standardCount
        + utcCount
    }
  }
}
