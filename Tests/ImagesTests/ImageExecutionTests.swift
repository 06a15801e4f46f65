import Foundation
import TestSupport
import Testing
import Workload

@testable import Images

/// What an image runs, found in its layers without mounting them.
@Suite struct ImageExecutionTests {
  /// The header of a static program of some machine.
  private static func elf(
    machine: UInt8 = UInt8(truncatingIfNeeded: Platform.hostMachine), loader: String? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    bytes += [2, 0, machine, 0] + [UInt8](repeating: 0, count: 44)
    guard let loader else { return bytes }
    bytes[32] = 64
    bytes[54] = 56
    bytes[56] = 1
    var header = [UInt8](repeating: 0, count: 56)
    header[0] = 3
    header[8] = 120
    header[32] = UInt8(loader.utf8.count + 1)
    return bytes + header + Array(loader.utf8) + [0]
  }

  private func image(
    _ execution: String, layers: [(inout TarWriter) -> Void], in cache: TestCache
  ) async throws -> PulledImage {
    let archives = layers.map { build in
      var writer = TarWriter()
      build(&writer)
      return writer.archive
    }
    let directory = "\(cache.place.path)/layout-\(UUID().uuidString)"
    try SmallImage(layers: archives, execution: execution).write(layout: directory)
    return try await cache.puller().pull(try ImageReference("oci:\(directory):one"))
  }

  @Sendable private static func base(_ writer: inout TarWriter) {
    writer.add("usr/bin/tool", content: elf(), mode: 0o755)
    writer.add("usr/bin/text", content: Array("no program".utf8), mode: 0o755)
    writer.add("usr/bin/data", content: elf(), mode: 0o644)
    writer.add("usr/bin/foreign", content: elf(machine: 22), mode: 0o755)
    writer.add("usr/bin/dynamic", content: elf(loader: "/lib64/ld.so"), mode: 0o755)
    writer.add("usr/bin/script", content: Array("#! /bin/tool -x\n".utf8), mode: 0o755)
    writer.add("usr/bin/orphan", content: Array("#!/bin/gone\n".utf8), mode: 0o755)
    writer.addLink("bin", to: "usr/bin")
    writer.addLink("usr/bin/loop", to: "loop")
    writer.addLink("usr/bin/host", to: "../../../../../../usr/bin/env")
    writer.add("etc/passwd", content: Array("root:x:0:0::/:/bin/sh\nworker:x:1000:100::/:/bin/sh\n".utf8))
    writer.add("etc/group", content: Array("root:x:0:\nusers:x:100:\nstaff:x:50:worker\n".utf8))
  }

  @Test func theConfigurationIsHonoured() async throws {
    let cache = try TestCache()
    let execution =
      #""Entrypoint":["tool","-a"],"Cmd":["b"],"Env":["PATH=/bin","KEY=a=b"],"User":"worker:staff","WorkingDir":"/srv""#
    let image = try await image(execution, layers: [Self.base], in: cache)
    let plain = try ImageExecution(image, arguments: [])
    #expect(plain.command == ["/bin/tool", "-a", "b"])
    #expect(plain.environment == ["PATH": "/bin", "KEY": "a=b", "HOME": "/work"])
    #expect(plain.root.user == 1000 && plain.root.group == 50 && plain.root.workingDirectory == "/srv")
    let given = try ImageExecution(image, arguments: ["c", "d"], overrides: ["KEY": "mine"])
    #expect(given.command == ["/bin/tool", "-a", "c", "d"])
    #expect(given.environment["KEY"] == "mine")
  }

