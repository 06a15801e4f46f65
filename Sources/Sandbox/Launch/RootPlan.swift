internal import CLinux
internal import SandboxPlan
internal import Workload

/// The steps that make a sandbox's root: a small read-only tmpfs with parts of the host on it, or an image's layers
/// below a bounded, writable one.
struct RootPlan {
  var root: SandboxRoot
  var profile: Profile
  /// What the work directory holds, and what an image's writable layer does.
  var disk: ByteCount
  /// Of an image, which need not have it.
  var workingDirectory: String?

  private static let devices = ["full", "null", "random", "urandom", "zero"]
  private static let readOnlyTree = UInt64(SAMOVAR_MOUNT_RDONLY | SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NODEV)
  private static let writableTree = UInt64(SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NODEV | SAMOVAR_MOUNT_NOEXEC)
  private static let device = UInt64(SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NOEXEC)
  private static let data = UInt32(SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NODEV)

  /// Slots: 0…4 new filesystems, then trees of the host, then layers, then files to copy.
  private enum Slot {
    static let root: UInt32 = 0
    static let proc: UInt32 = 1
    static let work: UInt32 = 2
    static let temporary: UInt32 = 3
    static let devices: UInt32 = 4
    static let firstTree: UInt32 = 5
  }

  private var isImage: Bool { !root.layers.isEmpty }
  private var devicePaths: [String] { Self.devices.map { "/dev/" + $0 } + profile.devices }
  private var trees: [SandboxRoot.Tree] { root.trees + root.inputs + root.writable }
  private var firstDevice: UInt32 { Slot.firstTree + UInt32(trees.count) }
  var firstLayer: UInt32 { firstDevice + UInt32(devicePaths.count) }
  private var firstCopy: UInt32 { firstLayer + UInt32(root.layers.count) }
  /// Where devices that are made for the sandbox are until each has its place.
  private static let remade = "/dev/.granted"
  private var remadeSlot: UInt32 { firstCopy + UInt32(root.copies.count) }
  private var remadePaths: [String] { profile.devices.filter { root.remadeDevices[$0] != nil } }

  /// Takes what is shown of the host, by whoever can see it.
  var cloneSteps: [SetupStep] {
    let readOnly = (root.trees + root.inputs).map { ($0.source, $0.isDirectory, Self.readOnlyTree) }
    let all =
      readOnly + root.writable.map { ($0.source, false, Self.writableTree) }
      + devicePaths.map { ($0, false, Self.device) } + root.layers.map { ($0, false, Self.readOnlyTree) }
    let clones: [SetupStep] = all.enumerated().compactMap { index, tree in
      if tree.2 == Self.device && root.remadeDevices[tree.0] != nil { return nil }
      return .cloneTree(
        slot: Slot.firstTree + UInt32(index), path: tree.0, isRecursive: tree.1, attributes: tree.2)
    }
    let nodes = remadePaths.compactMap { root.remadeDevices[$0] }
    return nodes.isEmpty ? clones : clones + [.makeDevices(slot: remadeSlot, nodes: nodes)]
  }

  /// Opens what is copied.
  var openSteps: [SetupStep] {
    root.copies.enumerated().map { index, copy in
      .openFile(slot: firstCopy + UInt32(index), path: copy.source)
    }
  }

  /// In the new namespaces, by the payload's id.
  var initSteps: [SetupStep] {
    var steps = filesystemSteps + [.pivot(slot: Slot.root)]
    if isImage { steps += overlaySteps }
    steps += mountSteps + deviceSteps + treeSteps + inputSteps
    if profile.proc == .masked {
      steps += profile.readOnlyPaths.map { .makeReadOnly(path: $0, isMount: false) }
      steps += profile.maskedPaths.map { .mask(path: $0) }
    }
    steps.append(.makeReadOnly(path: isImage ? "/dev" : "/", isMount: true))
    return steps
  }

  private var filesystemSteps: [SetupStep] {
    let page: UInt64 = 4096
    let copied = root.copies.reduce(UInt64(0)) { $0 + ($1.size + page - 1) / page * page }
    let entries = UInt64(trees.count + root.links.count + root.copies.count + root.layers.count)
    let own = copied + (1 << 20)
    let files = 256 + entries * 8
    var steps: [SetupStep] = [
      tmpfs(
        Slot.root, size: ByteCount(isImage ? own + disk.value : own),
        files: isImage ? files + profile.limits.workFiles : files, mode: "0755"),
      // While the host's proc is in sight: the kernel demands it.
      .newFilesystem(
        slot: Slot.proc, type: "proc",
        options: profile.proc == .processes ? [MountOption("subset", "pid")] : [],
        attributes: Self.data | UInt32(SAMOVAR_MOUNT_NOEXEC)),
      tmpfs(Slot.work, size: disk, files: profile.limits.workFiles, mode: "0755"),
      tmpfs(Slot.temporary, size: profile.limits.temporary, files: profile.limits.workFiles, mode: "1777"),
    ]
    if isImage {
      steps.append(
        tmpfs(Slot.devices, size: ByteCount(1 << 16), files: UInt64(64 + devicePaths.count * 8), mode: "0755")
      )
    }
    return steps
  }

  private func tmpfs(_ slot: UInt32, size: ByteCount, files: UInt64, mode: String) -> SetupStep {
    // A size of 0 would mean none at all to the kernel.
    let options = [
      MountOption("size", "\(max(4096, size.value))"), MountOption("nr_inodes", "\(files)"),
      MountOption("mode", mode),
    ]
    return .newFilesystem(slot: slot, type: "tmpfs", options: options, attributes: Self.data)
  }

