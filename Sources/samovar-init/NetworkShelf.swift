internal import CLinux
internal import Glibc

/// Empty network namespaces which runs use one after another: to make and remove one is most of what new namespaces
/// cost.
///
/// They belong to the host's user namespace, so that nobody in a sandbox has a capability over them: no interface comes
/// up, nothing is configured. What a task can have in one are sockets of its own, and those end with its last process.
/// A run gives its namespace back when that is so, and the next looks whether it is empty before it moves in.
struct NetworkShelf {
  private var free: [Int32] = []
  private var made = 0
  private var home: Int32 = -1
  private var returns: Int32 = -1
  private var returning: Int32 = -1

  /// Runs beyond this number at a time make namespaces of their own.
  private static let most = 64
  /// Below are the descriptors that a run gets.
  private static let firstDescriptor: Int32 = 16

  /// Without the right to change namespaces it stays empty.
  init() {
    // Not a pipe: the last runs give back to a shelf that is gone, and must not die of it.
    guard let ends = try? Ends(samovar_packet_pair) else { return }
    let namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)
    returns = Self.moveUp(ends.first)
    returning = Self.moveUp(ends.second)
    home = Self.moveUp(namespace)
    if returns < 0 || returning < 0 || home < 0 { made = Self.most }
  }

  private static func moveUp(_ descriptor: Int32) -> Int32 {
    defer { close(descriptor) }
    return fcntl(descriptor, F_DUPFD_CLOEXEC, firstDescriptor)
  }

  /// Can be read when a namespace was given back.
  var descriptor: Int32 { returns }

  mutating func takeBack() {
    var number: UInt8 = 0
    if read(returns, &number, 1) == 1 { free.append(Int32(number)) }
  }

  /// Nothing where the run must make its own.
  mutating func lend() -> LentNetwork? {
    guard let namespace = free.popLast() ?? make() else { return nil }
    return LentNetwork(namespace: namespace, returning: returning)
  }

  private mutating func make() -> Int32? {
    guard made < Self.most else { return nil }
    guard samovar_unshare(UInt64(SAMOVAR_CLONE_NEWNET)) == 0 else {
      made = Self.most
      return nil
    }
    let namespace = Self.moveUp(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC))
    // Should this fail, the zygote stays there itself: it has no use for a network.
    _ = samovar_enter_namespace(home, UInt64(SAMOVAR_CLONE_NEWNET))
    guard namespace >= 0, let _ = UInt8(exactly: namespace) else {
      made = Self.most
      if namespace >= 0 { close(namespace) }
      return nil
    }
    made += 1
    return namespace
  }
}

/// A namespace of the shelf in the hands of one run.
struct LentNetwork {
  /// Its descriptor in the zygote, by which it is given back.
  private let number: UInt8
  private let namespace: Int32
  private let returning: Int32

  /// Where the run's process has its descriptors.
  private static let place: Int32 = 5

  init(namespace: Int32, returning: Int32) {
    number = UInt8(truncatingIfNeeded: namespace)
    self.namespace = namespace
    self.returning = returning
  }

  /// In the run's process: the namespace and the way back at numbers of their own, next to each other.
  func keep() -> LentNetwork {
    dup2(namespace, Self.place)
    dup2(returning, Self.place + 1)
    return LentNetwork(number: number)
  }

  private init(number: UInt8) {
    self.number = number
    namespace = Self.place
    returning = Self.place + 1
  }

  /// Above the numbers of what a run keeps.
  static let firstOther = place + 2

  /// False where it is not empty (the kernel may still be collecting sockets that only hold each other).
  func enter() -> Bool {
    samovar_enter_namespace(namespace, UInt64(SAMOVAR_CLONE_NEWNET)) == 0 && Self.isEmpty
  }

  /// No socket with a name or without: one line of headings.
  private static var isEmpty: Bool {
    let file = open("/proc/self/net/unix", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { Glibc.close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(file, &bytes, bytes.count)
    return count > 0 && bytes[..<count].firstIndex(of: UInt8(ascii: "\n")) == count - 1
  }

  func giveBack() {
    send([number], on: returning)
  }

  /// Where neither is used any more, and in pid 1, which may use neither.
  func close() {
    Glibc.close(namespace)
    Glibc.close(returning)
  }
}
