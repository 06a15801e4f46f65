import Foundation
import Glibc

@testable import Sandbox

/// Processes as the host sees them, whatever namespace they are in.
enum HostProcesses {
  /// Those with a text in their arguments or in their program's path.
  static func carrying(_ mark: String) -> [Int32] {
    (HostFile.names(in: "/proc") ?? []).compactMap { Int32($0) }.filter { process in
      let arguments = HostFile.read("/proc/\(process)/cmdline") ?? []
      return String(decoding: arguments, as: UTF8.self).contains(mark)
        || HostFile.link("/proc/\(process)/exe")?.contains(mark) == true
    }
  }

  /// The first value of a line of `/proc/PID/status`.
  static func field(_ name: String, of process: Int32) -> String? {
    let lines = HostFile.text("/proc/\(process)/status")?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix(name + ":") }?.split { $0 == "\t" || $0 == " " }.dropFirst().first.map(
      String.init)
  }

  /// Whether all with a mark are gone, within some seconds.
  static func areGone(_ mark: String) async -> Bool {
    for _ in 0..<100 {
      if carrying(mark).isEmpty { return true }
      try? await Task.sleep(for: .milliseconds(30))
    }
    return false
  }
}
