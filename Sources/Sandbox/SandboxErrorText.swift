internal import Glibc
internal import SandboxPlan
internal import Workload

extension SandboxError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .hostLacks(let feature, let remedy): "this host lacks \(feature); \(remedy)"
    case .badProfile(let mistakes): mistakes.description
    case .profileNotFound(let name, let searched):
      "there is no sandbox profile '\(name)' (looked for \(searched.joined(separator: ", "))); "
        + "name a file, or set SAMOVAR_PROFILES"
    case .invalidRequest(let text): text
    case .setupFailed(let doing, let errno, let remedy):
      "the sandbox could not be made, and nothing was run: \(doing): \(Self.name(errno)); \(remedy)"
    case .systemCallFailed(let doing, let errno): "\(doing): \(Self.name(errno))"
    case .helperDied(let text): "samovar-init ended without a report: \(text)"
    }
  }

  /// Another try on this host may succeed.
  package var isTransient: Bool {
    switch self {
    case .setupFailed(_, let errno, _), .systemCallFailed(_, let errno):
      [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EINTR, EBUSY, ETIMEDOUT].contains(errno)
    case .helperDied: true
    case .hostLacks, .badProfile, .profileNotFound, .invalidRequest: false
    }
  }

  private static func name(_ errno: Int32) -> String {
    "\(String(cString: strerror(errno))) (errno \(errno))"
  }

  /// The helper knows numbers only; the sentence is made here.
  static func setup(plan: SetupPlan, failedAt index: Int, errno: Int32) -> SandboxError {
    guard let step = plan.steps.dropFirst(index).first else {
      return .setupFailed(
        doing: errno == ETIMEDOUT ? "setting it up took too long" : "the set-up stopped without a word",
        errno: errno,
        remedy: errno == ETIMEDOUT
          ? "is a directory of the root on a filesystem that hangs?" : "run 'samovar doctor'")
    }
    return .setupFailed(doing: step.sentence, errno: errno, remedy: step.remedy(errno))
  }
}

extension SetupStep {
  /// What was tried, on what.
  fileprivate var sentence: String {
    switch self {
    case .makeGroup(let path): "creating the cgroup \(path)"
    case .setGroup(let path, let value, _): "writing '\(value)' to \(path)"
    case .openGroup(_, let path): "opening \(path)"
    case .openCgroup(let path): "opening the cgroup \(path)"
    case .cloneTree(_, let path, _, _): "taking \(path) of the host into the sandbox"
    case .mapTrees(_, _, let stored, let shown):
      "showing the image's files, which are user \(stored)'s, as \(shown)'s"
    case .makeDevices(_, let nodes): "making \(nodes.count) device nodes for the sandbox"
    case .openFile(_, let path): "opening the input \(path)"
    case .oomScore(let score): "setting the out-of-memory score to \(score)"
    case .cloneInit: "creating the namespaces"
    case .mapIDs(let mapping):
      "mapping user \(mapping.insideUser) to \(mapping.user) and group \(mapping.insideGroup) to \(mapping.group)"
    case .joinGroup: "joining a cgroup"
    case .unshare: "creating the cgroup namespace"
    case .makeMountsPrivate: "making the mounts private"
    case .becomeID(let user, let group, _): "becoming user \(user) and group \(group)"
    case .newFilesystem(_, let type, let options, _):
      "making a \(type) with \(options.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" })"
    case .pivot: "changing to the new root"
    case .mountOverlay: "mounting the image's layers"
    case .pivotTo(let path): "changing to the root \(path)"
    case .makeDirectory(let path, _): "making the directory \(path) in the sandbox"
    case .makeFile(let path, _, _): "making the file \(path) in the sandbox"
    case .makeLink(let path, let target): "making the link \(path) to \(target) in the sandbox"
    case .attachTree(_, let path): "mounting \(path) in the sandbox"
    case .copyFile(_, let path, _, let size): "copying the \(size) bytes of \(path) into the sandbox"
    case .mask(let path): "masking \(path)"
    case .makeReadOnly(let path, _): "making \(path) read-only"
    case .hostname: "setting the host's name"
    case .hideInit: "hiding pid 1"
    case .handOver(let path): "opening \(path)"
    case .listen(let port): "listening on port \(port) of the sandbox's loopback"
    case .startPayload: "starting the payload's process"
    case .newSession: "starting a session"
    case .newKeyring: "starting a keyring"
    case .changeDirectory(let path): "changing to \(path)"
    case .limitResource(let resource, let value): "limiting resource \(resource) to \(value)"
    case .affinity: "binding to processors"
    case .noNewPrivileges: "forbidding new privileges"
    case .lockSecurebits: "locking the secure bits"
    case .landlock: "raising the landlock fence"
    case .dropCapabilities: "dropping all capabilities"
    case .closeDescriptors: "closing descriptors"
    case .filter: "installing the seccomp filter"
    case .execute(let path, _, _): "executing \(path)"
    }
  }

  fileprivate func remedy(_ errno: Int32) -> String {
    switch (self, errno) {
    case (.cloneInit, ENOSPC), (.cloneInit, EUSERS), (.cloneTree, ENOSPC), (.unshare, ENOSPC):
      NamespaceLimits.remedy
    case (.cloneInit, EPERM), (.cloneInit, EACCES),
      (.mapIDs, EPERM), (.makeMountsPrivate, EPERM), (.makeMountsPrivate, EACCES):
      "allow user namespaces: sysctl user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1, "
        + "kernel.apparmor_restrict_unprivileged_userns=0 where they exist"
    case (.makeDevices, EPERM):
      "give the agent CAP_MKNOD, or the profile's devices a mode by which everybody may open them"
    case (.newFilesystem(_, "proc", _, _), EPERM):
      "part of the host's /proc is hidden, as in many containers; run where /proc is whole"
    case (.filter, ENOSYS), (.filter, EINVAL):
      "use a kernel with CONFIG_SECCOMP_FILTER, such as Debian's; where it has that, the profile's filter is too long"
    case (.copyFile, ESTALE): "the file changed after it was checked; fetch it again"
    case (.makeDirectory, EROFS), (.makeFile, EROFS), (.copyFile, EROFS):
      "an input can't lie inside a directory of the read-only root unless it is there already"
    case (_, ENOMEM), (_, EAGAIN), (_, EMFILE), (_, ENFILE): "the host is short of it now; try again"
    case (_, ENOENT): "check that the path exists"
    default: "run 'samovar doctor'"
    }
  }
}
