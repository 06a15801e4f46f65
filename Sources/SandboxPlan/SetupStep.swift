/// One step from a fresh process to a sandboxed payload: one system call, or the few that make no sense
/// apart.
///
/// Descriptors that a step opens for a later one live in numbered slots. Paths of steps before `pivot` are
/// the host's, of steps after it the sandbox's, so that no link inside the sandbox's root can lead a later
/// step to the host.
package enum SetupStep: Hashable, Sendable {
  // In the host's namespaces, by samovar-init.

  /// The directory of a cgroup v2 that pid 1 is born into: CLONE_INTO_CGROUP of clone(2).
  case openCgroup(path: String)
  /// A copy of a mount tree in a slot, not attached anywhere: open_tree(2) with OPEN_TREE_CLONE, then
  /// mount_setattr(2) with `attributes`. Run in the host's namespaces by root, by pid 1 where an ordinary
  /// user starts it.
  case cloneTree(slot: UInt32, path: String, isRecursive: Bool, attributes: UInt64)
  /// A file to read, in a slot.
  case openFile(slot: UInt32, path: String)
  /// proc(5) oom_score_adj, so that the kernel prefers tasks to the daemon.
  case oomScore(Int32)
  /// clone3(2) of pid 1 with these CLONE_NEW* flags. What follows in this part happens while pid 1 waits.
  case cloneInit(namespaces: UInt64)
  /// Writes pid 1 to a cgroup.procs file.
  case joinCgroup(path: String)
  /// user_namespaces(7): one id inside for one user and one group outside. An unprivileged writer must deny
  /// setgroups(2).
  case mapIDs(inside: UInt32, user: UInt32, group: UInt32, deniesSetgroups: Bool)

  // In the new namespaces, by pid 1.

  /// unshare(2). For the cgroup namespace, whose root is the cgroup of the moment.
  case unshare(UInt64)
  /// So that no mount here shows outside: mount(2) with MS_REC | MS_PRIVATE.
  case makeMountsPrivate
  /// setgroups(2) to none where allowed, setresgid(2), setresuid(2).
  case becomeID(UInt32, clearsGroups: Bool)
  /// A new filesystem in a slot: fsopen(2), fsconfig(2), fsmount(2). An option without value is a flag.
  case newFilesystem(slot: UInt32, type: String, options: [MountOption], attributes: UInt32)
  /// Makes the slot's mount the root, and nothing else reachable: move_mount(2), pivot_root(2), umount2(2).
  case pivot(slot: UInt32)
  /// mkdir(2). One that is there already stays as it is.
  case makeDirectory(path: String, mode: UInt32)
  /// A regular file with these bytes.
  case makeFile(path: String, mode: UInt32, contents: [UInt8])
  case makeLink(path: String, target: String)
  /// move_mount(2) of the slot's mount to a path.
  case attachTree(slot: UInt32, path: String)
  /// A copy of the slot's file, of exactly `size` bytes.
  case copyFile(slot: UInt32, path: String, mode: UInt32, size: UInt64)
  /// Hides a path below a filesystem of the kernel: a file by /dev/null, a directory by an empty one. One
  /// that isn't there needs no hiding.
  case mask(path: String)
  /// mount_setattr(2) to read-only; a path that is no mount yet becomes one.
  case makeReadOnly(path: String, isMount: Bool)
  case hostname(String)
  /// prctl(2) PR_SET_DUMPABLE to 0: nobody inside may look into pid 1.
  case hideInit
  /// Opens a directory and sends it to the daemon, which collects the outputs from it after the end.
  case handOver(path: String)
  case startPayload

  // In the payload's process, pid 2.

  /// setsid(2): no controlling terminal.
  case newSession
  case changeDirectory(path: String)
  /// setrlimit(2), soft and hard; a hard limit that is lower already is kept.
  case limitResource(UInt32, UInt64)
  /// sched_setaffinity(2), least significant processor first.
  case affinity([UInt8])
  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  case noNewPrivileges
  /// Ambient, bounding, inheritable, permitted and effective sets emptied, and checked to be:
  /// capabilities(7).
  case dropCapabilities
  /// close_range(2): execve(2) closes all but the standard streams, whoever opened them.
  case closeDescriptors
  /// A seccomp(2) filter: classic BPF in the machine's byte order.
  case filter(program: [UInt8])
  /// execve(2). From here on the payload's own code runs.
  case execute(path: String, arguments: [String], environment: [String])
}

/// `size=64m` of mount(8).
package struct MountOption: Hashable, Sendable {
  package var key: String
  /// Empty for a flag.
  package var value: String

  package init(_ key: String, _ value: String = "") {
    self.key = key
    self.value = value
  }
}
