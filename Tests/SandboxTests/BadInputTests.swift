import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

/// What can't be run is named, with what to do about it.
@Suite(.serialized) struct BadInputTests {
  private func samovar(_ arguments: [String], through wrapper: [String] = []) throws -> Printed {
    let line = wrapper + [BuiltProgram.samovar.path] + arguments
    return try Printed.run(
      line[0], Array(line.dropFirst()),
      environment: ["SAMOVAR_PROFILES": Sandboxed.profiles, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
  }

  @Test(
    arguments: [
      (["--memory", "0B"], "--memory must be above 0"), (["--disk", "0MiB"], "--disk must be above 0"),
      (["--timeout", "0s"], "--timeout must be above 0"),
      (["--memory", "900TiB"], "of memory: ask for less"), (["--disk", "900TiB"], "of memory: ask for less"),
      (["--cpus", "4096"], "processors and this host has"),
    ] as [([String], String)])
  func aLimitThatCantBeMeantIsNamedBeforeAnythingStarts(options: [String], expected: String) throws {
    let run = try samovar(["run"] + options + ["--", "sh", "-c", "echo started"])
    #expect(run.status == 125)
    #expect(run.errors.contains(expected), "\(run.errors)")
    #expect(run.output.isEmpty, "nothing started")
  }

  @Test(arguments: [
    (["--cpus", "0"], "above 0"), (["--pids", "0"], "1 at least"), (["--pids", "-1"], "pids"),
  ])
  func aNumberThatIsNoneIsAMistakeOfUsage(options: [String], expected: String) throws {
    let run = try samovar(["run"] + options + ["--", "true"])
    #expect(run.status == 64)
    #expect(run.errors.contains(expected), "\(run.errors)")
  }

  /// An ELF64 header, little-endian, of an executable for a machine; `interpreter` is its PT_INTERP.
  private static func elf(machine: UInt16, interpreter: String = "") -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256)
    bytes.replaceSubrange(0..<8, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
    bytes[16] = 2
    bytes[18] = UInt8(machine & 0xff)
    bytes[19] = UInt8(machine >> 8)
    bytes[32] = 64  // e_phoff
    bytes[54] = 56  // e_phentsize
    bytes[56] = interpreter.isEmpty ? 0 : 1
    bytes[64] = 3  // PT_INTERP
    bytes[72] = 128
    bytes.replaceSubrange(128..<128 + interpreter.utf8.count, with: interpreter.utf8)
    return bytes
  }

  private static let commands:
    [(name: String, bytes: [UInt8], mode: mode_t, status: Int32, expected: String)] = [
      ("foreign", elf(machine: 258), 0o755, 126, "is a program for LoongArch"),
      ("text", Array("no program\n".utf8), 0o755, 126, "neither a program nor a script"),
      ("script", Array("#!/no/such/interpreter -x\n".utf8), 0o755, 127, "started by /no/such/interpreter"),
      ("closed", Array("#!/bin/sh\n".utf8), 0o644, 126, "not marked as executable: chmod +x"),
      ("empty", [], 0o755, 126, "neither a program nor a script"),
    ]

  @Test(arguments: commands.indices) func aCommandThatCantBeExecutedSaysWhy(index: Int) throws {
    let (name, bytes, mode, status, expected) = Self.commands[index]
    let scratch = try TemporaryDirectory()
    let path = "\(scratch.path)/\(name)"
    try Data(bytes).write(to: URL(filePath: path))
    chmod(path, mode)
    let run = try samovar(["run", "--", path])
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.contains("samovar: cannot execute "), "\(run.errors)")
    #expect(run.errors.contains(expected), "\(run.errors)")
  }

  /// The commonest of all: nothing of the host is there, its dynamic loader neither.
  @Test func aDynamicProgramWithoutItsLoaderSaysWhatItNeeds() throws {
    let run = try samovar(["run", "--input", "/bin/true:/program", "--", "/program"])
    #expect(run.status == 127)
    #expect(run.errors.contains("which the sandbox doesn't have: link it statically, or use --profile host"))
  }

  @Test func aDirectoryIsNoCommand() throws {
    let run = try samovar(["run", "--", "/usr/bin"])
    #expect(run.status == 126)
    #expect(run.errors.contains("/usr/bin is a directory: name a program in it"), "\(run.errors)")
  }

  @Test func whatIsNotThereIsSaid() throws {
    let run = try samovar(["run", "--", "nosuchcommand"])
    #expect(run.status == 127)
    #expect(run.errors.contains("samovar: cannot execute /usr/bin/nosuchcommand: No such file or directory"))
  }
}
