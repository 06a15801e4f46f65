internal import CLinux
internal import Glibc
internal import SandboxPlan

/// The first part of a plan, in the host's namespaces: opens what the sandbox gets, clones pid 1, places it.
struct Launch {
  let plan: SetupPlan
  private var slots = Slots()
  private var cgroup: Int32 = -1
  private var supervisor: Supervisor?

  init(plan: SetupPlan) {
    self.plan = plan
  }

  mutating func run() {
    for (index, step) in plan.launcherSteps.enumerated() {
      do throws(Refusal) {
        try perform(step, index: index)
      } catch {
        supervisor?.kill()
        send(
          SetupReport.failed(step: UInt32(index), errno: error.errno).encoded, on: SamovarInit.controlSocket)
        exit(125)
      }
    }
    guard var supervisor else {
      let step = UInt32(plan.launcherSteps.count)
      send(SetupReport.failed(step: step, errno: EINVAL).encoded, on: SamovarInit.controlSocket)
      exit(125)
    }
    supervisor.release()
    supervisor.run()
  }

  private mutating func perform(_ step: SetupStep, index: Int) throws(Refusal) {
    switch step {
    case .openCgroup(let path):
      cgroup = try check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    case .cloneTree(let slot, let path, let isRecursive, let attributes):
      try slots.cloneTree(slot, path, isRecursive, attributes)
    case .openFile(let slot, let path):
      slots.put(try check(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)), in: slot)
    case .oomScore(let score):
      try writeWhole("\(score)", to: "/proc/self/oom_score_adj")
    case .cloneInit(let namespaces):
      try cloneInit(namespaces)
    case .joinCgroup(let path):
      try writeWhole("\(try initProcess())", to: path)
    case .mapIDs(let inside, let user, let group, let deniesSetgroups):
      let process = try initProcess()
      if deniesSetgroups { try writeWhole("deny", to: "/proc/\(process)/setgroups") }
      try writeWhole("\(inside) \(user) 1", to: "/proc/\(process)/uid_map")
      try writeWhole("\(inside) \(group) 1", to: "/proc/\(process)/gid_map")
    default:
      throw Refusal(errno: EINVAL)
    }
  }

  private func initProcess() throws(Refusal) -> pid_t {
    guard let supervisor else { throw Refusal(errno: ESRCH) }
    return supervisor.process
  }

  private mutating func cloneInit(_ namespaces: UInt64) throws(Refusal) {
    let link = try Ends(samovar_stream_pair)
    let output = try Ends(samovar_pipe)
    let errors = try Ends(samovar_pipe)
    var pidfd: Int32 = -1
    let process = try check(samovar_clone3(namespaces, cgroup, &pidfd))
    if process == 0 {
      // This is pid 1. Its link takes the place of the control socket, which only the helper may hold.
      dup2(output.second, 1)
      dup2(errors.second, 2)
      dup2(link.second, SamovarInit.controlSocket)
      for descriptor in [
        link.first, link.second, output.first, output.second, errors.first, errors.second, cgroup,
      ] {
        close(descriptor)
      }
      var initProcess = InitProcess(plan: plan, slots: slots, link: SamovarInit.controlSocket)
      initProcess.run()
    }
    for descriptor in [link.second, output.second, errors.second] { close(descriptor) }
    supervisor = Supervisor(
      supervision: plan.supervision, stepCount: UInt32(plan.steps.count), process: process, pidfd: pidfd,
      link: link.first, output: Capture(from: output.first, to: 1, limit: plan.supervision.streamBytes),
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
