/// One step from a fresh process to a sandboxed payload: one system call, or the few that make no sense
/// apart.
///
/// Descriptors that a step opens for a later one live in numbered slots. Paths of steps before `pivot` are
/// the host's, of steps after it the sandbox's, so that no link inside the sandbox's root can lead a later
/// step to the host.
package enum SetupStep: Hashable, Sendable {
  // In the host's namespaces, by samovar-init.

  /// mkdir(2) of a cgroup. Whoever carries out the plan removes it where nobody is left to do so.
  case makeGroup(path: String)
  /// Writes a control file of a cgroup. One that may be missing is left where this kernel has none.
  case setGroup(path: String, value: String, mayBeMissing: Bool)
  /// A `tasks` file of a version 1 cgroup, open for writing, in a slot.
  case openGroup(slot: UInt32, path: String)
  /// The directory of a cgroup v2 that pid 1 is born into: CLONE_INTO_CGROUP of clone(2).
  case openCgroup(path: String)
  /// A copy of a mount tree in a slot, not attached anywhere: open_tree(2) with OPEN_TREE_CLONE, then
  /// mount_setattr(2) with `attributes`. Run in the host's namespaces by root, by pid 1 where an ordinary
  /// user starts it.
  case cloneTree(slot: UInt32, path: String, isRecursive: Bool, attributes: UInt64)
  /// Shows the files of detached trees in `count` slots from `firstSlot` on as those of another id, by
  /// mount_setattr(2) with MOUNT_ATTR_IDMAP: `stored` is theirs, `shown` the payload's, both of the host.
  case mapTrees(firstSlot: UInt32, count: UInt32, stored: UInt32, shown: UInt32)
  /// A tmpfs in a slot that holds device nodes named 0, 1 and so on, each the payload's own: fsopen(2), mknod(2). Only in the
  /// host's namespaces, by root: a node made elsewhere opens nothing.
  case makeDevices(slot: UInt32, nodes: [DeviceNode])
  /// A file to read, in a slot.
  case openFile(slot: UInt32, path: String)
  /// proc(5) oom_score_adj, so that the kernel prefers tasks to the daemon.
  case oomScore(Int32)
  /// clone3(2) of pid 1 with these CLONE_NEW* flags. What follows in this part happens while pid 1 waits.
  case cloneInit(namespaces: UInt64)
  /// user_namespaces(7): one user and one group inside, each for one outside.
  case mapIDs(IDMapping)

  // In the new namespaces, by pid 1.

  /// Pid 1 writes itself to the slot's `tasks` file. A single thread that moves itself waits for nobody, whereas to be
  /// moved by another through cgroup.procs takes a grace period of the kernel, some 5 to 20 ms.
  case joinGroup(slot: UInt32)
  /// unshare(2). For the cgroup namespace, whose root is the cgroup of the moment.
  case unshare(UInt64)
  /// So that no mount here shows outside: mount(2) with MS_REC | MS_PRIVATE.
  case makeMountsPrivate
  /// setgroups(2) to none where allowed, setresgid(2), setresuid(2).
  case becomeID(user: UInt32, group: UInt32, clearsGroups: Bool)
  /// A new filesystem in a slot: fsopen(2), fsconfig(2), fsmount(2). An option without value is a flag.
  case newFilesystem(slot: UInt32, type: String, options: [MountOption], attributes: UInt32)
  /// Makes the slot's mount the root, and nothing else reachable: move_mount(2), pivot_root(2), umount2(2).
  case pivot(slot: UInt32)
  /// mount(2) of an overlay on a directory, nosuid and nodev. Options are relative to the root.
  case mountOverlay(path: String, options: String)
  /// The same as `pivot` for a mount that has a path already.
  case pivotTo(path: String)
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
  /// Brings the loopback up, listens on this port of it, and sends the socket to the daemon: tcp(7). It belongs to this
  /// network namespace wherever it is served from.
  case listen(port: UInt16)
  case startPayload

  // In the payload's process, pid 2.

  /// setsid(2): no controlling terminal. umask(2) of 022, whatever the daemon's is.
  case newSession
  /// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: a new one, so that the daemon's is out of reach.
  case newKeyring
  case changeDirectory(path: String)
  /// setrlimit(2), soft and hard; a hard limit that is lower already is kept.
  case limitResource(UInt32, UInt64)
  /// sched_setaffinity(2), least significant processor first.
  case affinity([UInt8])
  /// prctl(2) PR_SET_NO_NEW_PRIVS.
  case noNewPrivileges
  /// prctl(2) PR_SET_SECUREBITS: id 0 means nothing, capabilities are never kept or raised, and all of it is locked.
  case lockSecurebits
  /// Ambient, bounding, inheritable, permitted and effective sets emptied, and checked to be:
  /// capabilities(7).
  case dropCapabilities
  /// A landlock(7) domain: the second fence, should a mount not be what it seems.
  case landlock(LandlockFence)
  /// close_range(2): all but the standard streams, whoever opened them.
  case closeDescriptors
  /// A seccomp(2) filter: classic BPF in the machine's byte order.
  case filter(program: [UInt8])
  /// execve(2). From here on the payload's own code runs.
  case execute(path: String, arguments: [String], environment: [String])
}

/// A character device as the payload is to have it.
package struct DeviceNode: Hashable, Sendable {
  /// st_rdev of stat(2).
  package var device: UInt64
  /// Permission bits.
  package var mode: UInt32
  /// Of the host.
  package var user: UInt32
  package var group: UInt32

  package init(device: UInt64, mode: UInt32, user: UInt32, group: UInt32) {
    self.device = device
    self.mode = mode
    self.user = user
    self.group = group
  }
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

/// Whom the one user and the one group inside are outside, and who may write that down: user_namespaces(7).
package struct IDMapping: Hashable, Sendable {
  package enum Writer: UInt8, Hashable, Sendable {
    /// This process, with CAP_SETUID and CAP_SETGID: any ids.
    case privileged
    /// newuidmap(1) and newgidmap(1), for ids that subuid(5) and subgid(5) give to the user.
    case tools
    /// This process, for its own ids only; it must deny setgroups(2).
    case own
  }

  package var insideUser: UInt32
  package var insideGroup: UInt32
  package var user: UInt32
  package var group: UInt32
  package var writer: Writer

  package init(insideUser: UInt32, insideGroup: UInt32, user: UInt32, group: UInt32, writer: Writer) {
    self.insideUser = insideUser
    self.insideGroup = insideGroup
    self.user = user
    self.group = group
    self.writer = writer
  }
}

/// What landlock(7) is to forbid, in the bits of <linux/landlock.h> that this kernel knows.
package struct LandlockFence: Hashable, Sendable {
  /// What `files` may be done beneath `path`.
  package struct Rule: Hashable, Sendable {
    package var path: String
    package var files: UInt64

    package init(path: String, files: UInt64) {
      self.path = path
      self.files = files
    }
  }

  /// LANDLOCK_ACCESS_FS_*: forbidden but where a rule allows it.
  package var files: UInt64
  /// LANDLOCK_ACCESS_NET_*: forbidden.
  package var network: UInt64
  /// LANDLOCK_SCOPE_*: what stays within the sandbox.
  package var scopes: UInt64
  /// One whose path isn't there is left out.
  package var rules: [Rule]

  package init(files: UInt64, network: UInt64, scopes: UInt64, rules: [Rule]) {
    self.files = files
    self.network = network
    self.scopes = scopes
    self.rules = rules
  }
}
