/// Writes tar archives byte by byte, so that a test can lie in any field.
struct TarWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add(
    _ name: String, kind: Character = "0", content: [UInt8] = [], mode: UInt32 = 0o644, link: String = "",
    size: UInt64? = nil, modified: UInt64 = 1_600_000_000
  ) {
    var block = [UInt8](repeating: 0, count: 512)
    put(Array(name.utf8.prefix(100)), at: 0, in: &block)
    put(octal(UInt64(mode), 7), at: 100, in: &block)
    put(octal(1000, 7), at: 108, in: &block)
    put(octal(1000, 7), at: 116, in: &block)
    put(octal(size ?? UInt64(content.count), 11), at: 124, in: &block)
    put(octal(modified, 11), at: 136, in: &block)
    put(Array("        ".utf8), at: 148, in: &block)
    block[156] = kind.asciiValue ?? 0
    put(Array(link.utf8.prefix(100)), at: 157, in: &block)
    put(Array("ustar\0".utf8) + Array("00".utf8), at: 257, in: &block)
    let sum = block.reduce(UInt64(0)) { $0 + UInt64($1) }
    put(octal(sum, 6) + [0, 0x20], at: 148, in: &block)
    bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  mutating func addDirectory(_ name: String, mode: UInt32 = 0o755) { add(name, kind: "5", mode: mode) }
  mutating func addLink(_ name: String, to target: String) { add(name, kind: "2", link: target) }
  mutating func addHardLink(_ name: String, to target: String) { add(name, kind: "1", link: target) }

  /// Records for the next entry.
  mutating func addExtendedHeader(_ records: [(String, [UInt8])], kind: Character = "x") {
    var content: [UInt8] = []
    for (key, value) in records {
      let rest = Array(" \(key)=".utf8) + value + [10]
      var length = rest.count + 1
      while "\(length)".utf8.count + rest.count != length { length += 1 }
      content += Array("\(length)".utf8) + rest
    }
    add("PaxHeader", kind: kind, content: content)
  }

  /// The whole archive, with its end.
  var archive: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  private func octal(_ value: UInt64, _ width: Int) -> [UInt8] {
    let digits = String(value, radix: 8)
    return Array((String(repeating: "0", count: max(0, width - digits.count)) + digits).utf8)
  }

  private func put(_ field: [UInt8], at offset: Int, in block: inout [UInt8]) {
    for (index, byte) in field.enumerated() { block[offset + index] = byte }
  }
}
