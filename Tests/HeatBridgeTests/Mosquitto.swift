import Foundation
import Glibc
import TestSupport
import Testing

/// A real broker on a port of its own, and its own tools as the other end.
final class Mosquitto: Sendable {
  let port: Int
  private let directory: TemporaryDirectory
  nonisolated(unsafe) private var process: Process?

  static let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// - Parameter options: lines of mosquitto.conf(5); DIR in them is the broker's directory.
  init(_ options: [String] = ["allow_anonymous true"], files: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    port = try Self.freePort()
    for (name, text) in files {
      try text.write(toFile: "\(directory.path)/\(name)", atomically: true, encoding: .utf8)
    }
    let lines = ["listener \(port) 127.0.0.1", "persistence false", "user root"] + options
    try lines.map { $0.replacing("DIR", with: directory.path) + "\n" }.joined()
      .write(toFile: "\(directory.path)/mosquitto.conf", atomically: true, encoding: .utf8)
  }

  deinit { stop() }

  var path: String { directory.path }

  func start() throws {
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.program))
    process.arguments = ["-c", "\(directory.path)/mosquitto.conf"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
    for _ in 0..<200 where !isListening { usleep(25_000) }
  }

  private var isListening: Bool {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = Self.address(port: UInt16(port))
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  func stop() {
    guard let process else { return }
    // A program of Swift's tests leaves SIGTERM blocked to what it starts.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }

  func publish(_ topic: String, _ payload: String, _ options: [String] = ["-r"]) throws {
    let said = try Printed.run(
      "/usr/bin/mosquitto_pub", ["-p", "\(port)", "-q", "1", "-t", topic, "-m", payload] + options)
    try #require(said.status == 0, "mosquitto_pub: \(said.errors)")
  }

  /// The first message of each topic that comes within some seconds, by topic.
  func messages(_ pattern: String, count: Int, _ options: [String] = []) throws -> [String: String] {
    let said = try Printed.run(
      "/usr/bin/mosquitto_sub",
      ["-p", "\(port)", "-q", "1", "-t", pattern, "-C", "\(count)", "-W", "20", "-F", "%t %r %p"] + options)
    var found: [String: String] = [:]
    for line in said.output.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      found[words[0]] = words[1]
    }
    return found
  }

  private static func freePort() throws -> Int {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = Self.address(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port: UInt16 = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(socket, generic, length) == 0, getsockname(socket, generic, &length) == 0 else { return 0 }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
    try #require(port != 0)
    return Int(port)
  }
}
