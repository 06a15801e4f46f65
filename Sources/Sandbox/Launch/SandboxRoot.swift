internal import Glibc
internal import SandboxPlan
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
  /// Of an image, the lowest first: they are the root then, below a writable layer.
  var layers: [String] = []
  var writable: [Tree] = []
  /// Devices of the profile that are made anew for the sandbox, by their paths.
  var remadeDevices: [String: DeviceNode] = [:]

  /// Files and directories of the host that a run reads or writes.
  var sources: [String] {
    (trees + inputs + writable).map(\.source) + copies.map(\.source) + layers
  }

  /// Directories that the sandbox makes itself, whatever the root brings.
  static let own: Set<String> = ["dev", "proc", "sys", "tmp", "work", ".empty"]

  init(_ request: RunRequest, profile: Profile, id: SandboxID) throws(SandboxError) {
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
    if let image = request.image {
      guard profile.mounts.isEmpty else {
        throw .invalidRequest(
          "the profile \(profile.name) brings a root of its own; with an image use the profile batch")
      }
      guard let start = SandboxPath(image.workingDirectory),
        !["dev", "proc", "sys"].contains(start.components.first)
      else {
        throw .invalidRequest(
          "the image's working directory \(image.workingDirectory) is no place of its own in the sandbox")
      }
      layers = image.layers
    }
    for writable in request.writableDirectories {
      guard let target = SandboxPath(writable.target), !target.components.isEmpty else {
        throw .invalidRequest("'\(writable.target)' is no absolute path for a writable directory")
      }
      self.writable.append(Tree(source: writable.source, target: target, isDirectory: true))
    }
    for input in request.specification.inputs {
      try addInput(input, from: request.inputPaths[input.digest], id)
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
    _ input: InputFile, from source: String?, _ id: SandboxID
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
    if id.may(execute: input.isExecutable, mode: status.st_mode, owner: status.st_uid) {
      inputs.append(Tree(source: source, target: target, isDirectory: false))
    } else {
      copies.append(
        Copy(source: source, target: target, mode: input.isExecutable ? 0o555 : 0o444, size: input.size.value)
      )
    }
  }
}
