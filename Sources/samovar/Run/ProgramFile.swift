import FoundationEssentials
import Glibc
import Sandbox
import Workload

/// What a file is, for a command that the kernel wouldn't execute: execve(2) has the same errno for many reasons.
enum ProgramFile: Equatable {
  case directory
  case notExecutable
  /// An ELF file for another processor: `e_machine` of elf(5).
  case foreign(machine: UInt16)
  /// An ELF file with a dynamic loader, or a script with an interpreter.
  case needs(interpreter: String)
  case program
  /// Neither ELF nor `#!`.
  case text
  case unreadable

  init(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .unreadable
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      self = .directory
    } else if status.st_mode & 0o111 == 0 {
      self = .notExecutable
    } else {
      self = Self.head(of: path).map(ProgramFile.init(head:)) ?? .unreadable
    }
  }

  /// - Parameter head: the first bytes of the file. The kernel wants what it needs among the first 4 KiB or so.
  init(head: [UInt8]) {
    if head.starts(with: Array("#!".utf8)) {
      let line = head.dropFirst(2).prefix { $0 != 10 && $0 != 0 }
      let word = line.drop { $0 == 32 || $0 == 9 }.prefix { $0 != 32 && $0 != 9 }
      self = .needs(interpreter: String(decoding: word, as: UTF8.self))
    } else if head.starts(with: [0x7f, 0x45, 0x4c, 0x46]), head.count >= 64 {
      let machine = UInt16(head[18]) | UInt16(head[19]) << 8
      if machine != Self.ownMachine {
        self = .foreign(machine: machine)
      } else {
        self = Self.loader(head).map(ProgramFile.needs) ?? .program
      }
    } else {
      self = .text
    }
  }

  /// A sentence that says why `name` can't be executed, and what to do.
  ///
  /// - Parameter isShown: whether the sandbox shows a path.
  func reason(_ name: String, isShown: (String) -> Bool) -> String? {
    switch self {
    case .directory: "\(name) is a directory: name a program in it"
    case .notExecutable: "\(name) is not marked as executable: chmod +x \(name)"
    case .foreign(let machine):
      "\(name) is a program for \(Self.names[machine] ?? "the processor \(machine) of elf.h"), and this host is "
        + "\(Self.names[Self.ownMachine] ?? "another"): build it for this host"
    case .needs(let interpreter) where !isShown(interpreter):
      "\(name) is started by \(interpreter), which the sandbox doesn't have: link it statically, or use --profile host "
        + "where this host has it"
    case .text: "\(name) is neither a program nor a script with #! and its interpreter in the first line"
    case .needs, .program, .unreadable: nil
    }
  }

  private static let names: [UInt16: String] = [
    3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "s390", 40: "Arm", 62: "x86_64", 183: "aarch64",
    243: "RISC-V", 258: "LoongArch",
  ]

  #if arch(x86_64)
    private static let ownMachine: UInt16 = 62
  #elseif arch(arm64)
    private static let ownMachine: UInt16 = 183
  #else
    private static let ownMachine: UInt16 = 0
  #endif

  private static func head(of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    return count < 0 ? nil : Array(bytes[..<count])
  }

  /// The path in PT_INTERP of a little-endian ELF64 file; nothing for a static one.
  private static func loader(_ head: [UInt8]) -> String? {
    func number(_ offset: Int, bytes: Int) -> Int? {
      guard offset >= 0, offset <= head.count - bytes else { return nil }
      return (0..<bytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(head[offset + $1]) }.exactInt
    }
    guard head[4] == 2, let table = number(32, bytes: 8), let size = number(54, bytes: 2),
      let count = number(56, bytes: 2)
    else { return nil }
    for index in 0..<min(count, 64) {
      let entry = table.addingReportingOverflow(index * size)
      guard !entry.overflow, let type = number(entry.partialValue, bytes: 4) else { return nil }
      guard type == 3, let start = number(entry.partialValue + 8, bytes: 8), start < head.count else {
        continue
      }
      return String(decoding: head[start...].prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }
}

extension UInt64 {
  fileprivate var exactInt: Int? { Int(exactly: self) }
}
