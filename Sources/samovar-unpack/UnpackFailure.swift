internal import Glibc
internal import LayerTar

/// Why unpacking ended: the layer's fault, or this machine's.
enum UnpackFailure: Error {
  case refused(TarFault)
  /// The layer is more than it was given room for: with more room it may pass.
  case beyondBounds(TarFault)
  case failed(doing: String, errno: Int32)

  /// The exit status that says which: see `SandboxedUnpacker` of Images.
  var status: Int32 {
    switch self {
    case .refused: 1
    case .failed: 2
    case .beyondBounds: 3
    }
  }

  var sentence: String {
    switch self {
    case .refused(let fault), .beyondBounds(let fault): fault.description
    case .failed(let doing, let errno): "\(doing): \(String(cString: strerror(errno)))"
    }
  }

  /// What the last system call said.
  static func last(_ doing: String) -> UnpackFailure { .failed(doing: doing, errno: errno) }

  static func last(_ doing: String, _ path: [UInt8]) -> UnpackFailure {
    .failed(doing: "\(doing) '\(TarFault.printable(path))'", errno: errno)
  }
}
