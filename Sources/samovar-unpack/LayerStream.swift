internal import CSHA256
internal import Glibc
internal import LayerTar

/// The archive of a layer, from the bytes of its blob on a descriptor: decompressed, hashed, and counted against the
/// bounds while it is read.
final class LayerStream: TarSource {
  private let descriptor: Int32
  private let bounds: LayerBounds
  private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
  /// What of `input` waits for the decompressor.
  private var waiting = 0..<0
  private var decompressor: Decompressor?
  private var hash = SHA256_CTX()
  private var blobBytes: UInt64 = 0
  private var archiveBytes: UInt64 = 0
  private var isAtEnd = false

  init(descriptor: Int32, bounds: LayerBounds) {
    self.descriptor = descriptor
    self.bounds = bounds
    SHA256_Init(&hash)
  }

  deinit { input.deallocate() }

  static func failure(_ fault: TarFault) -> UnpackFailure { .refused(fault) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(UnpackFailure) -> Int {
    guard !buffer.isEmpty else { return 0 }
    while true {
      if waiting.isEmpty && !isAtEnd { try fill() }
      let count = try move(into: buffer)
      if count > 0 {
        try account(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        return count
      }
      if isAtEnd && waiting.isEmpty { return 0 }
    }
  }

  /// The digest of all that was read, as hexadecimal digits. Ask once, at the end.
  func digest() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256_Final(&bytes, &hash)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private func move(into buffer: UnsafeMutableRawBufferPointer) throws(UnpackFailure) -> Int {
    let source = UnsafeMutableRawBufferPointer(rebasing: input[waiting])
    let step: DecompressionStep
    switch decompressor {
    case nil: return 0
    case .plain:
      let count = min(source.count, buffer.count)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count)))
      step = DecompressionStep(consumed: count, produced: count)
    case .gzip(let stream):
      step = try stream.step(source, buffer)
      try requireProgress(step, source, isAtBoundary: stream.isAtBoundary, "gzip")
    case .zstd(let stream):
      step = try stream.step(source, buffer)
      try requireProgress(step, source, isAtBoundary: stream.isAtBoundary, "zstd")
    }
    waiting = waiting.lowerBound + step.consumed..<waiting.upperBound
    return step.produced
  }

  private func requireProgress(
    _ step: DecompressionStep, _ source: UnsafeMutableRawBufferPointer, isAtBoundary: Bool, _ name: String
  ) throws(UnpackFailure) {
    guard step.produced == 0, isAtEnd, step.consumed == source.count || step.consumed == 0 else { return }
    if !isAtBoundary { throw .refused(TarFault("its \(name) stream is cut off")) }
    if step.consumed == 0 && !source.isEmpty {
      throw .refused(TarFault("something else follows its \(name) stream"))
    }
  }

  private func fill() throws(UnpackFailure) {
    var filled = 0
    // The first bytes tell the kind, so all of them must be there before the first step.
    while filled < input.count && (filled == 0 || blobBytes < UInt64(Decompressor.magicBytes)) {
      let count = Glibc.read(descriptor, input.baseAddress?.advanced(by: filled), input.count - filled)
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("reading the layer")
      }
      if count == 0 {
        isAtEnd = true
        break
      }
      filled += count
      blobBytes += UInt64(count)
    }
    waiting = 0..<filled
    if decompressor == nil {
      guard filled > 0 else { throw .refused(TarFault("the layer is empty")) }
      decompressor = try Decompressor(magic: UnsafeRawBufferPointer(rebasing: input[..<filled]))
    }
  }

  private func account(_ bytes: UnsafeRawBufferPointer) throws(UnpackFailure) {
    SHA256_Update(&hash, bytes.baseAddress, bytes.count)
    archiveBytes += UInt64(bytes.count)
    guard archiveBytes <= bounds.archiveBytes else {
      throw .beyondBounds(TarFault("the layer unpacks to more than \(bounds.archiveBytes) bytes"))
    }
    guard archiveBytes <= LayerBounds.freeExpansionBytes + blobBytes * LayerBounds.expansion else {
      throw .refused(
        TarFault(
          "the layer unpacks to more than \(LayerBounds.expansion) times its size, as no real one does: a bomb"
        ))
    }
  }
}
