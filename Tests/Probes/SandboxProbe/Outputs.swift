import Glibc

/// What a task leaves for whoever collects its outputs.
enum Outputs {
  /// One good output, and every bad kind.
  static func make() {
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
    // Together they are more than a work directory of 8 MiB, and hold nothing.
    for name in ["sparse1", "sparse2"] {
      put("/work/" + name, "")
      truncate("/work/" + name, 6 << 20)
    }
    // With the bits of a program that takes its owner's id.
    put("/work/setuid", "x")
    chmod("/work/setuid", 0o6755)
    mkdir("/work/closed", 0o700)
    put("/work/closed/file", "closed\n")
    chmod("/work/closed", 0)
    put("/work/unreadable", "secret of its own\n")
    chmod("/work/unreadable", 0)
  }
}
