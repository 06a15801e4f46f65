private import CLinux
internal import Glibc
internal import SandboxPlan

/// A step that the kernel refused. The index is filled in where the steps are counted.
struct Refusal: Error {
  let errno: Int32

  /// errno of the call that just failed.
  static var last: Refusal { Refusal(errno: Glibc.errno) }
}

/// The result of a system call, or why there is none.
@discardableResult
func check<Result: SignedInteger>(_ result: Result) throws(Refusal) -> Result {
  if result < 0 { throw .last }
  return result
}

/// Descriptors that one step opened for another.
struct Slots {
  private var descriptors: [UInt32: Int32] = [:]

  mutating func put(_ descriptor: Int32, in slot: UInt32) {
    descriptors[slot] = descriptor
  }

  func descriptor(in slot: UInt32) throws(Refusal) -> Int32 {
    guard let descriptor = descriptors[slot] else { throw Refusal(errno: EBADF) }
    return descriptor
  }

  /// open_tree(2) is open to root in the host's namespaces and to anybody who is pid 1 of new ones.
  mutating func cloneTree(_ slot: UInt32, _ path: String, _ isRecursive: Bool, _ attributes: UInt64)
    throws(Refusal)
  {
    let tree = try check(samovar_clone_tree(path, isRecursive ? 1 : 0, 0))
    if attributes != 0 {
      try check(samovar_set_mount_attributes(tree, "", isRecursive ? 1 : 0, attributes))
    }
    put(tree, in: slot)
  }
}

func writeWhole(_ text: String, to path: String) throws(Refusal) {
  let file = try check(open(path, O_WRONLY | O_CLOEXEC))
  defer { close(file) }
  let bytes = Array(text.utf8)
  try check(write(file, bytes, bytes.count))
}

/// A report on a stream socket, with a descriptor or without. False where the reader is gone: then there is nobody to
/// tell.
@discardableResult
func send(_ bytes: [UInt8], on socket: Int32, with descriptor: Int32 = -1) -> Bool {
  let descriptors = descriptor >= 0 ? [descriptor] : []
  var sent = samovar_send_with_descriptors(socket, bytes, bytes.count, descriptors, descriptors.count)
  while sent < 0 && errno == EINTR {
    sent = samovar_send_with_descriptors(socket, bytes, bytes.count, descriptors, descriptors.count)
  }
  return sent == bytes.count
}
