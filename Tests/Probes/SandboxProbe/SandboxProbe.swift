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
    case "bomb":
      // Flushed before: a bomb that kills its process has said that it went off.
      let most = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 0
      print("bomb")
      fflush(nil)
      let count = probe_bomb(arguments.dropFirst().first ?? "", most)
      print("took", count, "errno", errno)
    case "connect-abstract": print("errno", probe_connect_abstract(arguments.last ?? ""))
    case "litter-sockets":
      print("errno", probe_litter_sockets(Int32(number)))
      // And one whose holder outlives its parent.
      if probe_fork() == 0 { while true { sleep(1) } }
    case "network": Surroundings.printNetwork()
    case "network-and-wait": Surroundings.printNetwork(); usleep(UInt32(number) * 1000)
    case "without-seccomp":
      var pointers = arguments.dropFirst().map { strdup($0) }
      pointers.append(nil)
      print("errno", probe_without_seccomp(pointers))
    case "ids": print("ids", getuid(), geteuid(), getgid(), getegid())
    case "open":
      let file = open(arguments.last ?? "", O_RDWR)
      print("errno", file < 0 ? errno : 0)
    case "starve-init":
      // RLIMIT_CPU kills with SIGKILL, which the kernel sends: even to a pid 1 that nothing else reaches.
      print("errno", probe_attempt("limit_init_time"))
      fflush(nil)
      // Orphans are its work.
      for _ in 0..<number {
        if probe_fork() == 0 { _ = probe_fork(); _exit(0) }
        wait(nil)
      }
    case "kill-all":
      if probe_fork() == 0 { while true { sleep(1) } }
      kill(-1, SIGKILL)
      print("alone")
    case "close-output":
      close(1); close(2)
      print("into nothing")
      fflush(nil)
      exit(write(1, "x", 1) < 0 ? 5 : 6)
    case "noise": write(1, "\u{1b}[2J\u{1b}]0;owned\u{7}\0\u{9b}1A\r\n", 21)
    case "wait-stdin": while true { var byte: UInt8 = 0; if read(0, &byte, 1) == 0 { sleep(100) } }
    case "attempt": print(probe_attempt(arguments.dropFirst().first ?? ""))
    case "surroundings": Surroundings.print()
    case "exit": exit(Int32(number))
    case "signal": raise(Int32(number))
    case "say": print(arguments.dropFirst().joined(separator: " "))
    case "cat": cat(arguments.last ?? "")
    case "read": readWhole(arguments.last ?? "")
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
    case "outputs": Outputs.make()
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

  private static func readWhole(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return print("errno", errno) }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var total = 0
    while case let count = read(file, &bytes, bytes.count), count > 0 { total += count }
    print("read", total)
  }

  private static func cat(_ path: String) {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return print("errno", errno) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    write(1, bytes, max(0, count))
  }
}
