import Foundation
import TestSupport
import Testing
import Workload

@testable import Images

/// Images that other programs made: umoci, debootstrap, skopeo and Debian's docker-registry.
@Suite(.serialized) struct RealImageTests {
  /// Runs a shell script that must succeed.
  private static func shell(_ script: String, in directory: String) throws {
    let printed = try Printed.run("/bin/sh", ["-euc", script], in: directory)
    #expect(printed.status == 0, "\(script): \(printed.output)\(printed.errors)")
  }

  @Test func busyboxMadeWithUmociIsUnpacked() async throws {
    let cache = try TestCache()
    try BusyboxLayout.make(in: cache.place.path)
    let image = try await cache.puller().pull(try ImageReference("oci:\(cache.place.path)/image:busybox"))
    let execution = try ImageExecution(image, arguments: [])
    #expect(execution.command == ["/bin/echo", "hello"])
    #expect(execution.environment["GREETING"] == "yes")
    let run = try Printed.run("\(image.layers[0].root)/bin/busybox", ["echo", "it runs"])
    #expect(run.output == "it runs\n")
  }

  @Test func anImageOfALocalRegistryIsPulledWithGzipAndZstd() async throws {
    let cache = try TestCache()
    try BusyboxLayout.make(in: cache.place.path)
    let registry = try DockerRegistry(directory: cache.place.path)
    defer { registry.stop() }
    try await registry.waitUntilItAnswers()
    for compression in ["gzip", "zstd"] {
      let name = "localhost:\(registry.port)/tools/busybox:\(compression)"
      try registry.push(
        layout: "\(cache.place.path)/image:busybox", as: "tools/busybox:\(compression)",
        compression: compression)
      let image = try await cache.puller().pull(try ImageReference("docker://\(name)"))
      let run = try Printed.run("\(image.layers[0].root)/bin/busybox", ["echo", compression])
      #expect(run.output == "\(compression)\n")
    }
  }

  /// Debian is made once and kept beside the build: it takes minutes.
  @Test(.enabled(if: geteuid() == 0, "debootstrap needs root"))
  func debianMadeWithDebootstrapIsUnpackedAsItWas() async throws {
    let kept = "\(BuiltProgram.directory)/debian-image"
    if !FileManager.default.fileExists(atPath: "\(kept)/image/index.json") {
      try? FileManager.default.removeItem(atPath: kept)
      try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
      let making = """
        debootstrap --variant=minbase bookworm tree > debootstrap.log 2>&1 || { tail -n 5 debootstrap.log; exit 1; }
        rm -f tree/var/cache/apt/archives/*.deb
        umoci init --layout making && umoci new --image making:debian && umoci unpack --image making:debian bundle
        rmdir bundle/rootfs && mv tree bundle/rootfs
        umoci repack --image making:debian bundle
        umoci config --image making:debian --config.cmd /bin/bash
        mv making image
        """
      try Self.shell(making, in: kept)
    }
    let cache = try TestCache()
    let image = try await cache.puller().pull(try ImageReference("oci:\(kept)/image:debian"))
    #expect(try ImageExecution(image, arguments: []).command == ["/bin/bash"])
    #expect(try ImageExecution(image, arguments: ["apt-get", "--version"]).command[0] == "/usr/bin/apt-get")
    let layer = image.layers[0]
    // The mode of su is known: here it has lost its bit.
    var status = stat()
    #expect(lstat("\(layer.root)/usr/bin/su", &status) == 0 && status.st_mode & 0o7777 == 0o755)
    #expect(layer.record.clearedModes > 5)
    // What umoci unpacks of the same image has the same content.
    let compared = try Printed.run(
      "/bin/sh",
      [
        "-c",
        "umoci unpack --image '\(kept)/image:debian' check && diff -r --no-dereference -x dev check/rootfs '\(layer.root)'",
      ],
      in: cache.place.path)
    #expect(compared.status == 0, "\(compared.output.prefix(2000))\(compared.errors.prefix(2000))")
  }
}
