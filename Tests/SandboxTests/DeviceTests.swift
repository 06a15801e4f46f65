import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// A device that a profile grants can be opened as far as its group may, and no further; nothing else of the group comes with it.
@Suite(.serialized) struct DeviceTests {
  /// A node of the kernel's null device, such as a driver makes it for the members of a group.
  private final class Node {
    let path = "/dev/samovar-\(UUID().uuidString)"

    init(mode: mode_t, group: gid_t) throws {
      try #require(mknod(path, S_IFCHR | mode, dev_t(1 << 8 | 3)) == 0, "mknod \(errno)")
      try #require(chown(path, 0, group) == 0 && chmod(path, mode) == 0)
    }

    deinit { unlink(path) }
  }

  private static let mayMakeNodes: Bool = {
    let path = "/dev/samovar-\(UUID().uuidString)"
    defer { unlink(path) }
    return geteuid() == 0 && mknod(path, S_IFCHR | 0o600, dev_t(1 << 8 | 3)) == 0
  }()

  private func run(_ arguments: [String], granting nodes: [Node]) async throws -> Sandboxed.Result {
    let place = try TemporaryDirectory()
    let profile = "\(place.path)/device.yaml"
    let text = """
      devices: [\(nodes.map(\.path).joined(separator: ", "))]
      seccomp: \(Sandboxed.profiles)/batch.yaml
      """
    try Data(text.utf8).write(to: URL(filePath: profile))
    return try await Sandboxed.run(
      TaskSpec(name: "t", command: ["/probe"] + arguments, inputs: [Sandboxed.probeFile]), inputs: [:],
      profile: profile)
  }

  @Test(.enabled(if: mayMakeNodes, "device nodes can't be made here"))
  func aNodeOfAGroupIsTheSandboxsAndTheGroupIsNot() async throws {
    let node = try Node(mode: 0o660, group: 54_321)
    let opened = try await run(["open", node.path], granting: [node])
    #expect(opened.output == "errno 0", "\(opened.errors)")
    #expect(opened.run.exemptions.contains("device:\(node.path)"))
    let surroundings = try await run(["surroundings"], granting: [node])
    #expect(!surroundings.output.contains("54321") && !surroundings.output.contains("65534 "))
    // The host's own node is as it was.
    var status = stat()
    #expect(lstat(node.path, &status) == 0 && status.st_gid == 54_321 && status.st_mode & 0o777 == 0o660)
  }

  @Test(.enabled(if: mayMakeNodes, "device nodes can't be made here"))
  func whatTheGroupMayNotTheSandboxMayNot() async throws {
    let closed = try Node(mode: 0o600, group: 54_321)
    let readable = try Node(mode: 0o640, group: 54_321)
    let open = try Node(mode: 0o666, group: 0)
    // The probe opens for reading and writing.
    for (node, code) in [(closed, EACCES), (readable, EACCES), (open, 0)] {
      let result = try await run(["open", node.path], granting: [closed, readable, open])
      #expect(result.output == "errno \(code)", "\(node.path): \(result.errors)")
    }
    let read = try await run(["cat", readable.path], granting: [closed, readable, open])
    #expect(read.output == "", "\(read.output)")
  }
}