  @Test func usersAreNumbersOrNamesOfTheImage() async throws {
    let cache = try TestCache()
    for (text, user, group) in [
      ("", 0, 0), ("worker", 1000, 100), ("1000", 1000, 100), ("7", 7, 0), ("7:8", 7, 8),
      ("worker:users", 1000, 100),
    ] {
      let image = try await image(#""Cmd":["/bin/tool"],"User":"\#(text)""#, layers: [Self.base], in: cache)
      let root = try ImageExecution(image, arguments: []).root
      #expect(root.user == UInt32(user) && root.group == UInt32(group), "\(text)")
    }
    for text in ["nobody", "worker:nobody", "99999999999", "-1", "4294967295"] {
      let image = try await image(#""Cmd":["/bin/tool"],"User":"\#(text)""#, layers: [Self.base], in: cache)
      #expect(throws: ImageError.self, "\(text)") { try ImageExecution(image, arguments: []) }
    }
  }

  @Test func commandsThatCannotRunAreNamedBeforeTheyStart() async throws {
    let cache = try TestCache()
    let image = try await image(#""Cmd":["tool"]"#, layers: [Self.base], in: cache)
    for (command, status, part): (String, Int32, String) in [
      ("gone", 127, "has no program 'gone'"), ("/bin/gone", 127, "has no /bin/gone"),
      ("", 127, "empty"),
      ("/bin/foreign", 126, "for the ELF machine S390, and this machine is"),
      ("/bin/data", 126, "no executable file"),
      ("/bin/text", 126, "neither an ELF program nor a script"),
      ("/bin/dynamic", 126, "needs the loader /lib64/ld.so"),
      ("/bin/orphan", 127, "lacks the interpreter /bin/gone"), ("/usr/bin", 126, "no executable file"),
      ("/bin/loop", 127, "has no /bin/loop"),
    ] {
      do throws(ImageError) {
        _ = try ImageExecution(image, arguments: [command])
        Issue.record("\(command) was accepted")
      } catch {
        #expect(error.exitStatus == status && error.description.contains(part), "\(command): \(error)")
      }
    }
    #expect(try ImageExecution(image, arguments: ["script"]).command == ["/usr/bin/script"])
  }

  @Test func noLinkLeadsToTheHost() async throws {
    let cache = try TestCache()
    let image = try await image(#""Cmd":["tool"]"#, layers: [Self.base], in: cache)
    // /usr/bin/env is on every host, and not in this image.
    #expect(throws: ImageError.self) { try ImageExecution(image, arguments: ["/bin/host"]) }
    let linked = try await self.image(
      #""Cmd":["/tool"],"User":"root""#,
      layers: [
        {
          $0.add("tool", content: Self.elf(), mode: 0o755)
          $0.addLink("etc", to: "/../../../../../etc")
        }
      ], in: cache)
    #expect(throws: ImageError.self) { try ImageExecution(linked, arguments: []) }
  }

  @Test func upperLayersHideLowerOnes() async throws {
    let cache = try TestCache()
    let image = try await image(
      #""Cmd":["/bin/tool"],"User":"worker""#,
      layers: [
        Self.base,
        {
          $0.add("usr/bin/.wh.script")
          $0.add("etc/.wh..wh..opq")
          $0.add("etc/passwd", content: Array("worker:x:5:6::/:\n".utf8))
          $0.addLink("usr/bin/alias", to: "/bin/tool")
        },
      ], in: cache)
    let execution = try ImageExecution(image, arguments: ["/bin/alias"])
    #expect(execution.root.user == 5 && execution.root.group == 6)
    #expect(throws: ImageError.self) { try ImageExecution(image, arguments: ["/bin/script"]) }
    let layers = MergedLayers(roots: image.layers.map(\.root))
    #expect(try layers.find("/etc/group") == nil)
    #expect(try layers.find("/usr/../bin/../bin/tool")?.path == "/usr/bin/tool")
  }

  @Test func workingDirectoriesOfTheSystemAreRefused() async throws {
    let cache = try TestCache()
    for directory in ["/proc/self/fd/7", "relative", "/a/../../b", "/dev", "/sys/fs"] {
      let image = try await image(
        #""Cmd":["/bin/tool"],"WorkingDir":"\#(directory)""#, layers: [Self.base], in: cache)
      #expect(throws: ImageError.self, "\(directory)") { try ImageExecution(image, arguments: []) }
    }
  }
}
