import Foundation
import TestSupport
import Testing

/// `samovar run --image` from the command line to the payload's last word: pulled, unpacked in its sandbox, mounted, run.
@Suite struct RunImageTests {
  private let place: TemporaryDirectory

  init() throws {
    place = try TemporaryDirectory()
    let made = try Printed.run(
      "/bin/sh",
      [
        "-euc",
        """
        umoci init --layout image && umoci new --image image:busybox && umoci unpack --image image:busybox bundle
        mkdir -p bundle/rootfs/bin bundle/rootfs/etc bundle/rootfs/srv
        cp /bin/busybox bundle/rootfs/bin/busybox
        for name in sh echo cat id pwd rm touch env; do ln -s busybox bundle/rootfs/bin/$name; done
        printf 'root:x:0:0::/:/bin/sh\\nworker:x:1000:100::/:/bin/sh\\n' > bundle/rootfs/etc/passwd
        umoci repack --refresh-bundle --image image:busybox bundle
        rm bundle/rootfs/bin/env && echo second > bundle/rootfs/srv/layer
        umoci repack --image image:busybox bundle
        umoci config --image image:busybox --config.cmd /bin/pwd --config.user worker --config.workingdir /srv
        """,
      ], in: place.path)
    #expect(made.status == 0, "\(made.output)\(made.errors)")
  }

  private func run(_ arguments: [String] = []) throws -> Printed {
    try BuiltProgram.samovar.run(
      ["run", "--quiet", "--cache", "\(place.path)/cache", "--image", "oci:\(place.path)/image:busybox"]
        + arguments)
  }

  @Test func theImagesOwnCommandRuns() throws {
    let printed = try run()
    #expect(printed.status == 0 && printed.output == "/srv\n", "\(printed)")
  }

  @Test func theUserIsTheImages() throws {
    #expect(try run(["--", "id", "-u"]).output == "1000\n")
    #expect(try run(["--", "id", "-g"]).output == "100\n")
  }

  @Test func upperLayersHideLowerOnesInTheSandboxToo() throws {
    #expect(try run(["--", "cat", "/srv/layer"]).output == "second\n")
    #expect(try run(["--", "/bin/sh", "-c", "echo /bin/env*"]).output == "/bin/env*\n")
    #expect(try run(["--", "env"]).status == 127)
  }

  @Test func whatATaskChangesIsGoneAfterwards() throws {
    let changed = try run(["--", "/bin/sh", "-c", "rm -f /bin/cat; echo changed > /srv/layer; echo done"])
    #expect(changed.status == 0, "\(changed)")
    #expect(try run(["--", "cat", "/srv/layer"]).output == "second\n")
  }

  @Test func aHostileLayerIsRefusedAndLeavesNothing() throws {
    var writer = TarWriter()
    writer.add("../escape", content: [1])
    try SmallImage(layers: [writer.archive]).write(layout: "\(place.path)/hostile")
    let printed = try BuiltProgram.samovar.run(
      ["image", "pull", "--cache", "\(place.path)/cache", "oci:\(place.path)/hostile:one"])
    #expect(
      printed.status == 125 && printed.errors.contains("'../escape' has '..' in its path"), "\(printed)")
    for name in ["layers/sha256", "making", "downloads"] {
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/cache/\(name)").isEmpty)
    }
  }

  @Test func twoProcessesMayPullAtOnce() async throws {
    let command = ["image", "pull", "--cache", "\(place.path)/cache", "oci:\(place.path)/image:busybox"]
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<3 { group.addTask { try BuiltProgram.samovar.run(command).status } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == [0, 0, 0])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/cache/layers/sha256").count == 2)
  }
}
