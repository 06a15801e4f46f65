internal import Glibc

/// What the daemon spawns once: a process that waits for runs and forks a `Launch` for each. Everything that is started
/// in a sandbox is a fork of this small, single-threaded program, never of the daemon.
@main
struct SamovarInit {
  static func main() {
    // What `samovar doctor` runs inside a sandbox to see that one works.
    if CommandLine.arguments.dropFirst().first == "--probe" { exit(0) }
    guard CommandLine.arguments.count == 1, var zygote = Zygote() else {
      let message =
        "samovar-init is started by samovar, with a socket on descriptor 3; run 'samovar run' instead\n"
      _ = message.withCString { write(2, $0, strlen($0)) }
      exit(125)
    }
    // Spawned by a descriptor's path, it would be called by that number.
    try? writeWhole("samovar-init", to: "/proc/self/comm")
    zygote.run()
  }
}
