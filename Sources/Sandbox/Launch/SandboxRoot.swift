internal import Glibc
internal import Workload

/// What the sandbox's root is made of, as found on the host: the impure part of planning.
struct SandboxRoot: Hashable, Sendable {
  /// A part of the host that is there read-only.
  struct Tree: Hashable, Sendable {
    var source: String
    var target: SandboxPath
    var isDirectory: Bool
  }

  struct Link: Hashable, Sendable {
    var path: SandboxPath
    var target: String
  }

  /// An input that is copied, as the payload could not read or run the host's file.
  struct Copy: Hashable, Sendable {
    var source: String
    var target: SandboxPath
    var mode: UInt32
    var size: UInt64
  }

  var trees: [Tree] = []
  var links: [Link] = []
  var copies: [Copy] = []
  var inputs: [Tree] = []

  /// Directories that the sandbox makes itself, whatever the root brings.
  static let own: Set<String> = ["dev", "proc", "sys", "tmp", "work", ".empty"]

  init(_ request: RunRequest, profile: Profile, identity: HostIdentity) throws(SandboxError) {
    for mount in profile.mounts {
      guard let target = SandboxPath(mount) else { continue }
      try add(mount, at: target, mayBeMissing: true)
    }
    if case .directory(let directory) = request.specification.root {
      guard profile.mounts.isEmpty else {
        throw .invalidRequest(
          "the profile \(profile.name) brings a root of its own; with a root directory use the profile batch")
      }
      guard let names = HostFile.names(in: directory) else {
        throw .invalidRequest("the root \(directory) is no directory that can be read")
      }
      for name in names where !Self.own.contains(name) {
        guard let target = SandboxPath("/" + name) else { continue }
        try add(directory + "/" + name, at: target, mayBeMissing: false)
      }
    }
    for input in request.specification.inputs {
      try addInput(input, from: request.inputPaths[input.digest], identity)
    }
  }

  private mutating func add(_ source: String, at target: SandboxPath, mayBeMissing: Bool) throws(SandboxError)
  {
    var status = stat()
    guard lstat(source, &status) == 0 else {
      if errno == ENOENT && mayBeMissing { return }
      throw .systemCallFailed(doing: "looking at \(source) for the sandbox's root", errno: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: trees.append(Tree(source: source, target: target, isDirectory: true))
    case S_IFREG: trees.append(Tree(source: source, target: target, isDirectory: false))
    case S_IFLNK:
      guard let text = HostFile.link(source) else {
        throw .systemCallFailed(doing: "reading the link \(source)", errno: errno)
      }
      links.append(Link(path: target, target: text))
    // Devices, sockets and FIFOs of a root are not let in.
    default: break
    }
  }

  private mutating func addInput(
    _ input: InputFile, from source: String?, _ identity: HostIdentity
  ) throws(SandboxError) {
    guard let target = SandboxPath(input.path), let first = target.components.first else {
      throw .invalidRequest("the input path '\(input.path)' is not absolute, or has '.' or '..' in it")
    }
    guard target.components.count > 1 || !Self.own.contains(first),
      !["dev", "proc", "sys", ".empty"].contains(first)
    else { throw .invalidRequest("the input path \(input.path) belongs to the sandbox itself") }
    guard let source else {
      throw .invalidRequest("the input \(input.digest) for \(input.path) has no local file")
    }
    var status = stat()
    guard stat(source, &status) == 0 else {
      throw .systemCallFailed(doing: "looking at the input \(source)", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .invalidRequest("the input \(source) is no regular file")
    }
    guard UInt64(status.st_size) == input.size.value else {
      throw .invalidRequest(
        "the input \(source) has \(status.st_size) bytes, but \(input.path) is specified with \(input.size.value)"
      )
    }
    if identity.payloadMay(execute: input.isExecutable, mode: status.st_mode, owner: status.st_uid) {
      inputs.append(Tree(source: source, target: target, isDirectory: false))
    } else {
      copies.append(
        Copy(source: source, target: target, mode: input.isExecutable ? 0o555 : 0o444, size: input.size.value)
      )
    }
  }
}

/// Who the daemon is, and who the payload will be on this host.
struct HostIdentity: Hashable, Sendable {
  /// May map any id and clone mounts in the host's own namespace.
  let isRoot: Bool
  let user: UInt32
  let group: UInt32
  /// Groups that an ordinary user can't lay down (setgroups(2) is denied to it).
  let hasSupplementaryGroups: Bool

  /// Inside every sandbox the payload has this one id, and no other exists.
  static let insideID: UInt32 = 1000
  /// Where root starts a sandbox: an id that no distribution gives to anybody. systemd's UIDS-GIDS page lists
  /// 1879048192…2147483647 as unused.
  static let unprivilegedID: UInt32 = 1_879_048_192

  static let current = {
    let isRoot = geteuid() == 0
    let groups = getgroups(0, nil)
    let own = getegid()
    return HostIdentity(
      isRoot: isRoot, user: isRoot ? unprivilegedID : geteuid(), group: isRoot ? unprivilegedID : own,
      hasSupplementaryGroups: !isRoot && (groups > 1 || (groups == 1 && !isOnlyGroup(own))))
  }()

  private static func isOnlyGroup(_ own: gid_t) -> Bool {
    var group: gid_t = 0
    return getgroups(1, &group) == 1 && group == own
  }

  /// Whether the permission bits let the payload read a file, and run it where it must.
  func payloadMay(execute: Bool, mode: UInt32, owner: UInt32) -> Bool {
    let needed: UInt32 = execute ? 0o5 : 0o4
    let granted = owner == user ? mode >> 6 : mode
    return granted & needed == needed
  }
}
