import Foundation
import Glibc

/// Processes as the host sees them, whatever namespace they are in.
package enum HostProcesses {
  /// Those with a text in their arguments or in their program's path.
  package static func carrying(_ mark: String) -> [Int32] {
    KernelFile.names(in: "/proc").compactMap { Int32($0) }.filter { process in
      KernelFile.text("/proc/\(process)/cmdline")?.contains(mark) == true
        || (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"))?
          .contains(mark) == true
    }
  }

  /// The first value of a line of `/proc/PID/status`.
  package static func field(_ name: String, of process: Int32) -> String? {
    let lines = KernelFile.text("/proc/\(process)/status")?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix(name + ":") }?.split { $0 == "\t" || $0 == " " }.dropFirst().first.map(
      String.init)
  }

  /// Whether all with a mark are gone, within some seconds.
  package static func areGone(_ mark: String) async -> Bool {
    for _ in 0..<100 {
      if carrying(mark).isEmpty { return true }
      try? await Task.sleep(for: .milliseconds(30))
    }
    return false
  }
}

/// Files that the kernel makes as they are read: their size says nothing.
enum KernelFile {
  static func text(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count < 0 { return nil }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk.prefix(count)
    }
  }

  static func names(in directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }
}