  /// The overlay takes copies of its layers' mounts, so nothing of the first root is left when it is the second.
  private var overlaySteps: [SetupStep] {
    var steps: [SetupStep] = [
      .makeDirectory(path: "/layers", mode: 0o755), .makeDirectory(path: "/upper", mode: 0o755),
      .makeDirectory(path: "/inner", mode: 0o755), .makeDirectory(path: "/root", mode: 0o755),
    ]
    for index in root.layers.indices {
      steps.append(.makeDirectory(path: "/layers/\(index)", mode: 0o755))
      steps.append(.attachTree(slot: firstLayer + UInt32(index), path: "/layers/\(index)"))
    }
    let lower = root.layers.indices.reversed().map { "layers/\($0)" }.joined(separator: ":")
    return steps + [
      .mountOverlay(
        path: "/root", options: "lowerdir=\(lower),upperdir=upper,workdir=inner,userxattr"),
      .pivotTo(path: "/root"),
    ]
  }

  private var mountSteps: [SetupStep] {
    var steps: [SetupStep] = [
      .makeDirectory(path: "/.empty", mode: 0o555), .makeDirectory(path: "/proc", mode: 0o555),
      .attachTree(slot: Slot.proc, path: "/proc"), .makeDirectory(path: "/tmp", mode: 0o755),
      .attachTree(slot: Slot.temporary, path: "/tmp"), .makeDirectory(path: "/work", mode: 0o755),
      .attachTree(slot: Slot.work, path: "/work"), .makeDirectory(path: "/dev", mode: 0o755),
    ]
    if isImage { steps.append(.attachTree(slot: Slot.devices, path: "/dev")) }
    if let workingDirectory, let path = SandboxPath(workingDirectory), !path.components.isEmpty {
      steps += (path.ancestors + [path]).map { .makeDirectory(path: $0.description, mode: 0o755) }
    }
    return steps
  }

  private var deviceSteps: [SetupStep] {
    var steps: [SetupStep] = [
      .makeLink(path: "/dev/fd", target: "/proc/self/fd"),
      .makeLink(path: "/dev/stdin", target: "/proc/self/fd/0"),
      .makeLink(path: "/dev/stdout", target: "/proc/self/fd/1"),
      .makeLink(path: "/dev/stderr", target: "/proc/self/fd/2"), .makeLink(path: "/dev/shm", target: "/tmp"),
    ]
    let remade = remadePaths
    if !remade.isEmpty {
      steps += [
        .makeDirectory(path: Self.remade, mode: 0o755), .attachTree(slot: remadeSlot, path: Self.remade),
      ]
    }
    var made = Set([SandboxPath("/dev")].compactMap { $0 })
    for (index, text) in devicePaths.enumerated() {
      guard let path = SandboxPath(text) else { continue }
      steps += directories(above: path, &made)
      if let number = remade.firstIndex(of: text) {
        steps.append(
          .cloneTree(
            slot: firstDevice + UInt32(index), path: "\(Self.remade)/\(number)", isRecursive: false,
            attributes: Self.device))
      }
      steps.append(.makeFile(path: text, mode: 0o444, contents: []))
      steps.append(.attachTree(slot: firstDevice + UInt32(index), path: text))
    }
    return steps
  }

  private var treeSteps: [SetupStep] {
    var steps: [SetupStep] = []
    var made: Set<SandboxPath> = []
    for link in root.links {
      steps += directories(above: link.path, &made)
      steps.append(.makeLink(path: link.path.description, target: link.target))
    }
    for (index, tree) in root.trees.enumerated() { steps += attach(tree, index: index, &made) }
    if !profile.mounts.isEmpty {
      steps += [
        .makeDirectory(path: "/etc", mode: 0o755),
        .makeFile(
          path: "/etc/passwd", mode: 0o444, contents: Array("task:x:1000:1000::/work:/bin/sh\n".utf8)),
        .makeFile(path: "/etc/group", mode: 0o444, contents: Array("task:x:1000:\n".utf8)),
      ]
    }
    return steps
  }

  private var inputSteps: [SetupStep] {
    var steps: [SetupStep] = []
    var made: Set<SandboxPath> = []
    for (index, tree) in (root.inputs + root.writable).enumerated() {
      steps += attach(tree, index: root.trees.count + index, &made)
    }
    for (index, copy) in root.copies.enumerated() {
      steps += directories(above: copy.target, &made)
      steps.append(
        .copyFile(
          slot: firstCopy + UInt32(index), path: copy.target.description, mode: copy.mode, size: copy.size))
    }
    return steps
  }

  private func attach(_ tree: SandboxRoot.Tree, index: Int, _ made: inout Set<SandboxPath>) -> [SetupStep] {
    let path = tree.target.description
    let point: SetupStep =
      tree.isDirectory
      ? .makeDirectory(path: path, mode: 0o755) : .makeFile(path: path, mode: 0o444, contents: [])
    return directories(above: tree.target, &made) + [
      point, .attachTree(slot: Slot.firstTree + UInt32(index), path: path),
    ]
  }

  private func directories(above path: SandboxPath, _ made: inout Set<SandboxPath>) -> [SetupStep] {
    path.ancestors.filter { made.insert($0).inserted }.map {
      .makeDirectory(path: $0.description, mode: 0o755)
    }
  }
}
