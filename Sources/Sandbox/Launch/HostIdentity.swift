internal import CLinux
internal import Glibc
internal import SandboxPlan

/// Who the daemon is on this host, and whom its sandboxes can be.
struct HostIdentity: Hashable, Sendable {
  /// May clone mounts in the host's own namespace.
  let isRoot: Bool
  let writer: IDMapping.Writer
  let ids: HostIDRange
  /// Groups that an ordinary user can't lay down (setgroups(2) is denied to it).
  let hasSupplementaryGroups: Bool

  /// Inside a sandbox without an image the payload has this one id, and no other exists.
  static let insideID: UInt32 = 1000

  /// Every sandbox has the daemon's own id outside: there is no other to give.
  var sharesID: Bool { writer == .own }
  var clearsGroups: Bool { writer != .own }

  static let current = find()

  /// For a program of our own: in a user namespace all the same, as the user itself.
  var asItself: HostIdentity {
    HostIdentity(isRoot: isRoot, writer: .own, ids: ids, hasSupplementaryGroups: hasSupplementaryGroups)
  }

  private static func find() -> HostIdentity {
    let isRoot = geteuid() == 0
    if isRoot || hasCapabilities(to: ["setuid": 7, "setgid": 6]) {
      return HostIdentity(isRoot: isRoot, writer: .privileged, ids: .unused, hasSupplementaryGroups: false)
    }
    if let ids = SubordinateIDs.find() {
      return HostIdentity(isRoot: false, writer: .tools, ids: ids, hasSupplementaryGroups: false)
    }
    let groups = getgroups(0, nil)
    let own = getegid()
    return HostIdentity(
      isRoot: false, writer: .own, ids: HostIDRange(firstUser: geteuid(), firstGroup: own, count: 1),
      hasSupplementaryGroups: groups > 1 || (groups == 1 && !isOnlyGroup(own)))
  }

  /// As a service manager may give them: capabilities(7), by the bit of each.
  private static func hasCapabilities(to wanted: [String: Int]) -> Bool {
    guard let status = HostFile.text("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let bits = UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }, radix: 16)
    else { return false }
    return wanted.values.allSatisfy { bits & 1 << UInt64($0) != 0 }
  }

  private static func isOnlyGroup(_ own: gid_t) -> Bool {
    var group: gid_t = 0
    return getgroups(1, &group) == 1 && group == own
  }
}

/// Ids of the host that sandboxes may have, one each.
struct HostIDRange: Hashable, Sendable {
  var firstUser: UInt32
  var firstGroup: UInt32
  var count: UInt32

  /// Where any id may be mapped: ids that no distribution gives to anybody. systemd's UIDS-GIDS page lists
  /// 1879048192…2147483647 as unused. The first is the store's.
  static let unused = HostIDRange(
    firstUser: SandboxID.store + 1, firstGroup: SandboxID.store + 1, count: 65_536)
}

/// The ids of one sandbox on the host.
struct SandboxID: Hashable, Sendable {
  var user: UInt32
  var group: UInt32

  /// Owns the unpacked images where root unpacks them. No task ever has it.
  static let store: UInt32 = 1_879_048_192

  static var own: SandboxID { SandboxID(user: geteuid(), group: getegid()) }

  /// Whether the permission bits let the payload read a file, and run it where it must.
  func may(execute: Bool, mode: UInt32, owner: UInt32) -> Bool {
    let needed: UInt32 = execute ? 0o5 : 0o4
    let granted = owner == user ? mode >> 6 : mode
    return granted & needed == needed
  }
}

/// subuid(5) and subgid(5): ids that an administrator gave to a user, for newuidmap(1) and newgidmap(1) to map.
enum SubordinateIDs {
  private static let most: UInt32 = 65_536

  static func find() -> HostIDRange? {
    guard access("/usr/bin/newuidmap", X_OK) == 0, access("/usr/bin/newgidmap", X_OK) == 0,
      let entry = getpwuid(geteuid())
    else { return nil }
    let name = String(cString: entry.pointee.pw_name)
    guard let users = range(in: HostFile.text("/etc/subuid") ?? "", name, geteuid()),
      let groups = range(in: HostFile.text("/etc/subgid") ?? "", name, geteuid())
    else { return nil }
    return HostIDRange(
      firstUser: users.first, firstGroup: groups.first, count: min(users.count, groups.count, most))
  }

  /// The first range of a user, by its name or its number.
  static func range(in text: String, _ name: String, _ user: UInt32) -> (first: UInt32, count: UInt32)? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 3, fields[0] == name || UInt32(fields[0]) == user, let first = UInt32(fields[1]),
        let count = UInt32(fields[2]), first > 0, count > 0, !first.addingReportingOverflow(count).overflow
      else { continue }
      return (first, count)
    }
    return nil
  }
}
