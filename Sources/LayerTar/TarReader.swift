/// One file of an archive, with what extended headers said of it.
package struct TarEntry: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file, directory, symbolicLink, hardLink
    /// A device, a FIFO or a socket: something that no batch task needs.
    case special
  }
  package var kind: Kind
  /// As the archive has it.
  package var name: [UInt8]
  package var linkName: [UInt8]
  /// Of the content that follows; 0 but for files.
  package var size: UInt64
  /// `st_mode & 0o7777`.
  package var mode: UInt32
  /// Seconds since 1970.
  package var modified: Int64
  package var attributes: [ExtendedAttribute]
}

/// Reads an archive from a source of bytes: headers, extended headers and content, with a bound on each.
package struct TarReader<Source: TarSource> {
  private var source: Source
  /// Content and padding that stand before the next header.
  private var content: UInt64 = 0
  private var padding: UInt64 = 0

  package init(_ source: consuming Source) { self.source = source }

  /// The next entry, or nothing at the archive's end. What wasn't read of the content before is skipped.
  package mutating func next() throws(Source.Failure) -> TarEntry? {
    var extended = PaxRecords()
    var longName: [UInt8]?
    var longLink: [UInt8]?
    var extensions = 0
    while true {
      try skip()
      guard let block = try block() else {
        if extensions > 0 { throw Source.failure(TarFault("the archive ends after an extended header")) }
        return nil
      }
      let header: TarHeader
      do throws(TarFault) {
        guard let read = try TarHeader(block: block) else {
          if extensions > 0 { throw TarFault("the archive ends after an extended header") }
          return nil
        }
        header = read
        guard header.size <= UInt64(Int64.max) - 512 else {
          throw TarFault("has no possible size", entry: header.name)
        }
      } catch {
        throw Source.failure(error)
      }
      switch header.kind {
      case UInt8(ascii: "x"):
        extended = try records(of: header)
      case UInt8(ascii: "g"):
        let records = try records(of: header)
        guard records.path == nil, records.linkPath == nil, records.size == nil, records.attributes.isEmpty
        else {
          throw Source.failure(
            TarFault("the archive has a global header that renames or resizes files, which layers don't use"))
        }
      case UInt8(ascii: "L"):
        longName = try payload(of: header).split(separator: 0).first.map(Array.init) ?? []
      case UInt8(ascii: "K"):
        longLink = try payload(of: header).split(separator: 0).first.map(Array.init) ?? []
      default:
        return try entry(header, extended, longName, longLink)
      }
      extensions += 1
      // GNU and pax writers need three at the most; more is an archive that never comes to the point.
      guard extensions <= 16 else {
        throw Source.failure(TarFault("one entry has more than 16 extended headers"))
      }
    }
  }

  /// Reads some of the entry's content into `buffer`; 0 at its end.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Source.Failure) -> Int {
    guard content > 0 else { return 0 }
    let wanted = UnsafeMutableRawBufferPointer(
      rebasing: buffer.prefix(Int(min(content, UInt64(buffer.count)))))
    let count = try source.read(into: wanted)
    guard count > 0 else { throw Source.failure(TarFault("the archive is cut off within a file")) }
    content -= UInt64(count)
    return count
  }

  /// Reads what is left behind the archive's end, since the archive's digest is over all of it.
  package mutating func drain() throws(Source.Failure) {
    try withScratch { scratch, reader throws(Source.Failure) in
      while try reader.source.read(into: scratch) > 0 {}
    }
  }

  /// Gives the source back, to ask it what it saw.
  package consuming func finish() -> Source { source }

  private mutating func entry(
    _ header: TarHeader, _ extended: PaxRecords, _ longName: [UInt8]?, _ longLink: [UInt8]?
  ) throws(Source.Failure) -> TarEntry {
    let name = extended.path ?? longName ?? header.name
    let kind: TarEntry.Kind
    switch header.kind {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
      // Before POSIX a directory was a file whose name ends in a slash.
      kind = header.kind == 0 && name.last == UInt8(ascii: "/") ? .directory : .file
    case UInt8(ascii: "1"): kind = .hardLink
    case UInt8(ascii: "2"): kind = .symbolicLink
    case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): kind = .special
    case UInt8(ascii: "5"): kind = .directory
    case UInt8(ascii: "S"):
      throw Source.failure(
        TarFault("is a sparse file, which layers don't use; make the archive without --sparse", entry: name))
    default:
      let shown = TarFault.printable([header.kind])
      throw Source.failure(TarFault("is of the unknown kind '\(shown)'", entry: name))
    }
    let size = extended.size ?? header.size
    guard size <= UInt64(Int64.max) - 512 else {
      throw Source.failure(TarFault("has no possible size", entry: name))
    }
    if kind == .file {
      content = size
      padding = Self.padding(size)
    }
    // Links and directories have no content: old writers gave them the size of what they name.
    return TarEntry(
      kind: kind, name: name, linkName: extended.linkPath ?? longLink ?? header.linkName,
      size: kind == .file ? size : 0, mode: header.mode, modified: extended.modified ?? header.modified,
      attributes: extended.attributes)
  }

  private mutating func records(of header: TarHeader) throws(Source.Failure) -> PaxRecords {
    let bytes = try payload(of: header)
    do throws(TarFault) { return try PaxRecords(bytes) } catch { throw Source.failure(error) }
  }

  /// The content of a header that speaks of the next one.
  private mutating func payload(of header: TarHeader) throws(Source.Failure) -> [UInt8] {
    guard header.size <= LayerBounds.extendedHeaderBytes else {
      throw Source.failure(
        TarFault(
          "an extended header has \(header.size) bytes; \(LayerBounds.extendedHeaderBytes) is the most"))
    }
    content = header.size
    padding = Self.padding(header.size)
    var bytes = [UInt8](repeating: 0, count: Int(header.size))
    try fill(&bytes)
    content = 0
    return bytes
  }

  private static func padding(_ size: UInt64) -> UInt64 { (512 - size % 512) % 512 }

  private mutating func skip() throws(Source.Failure) {
    var left = content + padding
    content = 0
    padding = 0
    guard left > 0 else { return }
    try withScratch { scratch, reader throws(Source.Failure) in
      while left > 0 {
        let wanted = UnsafeMutableRawBufferPointer(
          rebasing: scratch.prefix(Int(min(left, UInt64(scratch.count)))))
        let count = try reader.source.read(into: wanted)
        guard count > 0 else { throw Source.failure(TarFault("the archive is cut off within a file")) }
        left -= UInt64(count)
      }
    }
  }

  /// A whole block, or nothing where the archive ends before it: some writers leave the two blocks of zeros out.
  private mutating func block() throws(Source.Failure) -> [UInt8]? {
    var block = [UInt8](repeating: 0, count: TarHeader.size)
    return try fill(&block, mayBeAbsent: true) ? block : nil
  }

  @discardableResult
  private mutating func fill(_ bytes: inout [UInt8], mayBeAbsent: Bool = false) throws(Source.Failure) -> Bool
  {
    var filled = 0
    while filled < bytes.count {
      var count = 0
      var failure: Source.Failure?
      bytes.withUnsafeMutableBytes { buffer in
        do throws(Source.Failure) {
          count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.dropFirst(filled)))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if count == 0 {
        if filled == 0 && mayBeAbsent { return false }
        throw Source.failure(TarFault("the archive is cut off within a header"))
      }
      filled += count
    }
    return true
  }

  private mutating func withScratch(
    _ body: (UnsafeMutableRawBufferPointer, inout Self) throws(Source.Failure) -> Void
  ) throws(Source.Failure) {
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { scratch.deallocate() }
    try body(scratch, &self)
  }
}

/// Where an archive's bytes come from.
package protocol TarSource {
  associatedtype Failure: Error
  /// Reads some bytes; 0 at the end, and for an empty buffer.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  /// The error for an archive that is refused.
  static func failure(_ fault: TarFault) -> Failure
}
