internal import CTrace
internal import Glibc

/// The payload of `samovar profile trace`: runs a command inside the sandbox, and writes which system calls it made.
///
///     samovar-trace FILE NUMBER:ARGUMENTS[,…] COMMAND…
///
/// FILE gets a line for each distinct call: its number and the six arguments, of which those that ARGUMENTS (a bit for
/// each) doesn't ask for are 0. It ends as the command does; 125 when it can't trace.
@main
struct SamovarTrace {
  /// Distinct calls. A program makes some 80; with their arguments, a few hundred.
  private static let capacity = 4096
  /// Beyond every call's number.
  private static let numbers = 1024

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 4, let wanted = wanted(arguments[2]) else {
      end(125, "give a file, NUMBER:ARGUMENTS and a command")
    }
    // Opened before the command is: a command that fills the disk loses its own files, not the trace's first bytes.
    let file = open(arguments[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { end(125, "\(arguments[1]): \(String(cString: strerror(errno)))") }
    var calls = [samovar_call](repeating: samovar_call(), count: capacity)
    var trace = samovar_trace()
    var words: [UnsafeMutablePointer<CChar>?] = arguments.dropFirst(3).map { strdup($0) } + [nil]
    let failure = calls.withUnsafeMutableBufferPointer { buffer in
      trace.calls = buffer.baseAddress
      trace.capacity = buffer.count
      return samovar_trace_run(&words, wanted, wanted.count, &trace)
    }
    guard failure == 0 else {
      end(failure == ENOENT ? 127 : 126, "\(arguments[3]): \(String(cString: strerror(failure)))")
    }
    var text = "lost \(trace.lost)\nforeign \(trace.foreign)\n"
    for call in calls[..<trace.count] {
      let values = call.arguments
      text += "\(call.number) \(values.0) \(values.1) \(values.2) \(values.3) \(values.4) \(values.5)\n"
    }
    let bytes = Array(text.utf8)
    guard write(file, bytes, bytes.count) == bytes.count else { end(125, "the trace could not be written") }
    let signal = trace.status & 0x7f
    exit(signal == 0 ? trace.status >> 8 & 0xff : 128 + signal)
  }

  private static func wanted(_ text: String) -> [UInt8]? {
    var wanted = [UInt8](repeating: 0, count: numbers)
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: ":")
      guard parts.count == 2, let number = Int(parts[0]), wanted.indices.contains(number),
        let bits = UInt8(parts[1]), bits < 64
      else { return nil }
      wanted[number] = bits
    }
    return wanted
  }

  private static func end(_ status: Int32, _ reason: String) -> Never {
    let bytes = Array("samovar-trace: \(reason)\n".utf8)
    _ = write(2, bytes, bytes.count)
    exit(status)
  }
}
