import FoundationEssentials
import Glibc
import Images
import Sandbox
import Workload

extension RunRequest {
  /// What the command line asks for.
  init(_ line: RunCommand, image: PulledImage?, outputDirectory: String?) throws {
    var limits = Limits()
    limits.milliCPUs = UInt32(max(1, (line.cpus * 1000).rounded()))
    limits.processes = line.pids
    if let text = line.memory { limits.memory = try quantity(text, option: "--memory") { $0.byteCount() } }
    if let text = line.disk { limits.disk = try quantity(text, option: "--disk") { $0.byteCount() } }
    if let text = line.timeout {
      limits.wallMilliseconds = try quantity(text, option: "--timeout") { $0.milliseconds() }
    }
    try HostCapacity.current.check(limits)
    var inputs = try line.input.map(LocalInput.init(argument:))
    let overrides = try Self.variables(line.env)
    if let image {
      let execution = try ImageExecution(image, arguments: line.command, overrides: overrides)
      self.init(
        specification: TaskSpec(
          name: execution.command[0], command: execution.command,
          root: .image(PinnedImage(digest: image.resolved.manifestDigest)),
          inputs: inputs.map(\.specification), outputs: line.keep, environment: execution.environment,
          limits: limits),
        inputPaths: Self.paths(inputs), outputDirectory: outputDirectory, profile: line.profile ?? "batch")
      self.image = execution.root
      return
    }
    let name = line.command[0]
    var program = name
    var isInput = false
    if let own = inputs.first(where: { name == $0.path || name == $0.name || name == "./" + $0.name }) {
      program = own.path
      isInput = true
    } else if line.root == nil {
      program = try Self.find(name)
      // A program of one's own, that the profile's part of the host doesn't show. One that isn't there is left for the
      // sandbox to report, with the status that a shell has for it.
      let isShown = ["/usr/", "/bin/", "/sbin/", "/opt/", "/lib/"].contains { program.hasPrefix($0) }
      if !isShown, access(program, F_OK) == 0 {
        let local = try LocalInput(
          file: program, path: "/run/\(program.split(separator: "/").last ?? "command")")
        inputs.append(local)
        program = local.path
      }
    }
    let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": TaskSpec.workDirectory].merging(
      overrides
    ) {
      $1
    }
    self.init(
      specification: TaskSpec(
        name: name, command: [program] + line.command.dropFirst(),
        root: line.root.map { .directory($0) } ?? .empty, inputs: inputs.map(\.specification),
        outputs: line.keep,
        environment: environment, limits: limits),
      inputPaths: Self.paths(inputs), outputDirectory: outputDirectory,
      profile: line.profile ?? (line.root != nil || isInput ? "batch" : "host"))
  }

  /// Why the kernel wouldn't execute the command, from the file itself; nothing where the file doesn't tell.
  var reasonNotToExecute: String? {
    guard let program = specification.command.first else { return nil }
    let input = specification.inputs.first { $0.path == program }
    var file = input.flatMap { inputPaths[$0.digest] } ?? program
    if input == nil, case .directory(let root) = specification.root { file = root + program }
    return ProgramFile(path: file).reason(file) { path in
      if specification.inputs.contains(where: { $0.path == path }) { return true }
      if case .directory(let root) = specification.root { return access(root + path, F_OK) == 0 }
      return profile != "batch" && access(path, F_OK) == 0
    }
  }

  private static func variables(_ pairs: [String]) throws -> [String: String] {
    var variables: [String: String] = [:]
    for pair in pairs {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
        throw SandboxError.invalidRequest("--env \(pair) is not KEY=VALUE")
      }
      variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return variables
  }

  private static func paths(_ inputs: [LocalInput]) -> [ContentDigest: String] {
    Dictionary(inputs.map { ($0.digest, $0.file) }) { _, last in last }
  }

  /// As a shell finds it: a path as it is, a bare name along PATH. What isn't found is left for the sandbox
  /// to report.
  private static func find(_ name: String) throws -> String {
    if name.hasPrefix("/") { return name }
    if name.contains("/") { return FileManager.default.currentDirectoryPath + "/" + name }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for directory in path.split(separator: ":") where access("\(directory)/\(name)", X_OK) == 0 {
      return "\(directory)/\(name)"
    }
    return "/usr/bin/" + name
  }
}

/// A number with its unit, read as it is in YAML files.
func quantity<Value>(_ text: String, option: String, _ read: (YAMLValue) -> Value?) throws -> Value {
  try readYAML("\(option): \"\(text.filter { $0 != "\"" && $0 != "\\" })\"\n", file: "command line") { root in
    root.required(option, read)
  }
}

/// A file of `--input`.
struct LocalInput {
  let file: String
  let path: String
  let digest: ContentDigest
  private let size: ByteCount
  private let isExecutable: Bool

  var name: String { file.split(separator: "/").last.map(String.init) ?? file }
  var specification: InputFile {
    InputFile(path: path, digest: digest, size: size, isExecutable: isExecutable)
  }

  /// `FILE` or `FILE:PATH`. A colon in FILE is taken for part of it where the path after it isn't absolute.
  init(argument: String) throws {
    if let colon = argument.lastIndex(of: ":"), argument[argument.index(after: colon)...].hasPrefix("/") {
      try self.init(file: String(argument[..<colon]), path: String(argument[argument.index(after: colon)...]))
    } else {
      let name = argument.split(separator: "/").last.map(String.init) ?? argument
      try self.init(file: argument, path: "\(TaskSpec.workDirectory)/\(name)")
    }
  }

  init(file: String, path: String) throws {
    self.file = file
    self.path = path
    var status = stat()
    guard stat(file, &status) == 0 else {
      throw SandboxError.systemCallFailed(doing: "opening the input \(file)", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SandboxError.invalidRequest("the input \(file) is no regular file")
    }
    do {
      (digest, size) = try LocalFile.digest(file)
    } catch {
      throw SandboxError.systemCallFailed(doing: "reading the input \(file)", errno: error.code)
    }
    isExecutable = status.st_mode & 0o111 != 0
  }
}
