/// The records of a pax extended header that bear on a layer: `LENGTH KEY=VALUE\n` each.
package struct PaxRecords: Hashable, Sendable {
  package var path: [UInt8]?
  package var linkPath: [UInt8]?
  package var size: UInt64?
  package var modified: Int64?
  /// In the archive's order: name and value.
  package var attributes: [ExtendedAttribute] = []

  package init() {}

  private static let attributePrefix = Array("SCHILY.xattr.".utf8)
  private static let sparsePrefix = Array("GNU.sparse.".utf8)

  package init(_ bytes: [UInt8]) throws(TarFault) {
    var rest = bytes[...]
    while let first = rest.first {
      // Some writers pad the last record with NULs.
      if first == 0, rest.allSatisfy({ $0 == 0 }) { return }
      try read(&rest)
    }
  }

  private mutating func read(_ rest: inout ArraySlice<UInt8>) throws(TarFault) {
    let malformed = TarFault("this is no tar archive, or it is damaged: an extended header is malformed")
    let digits = rest.prefix { $0 != UInt8(ascii: " ") }
    guard digits.count <= 8, let length = Self.decimal(digits), length <= UInt64(rest.count),
      length > UInt64(digits.count + 2)
    else { throw malformed }
    let record = rest.prefix(Int(length))
    rest = rest.dropFirst(Int(length))
    guard record.last == UInt8(ascii: "\n") else { throw malformed }
    let pair = record.dropFirst(digits.count + 1).dropLast()
    guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { throw malformed }
    let value = pair[pair.index(after: equals)...]
    try take(Array(pair[..<equals]), value, malformed)
  }

  private mutating func take(
    _ key: [UInt8], _ value: ArraySlice<UInt8>, _ malformed: TarFault
  ) throws(TarFault) {
    switch key {
    case Array("path".utf8): path = Array(value)
    case Array("linkpath".utf8): linkPath = Array(value)
    case Array("size".utf8):
      guard let number = Self.decimal(value) else { throw malformed }
      size = number
    case Array("mtime".utf8): modified = try Self.seconds(value, malformed)
    default:
      if key.starts(with: Self.sparsePrefix) {
        throw TarFault("has a sparse file's map, which layers don't use; make the archive without --sparse")
      }
      if key.starts(with: Self.attributePrefix) {
        attributes.append(
          ExtendedAttribute(name: Array(key.dropFirst(Self.attributePrefix.count)), value: Array(value)))
      }
    }
  }

  private static func decimal(_ digits: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var isEmpty = true
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      if overflowed || carried || sum > UInt64(Int64.max) { return nil }
      value = sum
      isEmpty = false
    }
    return isEmpty ? nil : value
  }

  /// Whole seconds of `[-]SECONDS[.FRACTION]`.
  private static func seconds(_ text: ArraySlice<UInt8>, _ malformed: TarFault) throws(TarFault) -> Int64 {
    let isNegative = text.first == UInt8(ascii: "-")
    let whole = text.dropFirst(isNegative ? 1 : 0).prefix { $0 != UInt8(ascii: ".") }
    guard let value = decimal(whole) else { throw malformed }
    return isNegative ? -Int64(value) : Int64(value)
  }
}

/// An extended attribute of a file, as xattr(7) names it.
package struct ExtendedAttribute: Hashable, Sendable {
  package var name: [UInt8]
  package var value: [UInt8]

  /// Whether a layer may set it. All else than `user.` is the system's own (capabilities, labels, access lists), and
  /// `user.overlay.` is how overlayfs keeps its accounts: a layer that writes those redirects directories.
  package var isKept: Bool {
    name.starts(with: "user.".utf8) && !name.starts(with: "user.overlay.".utf8) && name.count > 5
      && name.count <= LayerBounds.nameBytes && !name.contains(0)
      && value.count <= LayerBounds.attributeBytes
  }
}
