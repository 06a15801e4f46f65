/// How many namespaces of a kind a user may have: namespaces(7), `/proc/sys/user/max_*_namespaces`. A kernel that is out
/// of one says only that there is no space.
enum NamespaceLimits {
  private static let kinds = ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time"]

  static var remedy: String {
    let none = kinds.filter { HostFile.text("/proc/sys/user/max_\($0)_namespaces") == "0" }
    guard !none.isEmpty else {
      return
        "too many namespaces exist: end what has them, or raise the settings sysctl user.max_*_namespaces"
    }
    return "allow namespaces: "
      + none.map { "sysctl user.max_\($0)_namespaces above 0" }.joined(separator: ", ")
  }
}
