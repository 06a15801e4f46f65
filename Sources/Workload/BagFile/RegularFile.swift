private import Glibc

/// A regular file that is read once from end to end, in chunks, whatever its size.
struct RegularFile {
  enum Fault: Error, Equatable {
    /// The system's errno.
    case system(Int32)
    case directory
    /// A device, a FIFO or a socket.
    case special
    case changed
    case tooLarge(UInt64)
  }

  let path: String

  /// - Parameter greatest: bytes beyond which it isn't read at all.
  /// - Returns: how many bytes there were.
  func read(
    atMost greatest: UInt64 = BagBounds.inputBytes.upperBound, _ take: (UnsafeRawBufferPointer) -> Void
  ) throws(Fault) -> UInt64 {
    // Without blocking: the open of a FIFO would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    let code = errno
    guard descriptor >= 0 else { throw .system(code) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .directory
    default: throw .special
    }
    let size = UInt64(max(0, status.st_size))
    guard size <= greatest else { throw .tooLarge(greatest) }
    let total = try readToEnd(descriptor, atMost: size, take)
    guard total == size else { throw .changed }
    return total
  }

  /// Stops after the first chunk past `size`: the file grew, and may grow faster than it is read.
  private func readToEnd(
    _ descriptor: Int32, atMost size: UInt64, _ take: (UnsafeRawBufferPointer) -> Void
  ) throws(Fault) -> UInt64 {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var total: UInt64 = 0
    while total <= size {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      let code = errno
      if count == 0 { break }
      if count < 0 {
        if code == EINTR { continue }
        throw .system(code)
      }
      total += UInt64(count)
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    return total
  }
}

extension RegularFile.Fault: CustomStringConvertible {
  /// The end of a sentence about the file.
  var description: String {
    switch self {
    case .system(let code): "can't be read: \(String(cString: strerror(code)))"
    case .directory: "is a directory; give its files one by one, or as one archive"
    case .special: "is no regular file"
    case .changed: "changed while it was read; try again when it is finished"
    case .tooLarge(let greatest): "is larger than \(greatest) bytes"
    }
  }
}

extension BagFile {
  /// The text of a bag file.
  ///
  /// - Throws: why it can't be had, as the end of a sentence about the file.
  package static func text(of file: String) throws(InputFault) -> String {
    var bytes: [UInt8] = []
    do throws(RegularFile.Fault) {
      _ = try RegularFile(path: file).read(atMost: UInt64(greatestTextBytes)) { bytes += $0 }
    } catch {
      throw InputFault(error.description)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw InputFault("is not UTF-8 text") }
    return text
  }
}
