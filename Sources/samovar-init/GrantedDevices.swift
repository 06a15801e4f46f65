internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Device nodes that are the payload's own, on a small filesystem that belongs to the host's user namespace: of any other
/// the kernel opens no device. The host's node stays as it is, and the payload needs none of the host's groups.
enum GrantedDevices {
  /// A mount with the nodes `0`, `1` and so on, read-only and attached nowhere.
  static func make(_ nodes: [DeviceNode]) throws(Refusal) -> Int32 {
    let context = try check(samovar_fsopen("tmpfs"))
    defer { close(context) }
    for (key, value) in [("size", "4096"), ("nr_inodes", "\(nodes.count + 2)"), ("mode", "0755")] {
      try check(samovar_fsconfig_string(context, key, value))
    }
    try check(samovar_fsconfig_create(context))
    let attributes = SAMOVAR_MOUNT_NOSUID | SAMOVAR_MOUNT_NOEXEC
    let mount = try check(samovar_fsmount(context, UInt32(attributes)))
    for (index, node) in nodes.enumerated() {
      let name = "\(index)"
      try check(mknodat(mount, name, S_IFCHR | node.mode, dev_t(node.device)))
      try check(fchownat(mount, name, node.user, node.group, 0))
      // mknod(2) takes the umask off.
      try check(fchmodat(mount, name, node.mode, 0))
    }
    try check(
      samovar_set_mount_attributes(mount, "", 0, UInt64(attributes) | UInt64(SAMOVAR_MOUNT_RDONLY)))
    return mount
  }
}
