internal import CZlib
internal import CZstd
internal import LayerTar

/// Turns a layer's bytes into its archive's, by what their first bytes say they are.
enum Decompressor {
  case plain
  case gzip(GzipStream)
  case zstd(ZstdStream)

  /// How many bytes of a layer tell its kind.
  static let magicBytes = 4

  init(magic: UnsafeRawBufferPointer) throws(UnpackFailure) {
    // RFC 1952, 2.3.1: ID1, ID2 and CM, which is always deflate.
    if magic.starts(with: [0x1f, 0x8b, 0x08]) {
      self = .gzip(try GzipStream())
    } else if magic.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) || Self.isSkippable(magic) {
      self = .zstd(try ZstdStream())
    } else {
      self = .plain
    }
  }

  /// RFC 8878, 3.1.2: frames that hold something else than content.
  private static func isSkippable(_ magic: UnsafeRawBufferPointer) -> Bool {
    magic.count >= 4 && (0x50...0x5f).contains(magic[0]) && magic[1] == 0x2a && magic[2] == 0x4d
      && magic[3] == 0x18
  }
}

/// What one step of a decompressor took and gave.
struct DecompressionStep {
  var consumed: Int
  var produced: Int
}

/// gzip, RFC 1952: one or more members after each other.
final class GzipStream {
  private var stream = z_stream()
  /// Between two members, where the input may end.
  private(set) var isAtBoundary = true

  init() throws(UnpackFailure) {
    guard samovar_inflate_init_gzip(&stream) == Z_OK else { throw .failed(doing: "starting zlib", errno: 12) }
  }

  deinit { inflateEnd(&stream) }

  func step(
    _ input: UnsafeMutableRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(UnpackFailure) -> DecompressionStep {
    guard !output.isEmpty else { return DecompressionStep(consumed: 0, produced: 0) }
    if isAtBoundary {
      guard !input.isEmpty else { return DecompressionStep(consumed: 0, produced: 0) }
      inflateReset(&stream)
      isAtBoundary = false
    }
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(input.count)
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(output.count)
    let code = inflate(&stream, Z_NO_FLUSH)
    guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
      let said = stream.msg.map { String(cString: $0) } ?? "error \(code)"
      throw .refused(TarFault("its gzip stream is damaged: \(said)"))
    }
    if code == Z_STREAM_END { isAtBoundary = true }
    return DecompressionStep(
      consumed: input.count - Int(stream.avail_in), produced: output.count - Int(stream.avail_out))
  }
}

/// Zstandard, RFC 8878: one or more frames after each other.
final class ZstdStream {
  private let stream: OpaquePointer
  private(set) var isAtBoundary = true

  init() throws(UnpackFailure) {
    guard let stream = ZSTD_createDStream() else { throw .failed(doing: "starting zstd", errno: 12) }
    self.stream = stream
    // A frame states how much its reader must remember: this is the bound on our memory.
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, LayerBounds.zstdWindowLog)
  }

  deinit { ZSTD_freeDStream(stream) }

  func step(
    _ input: UnsafeMutableRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(UnpackFailure) -> DecompressionStep {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let code = ZSTD_decompressStream(stream, &target, &source)
    guard ZSTD_isError(code) == 0 else {
      let said = String(cString: ZSTD_getErrorName(code))
      throw .refused(TarFault("its zstd stream is damaged, or needs more than 128 MiB to read: \(said)"))
    }
    // Without progress the code speaks of a frame that hasn't begun.
    if source.pos > 0 || target.pos > 0 { isAtBoundary = code == 0 }
    return DecompressionStep(consumed: source.pos, produced: target.pos)
  }
}
