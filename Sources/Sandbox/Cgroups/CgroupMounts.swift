/// Which cgroup hierarchies are mounted where, and where this process stands in each: cgroups(7), from
/// /proc/self/mountinfo and /proc/self/cgroup.
struct CgroupMounts: Hashable, Sendable {
  /// Directory of this process's cgroup in each mounted version 1 controller, by the controller's name.
  private(set) var version1: [String: String] = [:]
  /// The same in the version 2 hierarchy, and where that is mounted.
  private(set) var version2: String?
  private(set) var version2Mount: String?

  init(mountinfo: String, membership: String) {
    var paths: [String: String] = [:]
    for line in membership.split(separator: "\n") {
      // 4:memory:/user.slice — the second field is empty for version 2.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(controller)] = String(fields[2])
      }
    }
    for line in mountinfo.split(separator: "\n") {
      // 31 23 0:28 ROOT POINT OPTIONS [TAGS] - TYPE SOURCE SUPEROPTIONS
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { continue }
      let root = String(fields[3])
      let point = String(fields[4])
      switch fields[dash + 1] {
      case "cgroup2":
        version2 = Self.directory(of: paths[""], root: root, point: point)
        version2Mount = version2 == nil ? nil : point
      case "cgroup":
        for option in fields[dash + 3].split(separator: ",") {
          let controller = String(option)
          guard let directory = Self.directory(of: paths[controller], root: root, point: point) else {
            continue
          }
          version1[controller] = directory
        }
      default: break
      }
    }
  }

  /// Those hierarchies whose directory passes a test.
  func filtered(_ isUsable: (String) -> Bool) -> CgroupMounts {
    var usable = self
    usable.version1 = version1.filter { isUsable($0.value) }
    if let version2, !isUsable(version2) { usable.version2 = nil }
    return usable
  }

  /// A mount may show only a part of the hierarchy, as in a container.
  private static func directory(of path: String?, root: String, point: String) -> String? {
    guard let path else { return nil }
    if root == "/" { return path == "/" ? point : point + path }
    guard path == root || path.hasPrefix(root + "/") else { return nil }
    return point + path.dropFirst(root.count)
  }
}
