private import CLinux
internal import Glibc
internal import SandboxPlan

/// The process that all runs of one daemon are forked from: a fork of it is much quicker than starting a program,
/// and it holds no secret. (Android and Chromium call such a process a zygote.)
///
/// A message on descriptor 3 asks for a run (`RunCall`), with four descriptors: the run's control socket, and its standard input,
/// output and error. When the daemon is gone, so is the zygote; each run hears of it by its own socket.
struct Zygote {
  /// Of the daemon, here; of the run, in a fork.
  static let socket: Int32 = 3
  /// The daemon's lock on the ids of its runs, which must last until the last of them has ended, so every fork holds it.
  private static let idLock: Int32 = 4
  /// Where the program was spawned from.
  private static let program: Int32 = 5
  private var shelf = NetworkShelf()

  /// Nothing where descriptor 3 is no socket.
  init?() {
    var status = stat()
    guard fstat(Self.socket, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
    close(Self.program)
    // Forks end when they end; nobody asks how.
    signal(SIGCHLD, SIG_IGN)
    // Modes are what plans say.
    umask(0)
    Rehearsal.run()
  }

  mutating func run() -> Never {
    while true {
      let ready = samovar_poll([Self.socket, shelf.descriptor], 2, -1)
      if ready < 0 { continue }
      if ready & 2 != 0 { shelf.takeBack() }
      if ready & 1 != 0 { hear() }
    }
  }

  private mutating func hear() {
    var byte: UInt8 = 0
    var descriptors: [Int32] = [-1, -1, -1, -1]
    let count = samovar_receive_with_descriptors(Self.socket, &byte, 1, &descriptors, descriptors.count)
    if count < 0 && errno == EINTR { return }
    guard count > 0 else { _exit(0) }
    // A request without its four descriptors, or one that can't be forked for, is answered by the hang-up.
    if !descriptors.contains(-1) {
      let network = byte == RunCall.withSharedNetwork.rawValue ? shelf.lend() : nil
      if samovar_fork() == 0 { become(descriptors, network) }
    }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  private func become(_ descriptors: [Int32], _ network: LentNetwork?) -> Never {
    signal(SIGCHLD, SIG_DFL)
    // Received above 0 to 4, which are all taken, so that none overwrites another.
    for (place, descriptor) in zip([Self.socket, 0, 1, 2], descriptors) { dup2(descriptor, place) }
    let network = network?.keep()
    // The shelf, and what came.
    _ = samovar_close_from(UInt32(network == nil ? Self.idLock + 1 : LentNetwork.firstOther))
    setpgid(0, 0)
    guard let plan = PlanMessage.receive(on: Self.socket) else { _exit(125) }
    var launch = Launch(plan: plan, network: network)
    launch.run()
  }
}
