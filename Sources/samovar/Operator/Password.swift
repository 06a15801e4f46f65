import ArgumentParser
import Glibc
import Workload

/// Where the password of a key file comes from: `--password-file`, else SAMOVAR_KEY_PASSWORD, else the
/// terminal.
struct PasswordOptions: ParsableArguments {
  static let variable = "SAMOVAR_KEY_PASSWORD"

  @Option(
    help: ArgumentHelp(
      "A file whose first line is the key's password.",
      discussion: "Without it: $\(variable), else the terminal.",
      valueName: "file"))
  var passwordFile: String?

  /// The password of a key file that is there.
  func existing() throws(PasswordError) -> [UInt8] {
    if let password = try unattended() { return password }
    return try Terminal.ask("Password: ")
  }

  /// The password of a key file that is being written: asked for twice, and never empty.
  func new() throws(PasswordError) -> [UInt8] {
    if let password = try unattended() {
      guard !password.isEmpty else { throw .empty }
      return password
    }
    let password = try Terminal.ask("New password: ")
    guard !password.isEmpty else { throw .empty }
    guard try Terminal.ask("Again: ") == password else { throw .different }
    return password
  }

  private func unattended() throws(PasswordError) -> [UInt8]? {
    if let passwordFile {
      do {
        return try LocalFile.firstLine(passwordFile)
      } catch {
        throw .file(error)
      }
    }
    return getenv(Self.variable).map { Array(String(cString: $0).utf8) }
  }
}

enum PasswordError: Error, CustomStringConvertible {
  case file(FileError)
  case noTerminal(reason: String)
  case different
  case empty

  var description: String {
    switch self {
    case .file(let error): "no password: \(error)"
    case .noTerminal(let reason):
      """
      no password: there is no terminal to ask at (\(reason)); give --password-file FILE or set \
      \(PasswordOptions.variable)
      """
    case .different: "the two passwords differ; nothing was written"
    case .empty: "an empty password would protect nothing; nothing was written"
    }
  }
}

/// The person at the process's terminal, even where standard input is a pipe.
private enum Terminal {
  private static let mostBytes = 1024

  /// One line, not shown while it is typed.
  static func ask(_ question: String) throws(PasswordError) -> [UInt8] {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { throw .noTerminal(reason: String(cString: strerror(errno))) }
    defer { close(terminal) }
    var settings = termios()
    guard tcgetattr(terminal, &settings) == 0 else {
      throw .noTerminal(reason: String(cString: strerror(errno)))
    }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else {
      throw .noTerminal(reason: String(cString: strerror(errno)))
    }
    defer { tcsetattr(terminal, TCSAFLUSH, &settings) }
    show(question, on: terminal)
    defer { show("\n", on: terminal) }
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < mostBytes {
      let count = read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1, byte != UInt8(ascii: "\n") else { break }
      line.append(byte)
    }
    return line
  }

  private static func show(_ text: String, on terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = write(terminal, bytes, bytes.count)
  }
}
