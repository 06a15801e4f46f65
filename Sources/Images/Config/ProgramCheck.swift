internal import Workload

/// Looks at a command of an image before it is started: whether it is there, executable, and for this machine.
struct ProgramCheck {
  let layers: MergedLayers
  let image: String

  /// Where programs are looked for when the image's environment says nothing (Docker's default).
  static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  private static let headerBytes = 4096

  /// The absolute path of a command: as it is where it has a slash, else along `path`.
  func locate(_ command: String, path: String, workingDirectory: String) throws(ImageError) -> String {
    guard !command.isEmpty else {
      throw .noCommand("the command of \(image) is empty", remedy: "give one after --")
    }
    if command.contains("/") {
      let absolute = command.hasPrefix("/") ? command : "\(workingDirectory)/\(command)"
      guard try layers.find(absolute) != nil else {
        throw .noCommand(
          "\(image) has no \(printable(absolute))", remedy: "name a program of the image after --")
      }
      return absolute
    }
    for directory in path.split(separator: ":") where directory.hasPrefix("/") {
      let candidate = "\(directory)/\(command)"
      if let found = try layers.find(candidate), found.isRegular, found.mode & 0o111 != 0 { return candidate }
    }
    throw .noCommand(
      "\(image) has no program '\(printable(command))' in \(printable(path))",
      remedy: "name a program of the image after --, if need be with its whole path")
  }

  /// Throws where the kernel would refuse to execute a file.
  func check(_ path: String) throws(ImageError) { try check(path, isInterpreter: false) }

  private func check(_ path: String, isInterpreter: Bool) throws(ImageError) {
    let role = isInterpreter ? "the interpreter " : ""
    guard let found = try layers.find(path) else {
      throw .noCommand(
        "\(image) lacks \(role)\(printable(path))", remedy: "name a program of the image after --")
    }
    guard found.isRegular, found.mode & 0o111 != 0 else {
      throw .unsuitable(
        "\(role)\(printable(path)) of \(image) is no executable file", remedy: "name a program of the image")
    }
    let bytes = try layers.read(found, limit: Self.headerBytes)
    if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
      try checkELF(bytes, path)
    } else if bytes.starts(with: "#!".utf8) && !isInterpreter {
      let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let interpreter = words.first.map({ String(decoding: $0, as: UTF8.self) }),
        interpreter.hasPrefix("/")
      else {
        throw .unsuitable(
          "the script \(printable(path)) of \(image) names no interpreter",
          remedy: "name a program of the image")
      }
      try check(interpreter, isInterpreter: true)
    } else {
      throw .unsuitable(
        "\(role)\(printable(path)) of \(image) is neither an ELF program nor a script with #!",
        remedy: "run it with its interpreter, as in -- /bin/sh \(printable(path))")
    }
  }

  private func checkELF(_ bytes: [UInt8], _ path: String) throws(ImageError) {
    let elf = ELFHeader(bytes)
    guard let elf, elf.machine == Platform.hostMachine else {
      let made = elf.map { "for the ELF machine \($0.machineName)" } ?? "for no machine known here"
      throw .unsuitable(
        "\(printable(path)) of \(image) is a program \(made), and this machine is \(Platform.host)",
        remedy: "use an image for \(Platform.host)")
    }
    if let loader = elf.loader(bytes), try layers.find(loader) == nil {
      throw .unsuitable(
        "\(printable(path)) of \(image) needs the loader \(printable(loader)), which the image lacks",
        remedy: "add the C library that it was linked with to the image, or link it statically")
    }
  }
}

/// What elf(5) says of a 64-bit little-endian program.
private struct ELFHeader {
  var machine: UInt16
  private var programHeaders: UInt64
  private var entrySize: Int
  private var entries: Int

  /// PT_INTERP of <elf.h>.
  private static let interpreter: UInt64 = 3

  init?(_ bytes: [UInt8]) {
    // ELFDATA2LSB; e_machine stands at the same place in files of 32 bits.
    guard bytes.count >= 20, bytes[5] == 1 else { return nil }
    machine = UInt16(Self.number(bytes, 18, 2))
    let isWide = bytes[4] == 2 && bytes.count >= 64
    programHeaders = isWide ? Self.number(bytes, 32, 8) : 0
    entrySize = isWide ? Int(Self.number(bytes, 54, 2)) : 0
    entries = isWide ? Int(Self.number(bytes, 56, 2)) : 0
  }

  var machineName: String {
    let names: [UInt16: String] = [
      3: "386", 40: "ARM", 62: "x86-64", 183: "AArch64", 243: "RISC-V", 21: "PowerPC64", 22: "S390",
    ]
    return names[machine] ?? "\(machine)"
  }

  /// The path of the dynamic loader, where it stands in the first bytes, as linkers put it.
  func loader(_ bytes: [UInt8]) -> String? {
    for index in 0..<min(entries, 64) {
      guard let start = Int(exactly: programHeaders).map({ $0 &+ index * entrySize }), start >= 0,
        entrySize >= 56,
        start <= bytes.count - 56
      else { return nil }
      guard Self.number(bytes, start, 4) == Self.interpreter else { continue }
      guard let offset = Int(exactly: Self.number(bytes, start + 8, 8)),
        let size = Int(exactly: Self.number(bytes, start + 32, 8)), offset >= 0, size > 1, size <= 4096,
        offset <= bytes.count - size
      else { return nil }
      return String(decoding: bytes[offset..<offset + size].prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
