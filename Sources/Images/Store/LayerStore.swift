private import CLinux
private import FoundationEssentials
private import Glibc
internal import LayerTar
package import Workload

/// Unpacked layers by the digest of their blobs: `layers/sha256/<digits>/` with `root/`, the files, and `layer.json`.
///
/// Not by their DiffIDs: that digest is computed in the sandbox by a program that reads untrusted bytes. Were it taken over by
/// a layer, it could say that the layer is another image's. The blob's digest is checked outside of it, so a hostile layer
/// can only ever stand for itself.
struct LayerStore: Sendable {
  let cache: String

  /// Of one compressed layer.
  static let greatestBlob = ByteCount(16 << 30)

  private var directory: String { "\(cache)/layers/sha256" }

  func path(of digest: ContentDigest) -> String { "\(directory)/\(digest.sha256.hex)" }

  /// A layer that is there, kept from being pruned as long as it is held. `now` becomes the time of its last use.
  func hold(_ digest: ContentDigest, now: Instant) throws(ImageError) -> HeldLayer? {
    let path = path(of: digest)
    guard let lock = try FileLock(path, .shared) else { return nil }
    let record = try LayerRecord.read("\(path)/layer.json")
    let second = timespec(tv_sec: Int(now.seconds), tv_nsec: 0)
    guard futimens(lock.descriptor, [second, second]) == 0 else {
      throw .file(FileError("note the use of", path, code: errno))
    }
    return HeldLayer(root: "\(path)/root", digest: digest, record: record, lock: lock)
  }

  /// Gives an unpacked directory its name, in one step. That another process was first is fine: both are the same bytes.
  func take(_ workspace: Workspace, _ record: LayerRecord, as digest: ContentDigest) throws(ImageError) {
    let bytes = try record.bytes()
    try filing { () throws(FileError) in
      try LocalFile.write(bytes, to: "\(workspace.path)/layer.json")
    }
    // mkdtemp(3) made it for this user alone; the payload's id must be able to pass.
    guard chmod(workspace.path, 0o755) == 0 else {
      throw .file(FileError("set the mode of", workspace.path, code: errno))
    }
    // A layer's files must be on the disk before its name is, or a power cut leaves empty ones under a good name.
    guard samovar_syncfs(workspace.descriptor) == 0 else {
      throw .file(FileError("write to the disk", workspace.path, code: errno))
    }
    guard rename(workspace.path, path(of: digest)) == 0 || errno == EEXIST || errno == ENOTEMPTY else {
      throw .file(FileError("rename", workspace.path, code: errno))
    }
  }

  /// All layers, the one that was used the longest ago first.
  func all() throws(ImageError) -> [StoredLayer] {
    let names = try filing { () throws(FileError) in try LocalFile.names(in: directory) }
    var layers: [StoredLayer] = []
    for name in names {
      guard let digest = ContentDigest("sha256:\(name)") else { continue }
      var status = stat()
      guard lstat(path(of: digest), &status) == 0 else { continue }
      let record = try? LayerRecord.read("\(path(of: digest))/layer.json")
      layers.append(
        StoredLayer(
          digest: digest, size: record?.size ?? .zero,
          lastUse: Instant(Int64(status.st_mtim.tv_sec) * 1000)))
    }
    return layers.sorted { ($0.lastUse, $0.digest) < ($1.lastUse, $1.digest) }
  }

  /// Removes a layer; false where a run holds it.
  func remove(_ digest: ContentDigest) throws(ImageError) -> Bool {
    let path = path(of: digest)
    guard let lock = try FileLock(path, .exclusive) else { return !LocalFile.exists(path) }
    defer { withExtendedLifetime(lock) {} }
    // First out of sight, then away: who looks for it meanwhile finds nothing rather than half of it.
    let grave = "\(cache)/making/old-\(digest.sha256.hex)"
    guard rename(path, grave) == 0 else { throw .file(FileError("rename", path, code: errno)) }
    try ImageCache.removeTree(grave)
    return true
  }
}

/// A layer that isn't pruned while this is held.
package final class HeldLayer: Sendable {
  package let root: String
  package let digest: ContentDigest
  let record: LayerRecord
  private let lock: FileLock

  init(root: String, digest: ContentDigest, record: LayerRecord, lock: FileLock) {
    self.root = root
    self.digest = digest
    self.record = record
    self.lock = lock
  }
}

/// A layer on the disk.
package struct StoredLayer: Sendable, Hashable {
  package var digest: ContentDigest
  package var size: ByteCount
  package var lastUse: Instant
}

/// What stands beside an unpacked layer.
struct LayerRecord: Codable, Sendable {
  var diffID: ContentDigest
  var entries: UInt64
  var contentBytes: UInt64
  var skippedSpecials: UInt64
  var clearedModes: UInt64
  var droppedAttributes: UInt64

  init(_ summary: UnpackSummary, diffID: ContentDigest) {
    self.diffID = diffID
    entries = summary.entries
    contentBytes = summary.contentBytes
    skippedSpecials = summary.skippedSpecials
    clearedModes = summary.clearedModes
    droppedAttributes = summary.droppedAttributes
  }

  /// What each file takes of the disk besides its content, roughly: a block.
  static let bytesPerEntry: UInt64 = 4096

  /// What it takes of the disk, roughly.
  var size: ByteCount { ByteCount(contentBytes + entries * Self.bytesPerEntry) }

  func bytes() throws(ImageError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(self)) } catch {
      throw .machine("cannot write a layer's record: \(error)")
    }
  }

  static func read(_ path: String) throws(ImageError) -> LayerRecord {
    let bytes = try filing { () throws(FileError) in try LocalFile.read(path, limit: .kibibytes(64)) }
    return try decode(LayerRecord.self, bytes, named: path)
  }
}
