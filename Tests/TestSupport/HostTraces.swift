import Foundation
import Glibc

/// What sandboxes would leave on a host if they left anything. Made before, and asked afterwards.
package struct HostTraces: Sendable {
  private let mounts = HostTraces.mounts()
  private let sockets = HostTraces.sockets()

  package init() {}

  /// Mounts and named Unix sockets of ours that weren't there before.
  package var new: [String] {
    Self.mounts().subtracting(mounts).map(String.init) + Self.sockets().subtracting(sockets)
  }

  /// Cgroups that a daemon made, in every hierarchy that this process can see.
  package static func groups(of daemon: Int32) -> [String] {
    hierarchies().flatMap { below($0, depth: 4) { $0.hasPrefix("samovar-\(daemon)-") } }
  }

  /// Whether they go: the helper removes them when the daemon has hung up, some tenths of a millisecond later.
  package static func groupsGo(of daemon: Int32) -> Bool {
    for _ in 0..<300 where !groups(of: daemon).isEmpty { usleep(10_000) }
    return groups(of: daemon).isEmpty
  }

  /// But for those of the roots that other tests make with debootstrap below the build's directory, and of the disk that
  /// one fills.
  private static func mounts() -> Set<Substring> {
    Set(KernelFile.text("/proc/self/mountinfo")?.split(separator: "\n") ?? []).filter {
      !$0.contains("/.build/") && !($0.contains("/samovar-test-") && $0.contains("/disk "))
    }
  }

  /// Abstract ones too.
  private static func sockets() -> Set<String> {
    let lines = KernelFile.text("/proc/net/unix")?.split(separator: "\n") ?? []
    return Set(
      lines.compactMap { $0.split(separator: " ").dropFirst(7).first.map(String.init) }
        .filter { $0.contains("samovar") && !$0.contains("samovar-test-") })
  }

  /// Where cgroup file systems are mounted.
  private static func hierarchies() -> [String] {
    (KernelFile.text("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, dash > 4,
        ["cgroup", "cgroup2"].contains(fields[dash + 1])
      else { return nil }
      return String(fields[4])
    }
  }

  private static func below(_ directory: String, depth: Int, _ isSought: (String) -> Bool) -> [String] {
    guard depth > 0 else { return [] }
    return KernelFile.names(in: directory).flatMap { name -> [String] in
      let path = "\(directory)/\(name)"
      if isSought(name) { return [path] }
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [] }
      return below(path, depth: depth - 1, isSought)
    }
  }
}
