internal import Glibc

/// Moves what the payload writes from a pipe to a file, up to a limit, and goes on reading beyond it, so that
/// a task that writes too much is cut short but never stuck.
struct Capture {
  let pipe: Int32
  private let file: Int32
  private var remaining: UInt64
  private(set) var isTruncated = false
  private(set) var isOpen = true
  /// Why writing the file failed; 0 while it didn't.
  private(set) var errno: Int32 = 0

  init(from pipe: Int32, to file: Int32, limit: UInt64) {
    self.pipe = pipe
    self.file = file
    remaining = limit
    _ = fcntl(pipe, F_SETFL, O_NONBLOCK)
  }

  /// Reads once. False when there is nothing more for now.
  mutating func move(through buffer: UnsafeMutableRawBufferPointer) -> Bool {
    let count = read(pipe, buffer.baseAddress, buffer.count)
    if count < 0 { return Glibc.errno == EINTR }
    if count == 0 {
      isOpen = false
      return false
    }
    let kept = min(remaining, UInt64(count))
    isTruncated = isTruncated || kept < count
    remaining -= kept
    var written = 0
    while written < Int(kept) && errno == 0 {
      let more = write(file, buffer.baseAddress?.advanced(by: written), Int(kept) - written)
      if more >= 0 { written += more } else if Glibc.errno != EINTR { errno = Glibc.errno }
    }
    return true
  }
}
