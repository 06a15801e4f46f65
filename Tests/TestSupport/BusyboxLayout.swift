import Foundation

/// An image layout with busybox of Debian's busybox-static, made by umoci as docs/reference/images.md says.
package enum BusyboxLayout {
  package struct Fault: Error { package var said: String }

  /// Makes a layout `image` below a directory. Its image `busybox` has the entrypoint `/bin/echo`, the command `hello` and
  /// the variable `GREETING=yes`; `shell` is the same without any of them.
  package static func make(in directory: String) throws {
    let script = """
      umoci init --layout image && umoci new --image image:busybox
      umoci unpack --image image:busybox bundle
      mkdir -p bundle/rootfs/bin bundle/rootfs/etc
      cp /bin/busybox bundle/rootfs/bin/busybox
      for name in sh echo cat; do ln -s busybox bundle/rootfs/bin/$name; done
      echo 'root:x:0:0::/:/bin/sh' > bundle/rootfs/etc/passwd
      umoci repack --image image:shell bundle
      umoci config --image image:shell --tag busybox --config.entrypoint /bin/echo --config.cmd hello --config.env GREETING=yes
      """
    let printed = try Printed.run("/bin/sh", ["-euc", script], in: directory)
    guard printed.status == 0 else { throw Fault(said: printed.output + printed.errors) }
  }
}
