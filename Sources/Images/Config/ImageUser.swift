internal import Workload

/// The ids of an image's `User`: `USER[:GROUP]`, each a number or a name of the image's own /etc/passwd and /etc/group.
struct ImageUser: Hashable, Sendable {
  var user: UInt32
  var group: UInt32

  private static let greatestFile = 1 << 20
  /// Of user namespaces' maps; -1 means "unchanged" to system calls.
  private static let greatestID: UInt32 = 0x7fff_ffff

  init(_ text: String, in layers: MergedLayers) throws(ImageError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts.first ?? ""
    let passwd = try Self.rows("/etc/passwd", in: layers)
    if name.isEmpty {
      user = 0
      group = 0
    } else if let number = Self.id(name) {
      user = number
      group = passwd.first { $0.count > 3 && Self.id($0[2]) == number }.flatMap { Self.id($0[3]) } ?? 0
    } else {
      guard let row = passwd.first(where: { $0.count > 3 && $0[0] == name }), let id = Self.id(row[2]),
        let primary = Self.id(row[3])
      else {
        throw .unsuitable(
          "the image runs as '\(printable(name))', and its /etc/passwd has no such user",
          remedy: "have the image made with a user of its own, or with the user's number")
      }
      user = id
      group = primary
    }
    guard parts.count == 2 else { return }
    if let number = Self.id(parts[1]) {
      group = number
      return
    }
    let groups = try Self.rows("/etc/group", in: layers)
    guard let row = groups.first(where: { $0.count > 2 && $0[0] == parts[1] }), let id = Self.id(row[2])
    else {
      throw .unsuitable(
        "the image runs as group '\(printable(parts[1]))', and its /etc/group has no such group",
        remedy: "have the image made with a group of its own, or with the group's number")
    }
    group = id
  }

  private static func id(_ text: String) -> UInt32? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt32(text),
      value <= greatestID
    else { return nil }
    return value
  }

  /// Lines with their fields; none where the image has no such regular file.
  private static func rows(_ path: String, in layers: MergedLayers) throws(ImageError) -> [[String]] {
    guard let found = try layers.find(path), found.isRegular else { return [] }
    let bytes = try layers.read(found, limit: greatestFile)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
