internal import CLinux
internal import Glibc
internal import SandboxPlan

extension IDMapping {
  private static let userTool = "/usr/bin/newuidmap"
  private static let groupTool = "/usr/bin/newgidmap"

  /// Once for each new user namespace: user_namespaces(7).
  func write(for process: pid_t) throws(Refusal) {
    switch writer {
    case .tools:
      try run(Self.userTool, process, insideUser, user)
      try run(Self.groupTool, process, insideGroup, group)
      return
    case .own: try writeWhole("deny", to: "/proc/\(process)/setgroups")
    case .privileged: break
    }
    try writeWhole("\(insideUser) \(user) 1", to: "/proc/\(process)/uid_map")
    try writeWhole("\(insideGroup) \(group) 1", to: "/proc/\(process)/gid_map")
  }

  private func run(_ tool: String, _ process: pid_t, _ inside: UInt32, _ outside: UInt32) throws(Refusal) {
    var arguments: [UnsafeMutablePointer<CChar>?] = [tool, "\(process)", "\(inside)", "\(outside)", "1"]
      .map { (text: String) in strdup(text) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var child: pid_t = 0
    let error = posix_spawn(&child, tool, nil, nil, arguments, &environment)
    guard error == 0 else { throw Refusal(errno: error) }
    var usage = samovar_usage()
    var code: Int32 = 0
    var status: Int32 = 0
    while samovar_wait4(child, 0, &code, &status, &usage) < 0 && errno == EINTR {}
    // It said why on standard error, which is the task's; the id is not the user's to give.
    guard code == Int32(CLD_EXITED), status == 0 else { throw Refusal(errno: EPERM) }
  }
}

/// A user namespace in which the host's id `stored` stands for `shown`: mount_setattr(2) takes mappings in this form
/// only. Its one process ends before this returns.
func userNamespace(mapping stored: UInt32, to shown: UInt32) throws(Refusal) -> Int32 {
  let link = try Ends(samovar_pipe)
  var pidfd: Int32 = -1
  let process = try check(samovar_clone3(UInt64(SAMOVAR_CLONE_NEWUSER), -1, &pidfd))
  if process == 0 {
    close(link.second)
    var byte: UInt8 = 0
    _ = read(link.first, &byte, 1)
    _exit(0)
  }
  close(link.first)
  defer {
    close(link.second)
    close(pidfd)
    var usage = samovar_usage()
    var code: Int32 = 0
    var status: Int32 = 0
    while samovar_wait4(process, 0, &code, &status, &usage) < 0 && errno == EINTR {}
  }
  try writeWhole("\(stored) \(shown) 1", to: "/proc/\(process)/uid_map")
  try writeWhole("\(stored) \(shown) 1", to: "/proc/\(process)/gid_map")
  return try check(open("/proc/\(process)/ns/user", O_RDONLY | O_CLOEXEC))
}
