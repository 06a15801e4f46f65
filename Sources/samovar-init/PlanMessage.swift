internal import Glibc
internal import SandboxPlan

/// How a plan comes over a run's control socket: four bytes of its length, and its bytes.
enum PlanMessage {
  /// More than any plan needs, so that a length that is no length asks for no memory.
  private static let mostBytes = 16 << 20

  static func receive(on socket: Int32) -> SetupPlan? {
    guard let head = bytes(4, socket) else { return nil }
    let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count <= mostBytes, let bytes = bytes(count, socket) else { return nil }
    return try? SetupPlan(decoding: bytes)
  }

  private static func bytes(_ count: Int, _ socket: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let more = bytes.withUnsafeMutableBytes { buffer in
        read(socket, buffer.baseAddress?.advanced(by: got), count - got)
      }
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else { return nil }
      got += more
    }
    return bytes
  }
}
