import CProbe
import Glibc

/// Runs inside a sandbox as a hostile or clumsy task, and prints what it got.
@main
struct SandboxProbe {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let number = arguments.dropFirst().first.flatMap { Int($0) } ?? 0
    switch arguments.first {
    case "attempts": printAttempts()
    case "attempt": print(probe_attempt(arguments.last ?? ""))
    case "surroundings": printSurroundings()
    case "exit": exit(Int32(number))
    case "signal": raise(Int32(number))
    case "say": print(arguments.dropFirst().joined(separator: " "))
    case "cat": cat(arguments.last ?? "")
    case "memory": touch(mebibytes: number)
    case "child-memory":
      if probe_fork() == 0 { touch(mebibytes: number) } else { wait(nil) }
    case "forks": fork(upTo: number)
    case "fork-bomb": while true { _ = probe_fork() }
    case "fill": fill()
    case "files": makeFiles()
    case "sparse": makeSparse()
    case "spin": while true {}
    case "sleep": sleep(UInt32(number))
    case "ignore-term": signal(SIGTERM, SIG_IGN); print("ignoring"); fflush(nil); while true { sleep(1) }
    case "obey-term":
      signal(SIGTERM) { _ in _exit(0) }; print("waiting"); fflush(nil); while true { sleep(1) }
    case "stop": raise(SIGSTOP)
    case "daemon": leaveDaemon()
    case "zombies": for _ in 0..<number where probe_fork() == 0 { _exit(0) }
    case "flood": flood(mebibytes: number)
    case "outputs": makeOutputs()
    case "kill-init": kill(1, SIGKILL); kill(1, SIGTERM); usleep(50_000); print("init lives")
    case "read-stdin":
      var byte: UInt8 = 0
      print("read", read(0, &byte, 1))
    default: exit(64)
    }
  }

  private static func printAttempts() {
    var index: Int32 = 0
    while let name = probe_name(index) {
      print(String(cString: name), probe_attempt(name))
      index += 1
    }
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

  /// `key: value` lines about everything that a task can see of where it is.
  private static func printSurroundings() {
    // Before opendir(3) opens one more.
    let descriptors = (0..<1024).filter { fcntl(Int32($0), F_GETFD) >= 0 }.map(String.init)
    print("descriptors:", descriptors.joined(separator: " "))
    print("root:", names("/").joined(separator: " "))
    print("dev:", names("/dev").joined(separator: " "))
    print("proc:", names("/proc").filter { Int($0) != nil }.joined(separator: " "))
    print("pid:", getpid(), "parent:", getppid(), "session:", getsid(0))
    print("ids:", getuid(), geteuid(), getgid(), getegid())
    var buffer = [CChar](repeating: 0, count: 4096)
    gethostname(&buffer, buffer.count)
    print("hostname:", text(buffer))
    getcwd(&buffer, buffer.count)
    print("directory:", text(buffer))
    var pointer = environ
    while let entry = pointer.pointee {
      print("environment:", String(cString: entry))
      pointer += 1
    }
    for line in lines("/proc/self/status")
    where ["Cap", "NoNewPrivs", "Seccomp:", "Groups"].contains(where: { line.hasPrefix($0) }) {
      print(line.split { $0 == " " || $0 == "\t" }.joined(separator: " "))
    }
    for line in lines("/proc/self/net/dev").dropFirst(2) {
      print("interface:", String(line.split { $0 == " " || $0 == ":" }.first ?? ""))
    }
    for line in lines("/proc/self/cgroup") { print("cgroup:", line) }
  }

  private static func touch(mebibytes: Int) {
    let size = mebibytes << 20
    guard let memory = malloc(size) else { return print("malloc", errno) }
    memset(memory, 1, size)
    print("touched", mebibytes)
    exit(0)
  }

  private static func fork(upTo limit: Int) {
    for count in 0..<limit {
      let child = probe_fork()
      if child == 0 { while true { sleep(100) } }
      if child < 0 {
        print("forked", count, "errno", errno)
        return
      }
    }
    print("forked", limit)
  }

  private static func fill() {
    let file = open("/work/big", O_WRONLY | O_CREAT, 0o600)
    let chunk = [UInt8](repeating: 7, count: 1 << 20)
    var total = 0
    while true {
      let count = write(file, chunk, chunk.count)
      if count < 0 { break }
      total += count
    }
    print("filled", total, "errno", errno)
  }

  private static func makeFiles() {
    var count = 0
    while true {
      let file = open("/work/f\(count)", O_WRONLY | O_CREAT, 0o600)
      if file < 0 { break }
      close(file)
      count += 1
    }
    print("files", count, "errno", errno)
  }

  private static func makeSparse() {
    signal(SIGXFSZ, SIG_IGN)
    let file = open("/work/sparse", O_RDWR | O_CREAT, 0o600)
    print("truncate", ftruncate(file, 4 << 40) < 0 ? errno : 0)
  }

  private static func leaveDaemon() {
    if probe_fork() == 0 {
      setsid()
      if probe_fork() == 0 {
        while true {
          print("still here")
          fflush(nil)
          usleep(10_000)
        }
      }
      _exit(0)
    }
    usleep(50_000)
    exit(0)
  }

  private static func flood(mebibytes: Int) {
    let chunk = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<mebibytes {
      var done = 0
      while done < chunk.count {
        let count = write(1, Array(chunk[done...]), chunk.count - done)
        if count < 0 { exit(3) }
        done += count
      }
    }
    exit(0)
  }

  private static func cat(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return print("errno", errno) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    write(1, bytes, max(0, count))
  }

  /// One good output, and every bad kind.
  private static func makeOutputs() {
    func put(_ path: String, _ text: String) {
      let file = open(path, O_WRONLY | O_CREAT, 0o640)
      write(file, text, text.utf8.count)
      close(file)
    }
    mkdir("/work/deep", 0o700)
    put("/work/deep/good", "good\n")
    put("/work/twice", "twice\n")
    link("/work/twice", "/work/again")
    symlink("/etc/passwd", "/work/link")
    symlink("/", "/work/out")
    mkfifo("/work/fifo", 0o600)
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "/work/socket".utf8) }
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    put("/work/large", "")
    truncate("/work/large", 12 << 20)
    put("/work/unreadable", "secret of its own\n")
    chmod("/work/unreadable", 0)
  }
}
