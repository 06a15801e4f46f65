import CProbe
import Glibc

/// What a task can see of where it is.
enum Surroundings {
  /// `key: value` lines about everything that a task can see of where it is.
  static func print() {
    // Before opendir(3) opens one more.
    let descriptors = (0..<1024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.map(String.init)
    Swift.print("descriptors:", descriptors.joined(separator: " "))
    Swift.print("root:", names("/").joined(separator: " "))
    Swift.print("dev:", names("/dev").joined(separator: " "))
    Swift.print("proc:", names("/proc").filter { Int($0) != nil }.joined(separator: " "))
    Swift.print("pid:", getpid(), "parent:", getppid(), "session:", getsid(0))
    Swift.print("ids:", getuid(), geteuid(), getgid(), getegid())
    var buffer = [CChar](repeating: 0, count: 4096)
    gethostname(&buffer, buffer.count)
    Swift.print("hostname:", text(buffer))
    getcwd(&buffer, buffer.count)
    Swift.print("directory:", text(buffer))
    var pointer = environ
    while let entry = pointer.pointee {
      Swift.print("environment:", String(cString: entry))
      pointer += 1
    }
    for line in lines("/proc/self/status")
    where ["Cap", "NoNewPrivs", "Seccomp:", "Groups"].contains(where: { line.hasPrefix($0) }) {
      Swift.print(line.split { $0 == " " || $0 == "\t" }.joined(separator: " "))
    }
    for line in lines("/proc/self/net/dev").dropFirst(2) {
      Swift.print("interface:", String(line.split { $0 == " " || $0 == ":" }.first ?? ""))
    }
    Swift.print("securebits:", probe_securebits())
    for kind in ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"] {
      var link = [CChar](repeating: 0, count: 64)
      readlink("/proc/self/ns/" + kind, &link, link.count - 1)
      Swift.print("namespace:", text(link))
    }
    for line in lines("/proc/self/mountinfo") { Swift.print("mount:", line) }
    for line in lines("/proc/self/cgroup") { Swift.print("cgroup:", line) }
  }

  /// All that a network namespace shows of who uses it and who did.
  static func printNetwork() {
    var link = [CChar](repeating: 0, count: 64)
    readlink("/proc/self/ns/net", &link, link.count - 1)
    Swift.print("namespace:", text(link))
    for line in lines("/proc/self/net/unix").dropFirst() { Swift.print("socket:", line) }
    for line in lines("/proc/self/net/dev").dropFirst(2) {
      Swift.print("interface:", line.split(separator: " ").joined(separator: " "))
    }
    for table in ["arp", "fib_trie", "if_inet6", "ipv6_route", "route", "tcp", "udp"] {
      Swift.print("\(table):", lines("/proc/self/net/" + table).dropFirst(table == "if_inet6" ? 0 : 1).count)
    }
    Swift.print("name:", probe_bind_litter_name())
  }

  private static func lines(_ path: String) -> [Substring] {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return ["errno \(errno)"] }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(file, &bytes, bytes.count)
    close(file)
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: "\n")
  }

  private static func names(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return ["errno \(errno)"] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
