internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Pid 1 of the sandbox: makes the root, starts the payload, reaps. When it ends, the kernel kills all the
/// rest.
struct InitProcess {
  let plan: SetupPlan
  private var slots: Slots
  private let link: Int32
  private var workDirectory: Int32 = -1

  init(plan: SetupPlan, slots: Slots, link: Int32) {
    self.plan = plan
    self.slots = slots
    self.link = link
  }

  mutating func run() -> Never {
    var byte: UInt8 = 0
    while read(link, &byte, 1) < 0 && errno == EINTR {}
    guard byte == UInt8(ascii: "G") else { _exit(125) }
    for (index, step) in plan.initSteps.enumerated() {
      do throws(Refusal) {
        if case .startPayload = step { reap(try startPayload()) }
        try perform(step)
      } catch {
        fail(at: index, error)
      }
    }
    fail(at: plan.initSteps.count, Refusal(errno: EINVAL))
  }

  private func fail(at index: Int, _ refusal: Refusal) -> Never {
    let step = UInt32(plan.launcherSteps.count + index)
    send(SetupReport.failed(step: step, errno: refusal.errno).encoded, on: link)
    _exit(125)
  }

  private mutating func perform(_ step: SetupStep) throws(Refusal) {
    switch step {
    case .cloneTree(let slot, let path, let isRecursive, let attributes):
      try slots.cloneTree(slot, path, isRecursive, attributes)
    case .unshare(let flags):
      try check(samovar_unshare(flags))
    case .makeMountsPrivate:
      try check(samovar_make_mounts_private())
    case .joinGroup(let slot):
      let tasks = try slots.descriptor(in: slot)
      try check(write(tasks, "0", 1))
      close(tasks)
    case .becomeID(let user, let group, let clearsGroups):
      if clearsGroups { try check(samovar_clear_groups()) }
      try check(samovar_setresgid(group))
      try check(samovar_setresuid(user))
    case .newFilesystem(let slot, let type, let options, let attributes):
      slots.put(try newFilesystem(type, options, attributes), in: slot)
    case .pivot(let slot):
      let root = try slots.descriptor(in: slot)
      try check(samovar_attach_tree(root, "/"))
      try check(fchdir(root))
      try check(samovar_pivot_root_here())
    case .mountOverlay(let path, let options):
      try check(samovar_mount_overlay(path, options))
    case .pivotTo(let path):
      let root = try check(open(path, Int32(SAMOVAR_O_PATH) | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW))
      defer { close(root) }
      try check(fchdir(root))
      try check(samovar_pivot_root_here())
    case .makeDirectory(let path, let mode):
      guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .last }
    case .makeFile(let path, let mode, let contents):
      if contents.isEmpty {
        // A mount point that is there already is as good as a new one.
        guard mknod(path, S_IFREG | mode, 0) == 0 || errno == EEXIST else { throw .last }
        return
      }
      let file = try create(path, mode)
      defer { close(file) }
      try check(write(file, contents, contents.count))
    case .makeLink(let path, let target):
      try check(symlink(target, path))
    case .attachTree(let slot, let path):
      try check(samovar_attach_tree(try slots.descriptor(in: slot), path))
    case .copyFile(let slot, let path, let mode, let size):
      try copy(from: try slots.descriptor(in: slot), to: path, mode: mode, size: size)
    case .mask(let path):
      try mask(path)
    case .makeReadOnly(let path, let isMount):
      try makeReadOnly(path, isMount: isMount)
    case .hostname(let name):
      try check(sethostname(name, name.utf8.count))
    case .hideInit:
      try check(samovar_set_undumpable())
    case .handOver(let path):
      workDirectory = try check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    case .listen(let port):
      let listener = try check(samovar_listen_on_loopback(port))
      send(SetupReport.listening.encoded, on: link, with: listener)
      close(listener)
    default:
      throw Refusal(errno: EINVAL)
    }
  }

  private func newFilesystem(
    _ type: String, _ options: [MountOption], _ attributes: UInt32
  ) throws(Refusal) -> Int32 {
    let context = try check(samovar_fsopen(type))
    defer { close(context) }
    for option in options {
      if option.value.isEmpty {
        try check(samovar_fsconfig_flag(context, option.key))
      } else {
        try check(samovar_fsconfig_string(context, option.key, option.value))
      }
    }
    try check(samovar_fsconfig_create(context))
    return try check(samovar_fsmount(context, attributes))
  }

  private func create(_ path: String, _ mode: UInt32) throws(Refusal) -> Int32 {
    try check(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode))
  }

  private func copy(from source: Int32, to path: String, mode: UInt32, size: UInt64) throws(Refusal) {
    let file = try create(path, mode)
    defer { close(file) }
    var remaining = size
    while remaining > 0 {
      let moved = try check(sendfile(file, source, nil, Int(min(remaining, 1 << 30))))
      // Shorter than it was when it was checked: not the same file any more.
      guard moved > 0 else { throw Refusal(errno: ESTALE) }
      remaining -= UInt64(moved)
    }
  }

  private func mask(_ path: String) throws(Refusal) {
    var status = stat()
    if lstat(path, &status) < 0 {
      guard errno == ENOENT else { throw .last }
      return
    }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    let cover = try check(samovar_clone_tree(isDirectory ? "/.empty" : "/dev/null", 0, 0))
    defer { close(cover) }
    if isDirectory {
      // It belongs to the payload's id: without this it could write there.
      let readOnly = UInt64(SAMOVAR_MOUNT_RDONLY | SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NOEXEC)
      try check(samovar_set_mount_attributes(cover, "", 0, readOnly))
    }
    try check(samovar_attach_tree(cover, path))
  }

  private func makeReadOnly(_ path: String, isMount: Bool) throws(Refusal) {
    let readOnly = UInt64(SAMOVAR_MOUNT_RDONLY)
    if isMount {
      try check(samovar_set_mount_attributes(AT_FDCWD, path, 0, readOnly))
      return
    }
    let tree = samovar_clone_tree(path, 1, 0)
    if tree < 0 && errno == ENOENT { return }
    try check(tree)
    defer { close(tree) }
    try check(samovar_set_mount_attributes(tree, "", 1, readOnly))
    try check(samovar_attach_tree(tree, path))
  }

  /// Returns when execve(2) of pid 2 succeeded.
  private func startPayload() throws(Refusal) -> pid_t {
    var payload = PayloadProcess(plan: plan)
    let process = withUnsafeMutablePointer(to: &payload) { payload in
      samovar_vfork({ PayloadProcess.run($0) }, payload)
    }
    try check(process)
    if let failure = payload.failure {
      send(failure.encoded, on: link)
      _exit(125)
    }
    send(SetupReport.started.encoded, on: link, with: workDirectory)
    close(workDirectory)
    return process
  }

  private func reap(_ payload: pid_t) -> Never {
    let signals = samovar_child_signals()
    guard signals >= 0 else { _exit(125) }
    while true {
      // Looked at before the first wait too: the payload may have ended before SIGCHLD was blocked.
      var usage = samovar_usage()
      var code: Int32 = 0
      var status: Int32 = 0
      var ended = samovar_wait4(-1, 1, &code, &status, &usage)
      while ended > 0 {
        if ended == payload {
          send(SetupReport.payloadEnded(code: code, status: status).encoded, on: link)
          _exit(0)
        }
        ended = samovar_wait4(-1, 1, &code, &status, &usage)
      }
      let ready = samovar_poll([link, signals], 2, -1)
      if ready < 0 { continue }
      if ready & 2 != 0 {
        var information = [UInt8](repeating: 0, count: 128)
        _ = read(signals, &information, information.count)
      }
      if ready & 1 != 0 {
        var byte: UInt8 = 0
        let count = read(link, &byte, 1)
        // The helper is gone, and with it the sandbox.
        if count == 0 { _exit(125) }
        if count == 1 && byte == UInt8(ascii: "T") { Glibc.kill(-1, SIGTERM) }
      }
    }
  }
}
