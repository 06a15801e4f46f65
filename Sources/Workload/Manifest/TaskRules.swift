/// What every task must obey, whoever wrote it: the bag file's reader and the manifest's reader ask here, so that what
/// one lets through the other doesn't refuse.
enum TaskRules {
  /// The part of a task that a fault is about; indices count the lists as they were given.
  enum Field: Hashable {
    case name
    case command
    case argument(Int)
    case environment(String)
    case input(Int)
    case output(Int)
  }

  struct Fault: Hashable {
    var field: Field
    /// The end of a sentence that starts with the field's name.
    var problem: String
  }

  /// A file that the task sees, as far as the rules look at it.
  struct Input {
    var path: String
    var isExecutable: Bool
  }

  /// Directories of the sandbox that hold no inputs, and why.
  private static let reserved = [
    ("/proc", "the kernel's"), ("/sys", "the kernel's"), ("/dev", "the kernel's"),
    (TaskSpec.workDirectory, "the task's own writable directory; take another, such as /in"),
  ]

  /// - Parameter isInImage: whether an image is the root, which has programs of its own.
  static func faults(
    name: String, command: [String], isInImage: Bool, inputs: [Input], outputs: [String],
    environment: [String: String]
  ) -> [Fault] {
    var faults: [Fault] = []
    if let problem = faultOfName(name) { faults.append(Fault(field: .name, problem: problem)) }
    faults += self.faults(command: command, isInImage: isInImage, inputs: inputs)
    faults += self.faults(environment: environment)
    faults += self.faults(inputs: inputs)
    faults += self.faults(outputs: outputs)
    let bytes =
      command.reduce(0) { $0 + $1.utf8.count + 1 }
      + environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 }
    if bytes > BagBounds.argumentBytes {
      faults.append(
        Fault(
          field: .command,
          problem: "and the environment together take \(bytes) bytes; \(BagBounds.argumentBytes) are the most"
        ))
    }
    return faults
  }

  /// Names become directories of results, so they are letters that every file system keeps apart.
  static func faultOfName(_ name: String) -> String? {
    guard !name.isEmpty else { return "must not be empty" }
    guard name.utf8.count <= BagBounds.nameBytes else { return "is longer than \(BagBounds.nameBytes) bytes" }
    let isPlain = name.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    guard isPlain, let first = name.utf8.first, isLetterOrDigit(first) else {
      return "must be letters, digits, '.', '_' and '-' and start with a letter or digit, but is '\(name)'"
    }
    return nil
  }

  /// What is wrong with the name of an environment variable.
  static func faultOfVariable(_ name: String) -> String? {
    let isPlain = name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    guard isPlain, let first = name.utf8.first, !(0x30...0x39).contains(first) else {
      return "must be letters, digits and '_' and start with none of the digits, but is '\(name)'"
    }
    return nil
  }

  private static func faults(command: [String], isInImage: Bool, inputs: [Input]) -> [Fault] {
    guard let program = command.first else {
      return isInImage ? [] : [Fault(field: .command, problem: "must not be empty")]
    }
    guard command.count <= BagBounds.arguments else {
      return [
        Fault(field: .command, problem: "has \(command.count) arguments; \(BagBounds.arguments) are the most")
      ]
    }
    var faults: [Fault] = []
    for (index, argument) in command.enumerated() {
      if let problem = faultOfText(argument) {
        faults.append(Fault(field: .argument(index), problem: problem))
      }
    }
    // What the first word of an image's command is can't be told without the image: it may follow an entrypoint.
    if let problem = isInImage ? nil : faultOfProgram(program, inputs) {
      faults.append(Fault(field: .argument(0), problem: problem))
    }
    return faults
  }

  private static func faultOfProgram(_ program: String, _ inputs: [Input]) -> String? {
    if let problem = faultOfAbsolute(program) { return problem }
    if let input = inputs.first(where: { $0.path == program }) {
      return input.isExecutable
        ? nil
        : "is the input '\(program)', which is not executable; give that input 'executable: true'"
    }
    let hint = NearestKey.find(program, in: inputs.map(\.path)).map { "; did you mean '\($0)'?" }
    return
      "is '\(program)', but the task sees nothing but its inputs\(hint ?? ": give the program as one, or name an 'image' that has it")"
  }

  private static func faults(environment: [String: String]) -> [Fault] {
    guard environment.count <= BagBounds.environmentVariables else {
      return [
        Fault(field: .environment(""), problem: "has more than \(BagBounds.environmentVariables) variables")
      ]
    }
    return environment.sorted { $0.key < $1.key }.compactMap { name, value in
      (faultOfVariable(name) ?? faultOfText(name + "=" + value)).map {
        Fault(field: .environment(name), problem: $0)
      }
    }
  }

  private static func faults(inputs: [Input]) -> [Fault] {
    var faults: [Fault] = []
    if inputs.count > BagBounds.inputs {
      faults.append(
        Fault(field: .input(0), problem: "is one of \(inputs.count) inputs; \(BagBounds.inputs) are the most")
      )
    }
    for (index, input) in inputs.enumerated() {
      if let problem = faultOfAbsolute(input.path) {
        faults.append(Fault(field: .input(index), problem: problem))
      } else if let (directory, owner) = reserved.first(where: { isWithin(input.path, $0.0) }) {
        faults.append(
          Fault(field: .input(index), problem: "is '\(input.path)', but \(directory) is \(owner)"))
      }
    }
    return faults + overlaps(inputs.map(\.path)).map { Fault(field: .input($0.index), problem: $0.problem) }
  }

  private static func faults(outputs: [String]) -> [Fault] {
    var faults: [Fault] = []
    if outputs.count > BagBounds.outputs {
      faults.append(
        Fault(
          field: .output(0), problem: "is one of \(outputs.count) outputs; \(BagBounds.outputs) are the most")
      )
    }
    for (index, output) in outputs.enumerated() {
      if let problem = faultOfRelative(output) {
        faults.append(Fault(field: .output(index), problem: problem))
      } else if output == "stdout" || output == "stderr" {
        faults.append(
          Fault(
            field: .output(index),
            problem: "is the name of a captured stream, which is kept anyway; name the file otherwise"
          ))
      }
    }
    return faults + overlaps(outputs).map { Fault(field: .output($0.index), problem: $0.problem) }
  }

  /// Paths that stand twice, or of which one is a directory of another.
  private static func overlaps(_ paths: [String]) -> [(index: Int, problem: String)] {
    var first: [String: Int] = [:]
    var found: [(index: Int, problem: String)] = []
    for (index, path) in paths.enumerated() {
      if first[path] != nil {
        found.append((index, "is '\(path)', which stands twice"))
      } else {
        first[path] = index
      }
    }
    for (index, path) in paths.enumerated() {
      var parent = path[...]
      while let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
        parent = parent[..<slash]
        if first[String(parent)] != nil {
          found.append((index, "is '\(path)', but '\(parent)' is a file of the same task, not a directory"))
          break
        }
      }
    }
    return found
  }

  static func isWithin(_ path: String, _ directory: String) -> Bool {
    path == directory || path.hasPrefix(directory + "/")
  }

  private static func faultOfText(_ text: String) -> String? {
    if text.utf8.contains(0) { return "holds a NUL character, which no argument or path can" }
    if text.utf8.count > BagBounds.oneArgumentBytes {
      return "is longer than \(BagBounds.oneArgumentBytes) bytes"
    }
    return nil
  }

  private static func faultOfAbsolute(_ path: String) -> String? {
    guard path.hasPrefix("/") else { return "must be an absolute path in the sandbox, but is '\(path)'" }
    return faultOfComponents(path.dropFirst(), of: path)
  }

  private static func faultOfRelative(_ path: String) -> String? {
    let work = TaskSpec.workDirectory + "/"
    if path.hasPrefix(work) {
      return "is kept from \(TaskSpec.workDirectory): write '\(path.dropFirst(work.count))', not '\(path)'"
    }
    if path.hasPrefix("/") {
      return "must lie in \(TaskSpec.workDirectory), the one place that a task can write to"
    }
    return faultOfComponents(path[...], of: path)
  }

  private static func faultOfComponents(_ path: Substring, of whole: String) -> String? {
    if let problem = faultOfText(whole) { return problem }
    guard whole.utf8.count <= BagBounds.pathBytes else {
      return "is longer than \(BagBounds.pathBytes) bytes"
    }
    for component in path.split(separator: "/", omittingEmptySubsequences: false) {
      switch component {
      case "": return "has an empty part: '\(whole)'"
      case ".", "..": return "must not go through '\(component)': '\(whole)'"
      default: break
      }
      guard component.utf8.count <= BagBounds.pathComponentBytes else {
        return "has a part longer than \(BagBounds.pathComponentBytes) bytes"
      }
    }
    return nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
