internal import Glibc
internal import Workload

/// Small files of the kernel's filesystems, read and written whole.
enum HostFile {
  /// Nothing where it can't be read or is larger.
  static func read(_ path: String, limit: ByteCount = .mebibytes(16)) -> [UInt8]? {
    try? LocalFile.read(path, limit: limit)
  }

  /// Without white space at its ends; nothing where it can't be read.
  static func text(_ path: String) -> String? {
    guard let bytes = read(path) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let end = text.lastIndex { !$0.isWhitespace }
    return end.map { String(text[...$0].drop { $0.isWhitespace }) } ?? ""
  }

  /// The number of the line `KEY NUMBER`, as in memory.events or cpu.stat.
  static func number(_ key: String, in path: String) -> UInt64? {
    guard let text = text(path) else { return nil }
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count == 2, fields[0] == key { return UInt64(fields[1]) }
    }
    return nil
  }

  static func number(_ path: String) -> UInt64? { text(path).flatMap { UInt64($0) } }

  /// 0, or errno.
  static func write(_ text: String, to path: String) -> Int32 {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return errno }
    defer { close(file) }
    let bytes = Array(text.utf8)
    return Glibc.write(file, bytes, bytes.count) < 0 ? errno : 0
  }

  /// What a symbolic link points to; nothing where that can't be read.
  static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func exists(_ path: String) -> Bool { LocalFile.exists(path) }

  /// Names in a directory, sorted, without `.` and `..`; nothing where it can't be read.
  static func names(in directory: String) -> [String]? { try? LocalFile.names(in: directory).sorted() }
}
