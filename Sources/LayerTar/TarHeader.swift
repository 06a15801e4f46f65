/// One 512-byte header of a tar archive as POSIX.1-2017 pax and GNU tar write it ("ustar Interchange Format").
package struct TarHeader: Hashable, Sendable {
  package static let size = 512

  package var name: [UInt8]
  package var mode: UInt32
  package var size: UInt64
  package var modified: Int64
  package var kind: UInt8
  package var linkName: [UInt8]

  /// Reads a header. Nothing for a block of zeros, which ends an archive.
  package init?(block: [UInt8]) throws(TarFault) {
    precondition(block.count == Self.size)
    if block.allSatisfy({ $0 == 0 }) { return nil }
    let stated = try Self.number(block[148..<156], "checksum")
    var sum: Int64 = 0
    var signedSum: Int64 = 0
    for (index, byte) in block.enumerated() {
      let counted = (148..<156).contains(index) ? 0x20 : byte
      sum += Int64(counted)
      // Sun's tar summed signed characters.
      signedSum += Int64(Int8(bitPattern: counted))
    }
    guard stated == sum || stated == signedSum else {
      throw TarFault("this is no tar archive, or it is damaged: a header's checksum doesn't fit")
    }
    let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
    name = Self.text(block[0..<100])
    // GNU's magic ends in blanks, and it keeps times where POSIX has the prefix.
    if isPOSIX {
      let prefix = Self.text(block[345..<500])
      if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    }
    mode = UInt32(truncatingIfNeeded: try Self.number(block[100..<108], "mode")) & 0o7777
    let length = try Self.number(block[124..<136], "size")
    guard length >= 0 else { throw TarFault("has a negative size", entry: name) }
    size = UInt64(length)
    modified = try Self.number(block[136..<148], "time of modification")
    kind = block[156]
    linkName = Self.text(block[157..<257])
  }

  /// Up to the first NUL.
  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

  /// Octal digits between blanks and NULs, or GNU's base 256 where the first bit is set.
  private static func number(_ field: ArraySlice<UInt8>, _ what: String) throws(TarFault) -> Int64 {
    if let first = field.first, first & 0x80 != 0 {
      var value: Int64 = first & 0x40 != 0 ? -1 : 0
      for (index, byte) in field.enumerated() {
        let bits = index == 0 ? byte & 0x7f | (first & 0x40 != 0 ? 0x80 : 0) : byte
        guard value >= Int64.min >> 8, value <= Int64.max >> 8 else {
          throw TarFault("a header's \(what) is too large")
        }
        value = value << 8 | Int64(bits)
      }
      return value
    }
    var value: Int64 = 0
    let digits = field.drop { $0 == 0x20 || $0 == 0 }.prefix { $0 != 0x20 && $0 != 0 }
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
        throw TarFault("this is no tar archive, or it is damaged: a header's \(what) is no octal number")
      }
      // Twelve octal digits fit.
      value = value << 3 | Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
