import CLinux
import Glibc
import Workload

/// An attribute that is kept open: a sweep then costs one pread(2) for each, and allocates nothing.
///
/// A pread at 0 asks the driver anew: sysfs makes its text when it is read from its beginning (kernel doc:
/// filesystems/sysfs.rst). Once the device is gone, an open attribute says ENODEV for ever; it never speaks for the
/// device that gets its number next.
final class OpenAttribute: Sendable {
  let path: String
  private let root: SysfsRoot
  private let descriptor: Int32
  /// Files of a captured or simulated tree, and those that a bridge writes, may be replaced: then this one has no name
  /// left. The kernel's own never are.
  private let mayBeReplaced: Bool

  /// More than this no single value has, w1_slave's two lines included.
  private static let longest = 512
  /// `f_type` of statfs(2) for sysfs and procfs.
  private static let kernelFileSystems: [Int64] = [0x6265_6572, 0x9fa0]

  init(_ path: String, in root: SysfsRoot) throws(SysfsError) {
    self.path = path
    self.root = root
    descriptor = try root.open(path)
    mayBeReplaced = !Self.kernelFileSystems.contains(samovar_file_system(descriptor))
  }

  /// Nothing where there is no such attribute, or it can't be opened: for those that only add to another.
  static func ifPresent(_ path: String, in root: SysfsRoot) -> OpenAttribute? {
    root.isPresent(path) ? try? OpenAttribute(path, in: root) : nil
  }

  deinit { close(descriptor) }

  /// - Throws: ENODEV where the device is gone or the file was replaced, so that it must be found anew.
  func number() throws(SysfsError) -> Int64 {
    switch content() {
    case .number(let number): return number
    case .text(let text): throw malformed(text, expected: "a whole number")
    case .failed(let code): throw failure(code)
    }
  }

  func decimal() throws(SysfsError) -> Double {
    switch content() {
    case .number(let number): return Double(number)
    case .text(let text):
      guard let value = Double(text), value.isFinite else { throw malformed(text, expected: "a number") }
      return value
    case .failed(let code): throw failure(code)
    }
  }

  /// Without blanks and line ends around it.
  func text() throws(SysfsError) -> String {
    switch content() {
    case .number(let number): return "\(number)"
    case .text(let text): return text
    case .failed(let code): throw failure(code)
    }
  }

  /// When it was last written. For files that a bridge writes.
  func modified() throws(SysfsError) -> Instant {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
    return Instant(status.st_mtim)
  }

  func malformed(_ text: String, expected: String) -> SysfsError {
    SysfsError(.parse, root.hostPath(path), .malformed(text: text, expected: expected))
  }

  func failure(_ code: Int32) -> SysfsError { SysfsError(.read, root.hostPath(path), .system(errno: code)) }

  func refusal(_ cause: SysfsError.Cause) -> SysfsError { SysfsError(.read, root.hostPath(path), cause) }

  private enum Content {
    case number(Int64)
    case text(String)
    case failed(Int32)
  }

  private func content() -> Content {
    if let code = root.injectedFailure(path) { return .failed(code) }
    if mayBeReplaced {
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_nlink == 0 { return .failed(ENODEV) }
    }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longest) { buffer in
      var got = pread(descriptor, buffer.baseAddress, buffer.count, 0)
      if got < 0, errno == EINTR { got = pread(descriptor, buffer.baseAddress, buffer.count, 0) }
      if got < 0 { return .failed(errno) }
      let bytes = UnsafeBufferPointer(rebasing: buffer[..<got])
      return Self.wholeNumber(bytes).map(Content.number) ?? .text(SysfsRoot.trimmed(bytes))
    }
  }

  /// Digits, perhaps with a sign before and a line end behind. Nothing for any other text, which takes the slow path.
  private static func wholeNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    var end = bytes.count
    while end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    let isNegative = end > 0 && bytes[0] == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    // Eighteen digits always fit.
    guard end > start, end - start <= 18 else { return nil }
    var magnitude: Int64 = 0
    for byte in bytes[start..<end] {
      guard (48...57).contains(byte) else { return nil }
      magnitude = magnitude * 10 + Int64(byte - 48)
    }
    return isNegative ? -magnitude : magnitude
  }
}
