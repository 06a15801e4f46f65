import Foundation

/// Debian's docker-registry on a free port of loopback, with its files in a directory of the test's own.
package final class DockerRegistry {
  package let port: Int
  private let process = Process()

  package enum Fault: Error { case silent(port: Int), cannotPush(String) }

  /// - Parameter htpasswd: lines of users with bcrypt hashes; without any, everybody may read and write.
  package init(directory: String, htpasswd: String? = nil) throws {
    port = Int.random(in: 20_000..<32_000)
    var configuration = """
      version: 0.1
      log: { level: error }
      storage: { filesystem: { rootdirectory: \(directory)/registry } }
      http: { addr: "127.0.0.1:\(port)" }

      """
    if let htpasswd {
      try Data(htpasswd.utf8).write(to: URL(filePath: "\(directory)/htpasswd"))
      configuration += "auth: { htpasswd: { realm: tests, path: \(directory)/htpasswd } }\n"
    }
    let file = "\(directory)/registry.yml"
    try Data(configuration.utf8).write(to: URL(filePath: file))
    process.executableURL = URL(filePath: "/usr/bin/docker-registry")
    process.arguments = ["serve", file]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { stop() }

  package func waitUntilItAnswers() async throws {
    for _ in 0..<100 {
      let asked = try Printed.run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])
      if asked.status == 0 { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Fault.silent(port: port)
  }

  /// Copies an image of a layout to `NAME` of this registry, by skopeo.
  package func push(
    layout: String, as name: String, compression: String = "gzip", credentials: String? = nil
  ) throws {
    let access = credentials.map { ["--dest-creds", $0] } ?? []
    let printed = try Printed.run(
      "/usr/bin/skopeo",
      [
        "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--dest-compress-format",
        compression,
      ]
        + access + ["oci:\(layout)", "docker://localhost:\(port)/\(name)"])
    guard printed.status == 0 else { throw Fault.cannotPush(printed.errors) }
  }

  package func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }
}
