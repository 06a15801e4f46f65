private import Glibc
internal import LayerTar
internal import Workload

/// The layout that a tar archive holds, taken apart into a directory. Only the three names that a layout has are taken,
/// and only as regular files: nothing in the archive decides on a path.
struct LayoutArchive {
  let file: String

  func unpack(into directory: String) throws(ImageError) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(FileError("open", file, code: errno)) }
    defer { close(descriptor) }
    try filing { () throws(FileError) in try LocalFile.makeDirectory("\(directory)/blobs/sha256") }
    var reader = TarReader(FileSource(descriptor: descriptor, file: file))
    var entries = 0
    while let entry = try reader.next() {
      entries += 1
      guard entries <= Self.mostEntries else {
        throw .refused("\(file) has more than \(Self.mostEntries) entries")
      }
      guard entry.kind == .file, let name = Self.name(entry.name) else { continue }
      try copy(&reader, to: "\(directory)/\(name)")
    }
  }

  private static let mostEntries = 10_000

  /// The name in the layout, where it is one.
  private static func name(_ bytes: [UInt8]) -> String? {
    var text = String(decoding: bytes, as: UTF8.self)[...]
    while text.hasPrefix("./") { text = text.dropFirst(2) }
    if text == "oci-layout" || text == "index.json" { return String(text) }
    guard text.hasPrefix("blobs/sha256/"),
      let digest = ContentDigest("sha256:\(text.dropFirst("blobs/sha256/".count))")
    else { return nil }
    return "blobs/sha256/\(digest.sha256.hex)"
  }

  private func copy(_ reader: inout TarReader<FileSource>, to path: String) throws(ImageError) {
    let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw .file(FileError("create", path, code: errno)) }
    defer { close(target) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try reader.read(into: buffer)
      if count == 0 { return }
      try filing { () throws(FileError) in
        try LocalFile.write(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)), to: target, named: path)
      }
    }
  }
}

/// Bytes of a plain tar archive.
private struct FileSource: TarSource {
  let descriptor: Int32
  let file: String

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImageError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      let code = errno
      if code != EINTR { throw .file(FileError("read", file, code: code)) }
    }
  }

  static func failure(_ fault: TarFault) -> ImageError {
    .untrue("the archive can't be read as a layout: \(fault)")
  }
}
