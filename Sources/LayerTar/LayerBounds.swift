/// The most that one layer may be. Real images stay far below; what goes beyond is a bomb or a mistake, and refused.
package struct LayerBounds: Sendable, Hashable {
  /// Bytes of the uncompressed archive, headers included.
  package var archiveBytes: UInt64 = 16 << 30
  /// Files, directories, links and whiteouts, parents that the archive doesn't name among them.
  package var entries: UInt64 = 500_000

  package init() {}

  /// Of a path, in bytes: PATH_MAX of Linux, without its NUL.
  package static let pathBytes = 4095
  /// Of one name in it: NAME_MAX.
  package static let nameBytes = 255
  /// Directories above a file.
  package static let depth = 128
  /// Of the extended header of one entry: long names and extended attributes.
  package static let extendedHeaderBytes: UInt64 = 1 << 20
  /// Of one extended attribute's value: XATTR_SIZE_MAX.
  package static let attributeBytes = 65536
  /// gzip reaches 1032 on zeros; whole layers of real images stay below 20.
  package static let expansion: UInt64 = 200
  /// What a layer may expand to whatever its ratio, so that small layers with an empty log file in them pass.
  package static let freeExpansionBytes: UInt64 = 64 << 20
  /// 2^27, 128 MiB: the most memory that a zstd frame may make its reader keep.
  package static let zstdWindowLog: Int32 = 27
}
