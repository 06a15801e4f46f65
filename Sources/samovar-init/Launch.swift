internal import CLinux
internal import Glibc
internal import SandboxPlan

/// The first part of a plan, in the host's namespaces: makes the cgroups, opens what the sandbox gets, clones pid 1.
struct Launch {
  let plan: SetupPlan
  private var slots = Slots()
  private var groups = CgroupDirectories()
  private var cgroup: Int32 = -1
  private var supervisor: Supervisor?
  private var network: LentNetwork?

  init(plan: SetupPlan, network: LentNetwork?) {
    self.plan = plan
    self.network = network
  }

  mutating func run() -> Never {
    for (index, step) in plan.launcherSteps.enumerated() {
      do throws(Refusal) {
        try perform(step)
      } catch {
        fail(at: index, error)
      }
    }
    guard let supervisor else { fail(at: plan.launcherSteps.count, Refusal(errno: EINVAL)) }
    // From here on nobody may look into it. Before, its own files in /proc, and the id map of pid 1, would be root's.
    _ = samovar_set_undumpable()
    supervisor.release()
    supervisor.run()
  }

  private mutating func fail(at step: Int, _ refusal: Refusal) -> Never {
    supervisor?.kill()
    send(SetupReport.failed(step: UInt32(step), errno: refusal.errno).encoded, on: Zygote.socket)
    groups.remove()
    _exit(125)
  }

  private mutating func perform(_ step: SetupStep) throws(Refusal) {
    switch step {
    case .makeGroup(let path):
      try groups.make(path)
    case .setGroup(let path, let value, let mayBeMissing):
      do throws(Refusal) {
        try writeWhole(value, to: path)
      } catch {
        guard mayBeMissing, error.errno == ENOENT else { throw error }
      }
    case .openGroup(let slot, let path):
      slots.put(try check(open(path, O_WRONLY | O_CLOEXEC)), in: slot)
    case .openCgroup(let path):
      cgroup = try check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    case .cloneTree(let slot, let path, let isRecursive, let attributes):
      try slots.cloneTree(slot, path, isRecursive, attributes)
    case .mapTrees(let firstSlot, let count, let stored, let shown):
      try mapTrees(firstSlot..<firstSlot &+ count, stored, shown)
    case .makeDevices(let slot, let nodes):
      slots.put(try GrantedDevices.make(nodes), in: slot)
    case .openFile(let slot, let path):
      slots.put(try check(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)), in: slot)
    case .oomScore(let score):
      try writeWhole("\(score)", to: "/proc/self/oom_score_adj")
    case .cloneInit(let namespaces):
      try cloneInit(namespaces)
    case .mapIDs(let mapping):
      guard let supervisor else { throw Refusal(errno: ESRCH) }
      try mapping.write(for: supervisor.process)
    default:
      throw Refusal(errno: EINVAL)
    }
  }

  private func mapTrees(_ range: Range<UInt32>, _ stored: UInt32, _ shown: UInt32) throws(Refusal) {
    let namespace = try userNamespace(mapping: stored, to: shown)
    defer { close(namespace) }
    for slot in range { try check(samovar_map_tree(try slots.descriptor(in: slot), namespace)) }
  }

  /// Whether pid 1 will have the lent network namespace, because this process has.
  private mutating func enterNetwork() -> Bool {
    guard let lent = network else { return false }
    if lent.enter() { return true }
    // It may be empty by the time somebody else gets it.
    lent.giveBack()
    lent.close()
    network = nil
    return false
  }

  private mutating func cloneInit(_ wanted: UInt64) throws(Refusal) {
    let link = try Ends(samovar_stream_pair)
    let output = try Ends(samovar_pipe)
    let errors = try Ends(samovar_pipe)
    var pidfd: Int32 = -1
    // After the link is made: a socket stays in the namespace in which it was.
    let namespaces = enterNetwork() ? wanted & ~UInt64(SAMOVAR_CLONE_NEWNET) : wanted
    let process = try check(samovar_clone3(namespaces, cgroup, &pidfd))
    if process == 0 {
      // This is pid 1. Its link takes the place of the control socket, which only the helper may hold.
      dup2(output.second, 1)
      dup2(errors.second, 2)
      dup2(link.second, Zygote.socket)
      for descriptor in [
        link.first, link.second, output.first, output.second, errors.first, errors.second, cgroup,
      ] {
        close(descriptor)
      }
      network?.close()
      var initProcess = InitProcess(plan: plan, slots: slots, link: Zygote.socket)
      initProcess.run()
    }
    for descriptor in [link.second, output.second, errors.second] { close(descriptor) }
    supervisor = Supervisor(
      supervision: plan.supervision, stepCount: UInt32(plan.stepCount), groups: groups, network: network,
      process: process, pidfd: pidfd, link: link.first,
      output: Capture(from: output.first, to: 1, limit: plan.supervision.streamBytes),
      errors: Capture(from: errors.first, to: 2, limit: plan.supervision.streamBytes))
  }
}

/// Both ends of a pipe (read, write) or of a pair of sockets.
struct Ends {
  let first: Int32
  let second: Int32

  init(_ make: (UnsafeMutablePointer<Int32>) -> Int32) throws(Refusal) {
    var ends: [Int32] = [-1, -1]
    let result = ends.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(make) ?? -1
    }
    try check(result)
    first = ends[0]
    second = ends[1]
  }
}
