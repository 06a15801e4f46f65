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

  /// A layout with busybox of busybox-static, made as the page says.
  private static func makeBusybox(in directory: String) throws {
    try shell(
      """
      umoci init --layout image && umoci new --image image:busybox
      umoci unpack --image image:busybox bundle
      mkdir -p bundle/rootfs/bin bundle/rootfs/etc
      cp /bin/busybox bundle/rootfs/bin/busybox
      for name in sh echo cat; do ln -s busybox bundle/rootfs/bin/$name; done
      echo 'root:x:0:0::/:/bin/sh' > bundle/rootfs/etc/passwd
      umoci repack --image image:busybox bundle
      umoci config --image image:busybox --config.entrypoint /bin/echo --config.cmd hello --config.env GREETING=yes
      """, in: directory)
  }

  @Test func busyboxMadeWithUmociIsUnpacked() async throws {
    let cache = try TestCache()
    try Self.makeBusybox(in: cache.place.path)
    let image = try await cache.puller().pull(try ImageReference("oci:\(cache.place.path)/image:busybox"))
    let execution = try ImageExecution(image, arguments: [])
    #expect(execution.command == ["/bin/echo", "hello"])
    #expect(execution.environment["GREETING"] == "yes")
    let run = try Printed.run("\(image.layers[0].root)/bin/busybox", ["echo", "it runs"])
    #expect(run.output == "it runs\n")
  }

  @Test func anImageOfALocalRegistryIsPulledWithGzipAndZstd() async throws {
    let cache = try TestCache()
    try Self.makeBusybox(in: cache.place.path)
    let registry = try DockerRegistry(directory: cache.place.path)
    defer { registry.stop() }
    try await registry.waitUntilItAnswers()
    for compression in ["gzip", "zstd"] {
      let name = "localhost:\(registry.port)/tools/busybox:\(compression)"
      try Self.shell(
        "skopeo --insecure-policy copy --quiet --dest-tls-verify=false --dest-compress-format \(compression) oci:image:busybox docker://\(name)",
        in: cache.place.path)
      let image = try await cache.puller().pull(try ImageReference("docker://\(name)"))
      let run = try Printed.run("\(image.layers[0].root)/bin/busybox", ["echo", compression])
      #expect(run.output == "\(compression)\n")
    }
  }

  /// Debian is made once and kept beside the build: it takes minutes.
  @Test func debianMadeWithDebootstrapIsUnpackedAsItWas() async throws {
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

/// Debian's docker-registry on a free port of loopback.
private final class DockerRegistry {
  let port: Int
  private let process = Process()

  init(directory: String) throws {
    port = Int.random(in: 20_000..<32_000)
    let configuration = """
      version: 0.1
      log: { level: error }
      storage: { filesystem: { rootdirectory: \(directory)/registry } }
      http: { addr: "127.0.0.1:\(port)" }
      """
    let file = "\(directory)/registry.yml"
    try Data(configuration.utf8).write(to: URL(filePath: file))
    process.executableURL = URL(filePath: "/usr/bin/docker-registry")
    process.arguments = ["serve", file]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func waitUntilItAnswers() async throws {
    for _ in 0..<100 {
      let asked = try Printed.run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])
      if asked.status == 0 { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("docker-registry doesn't answer on port \(port)")
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
