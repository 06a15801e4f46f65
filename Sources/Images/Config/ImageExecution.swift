package import Workload

/// What an image runs: its command, environment and root, found and checked.
package struct ImageExecution: Sendable {
  package var command: [String]
  package var environment: [String: String]
  package var root: ImageRoot

  /// Bytes of one variable and of all, as execve(2) takes them.
  private static let greatestVariable = 128 << 10
  private static let mostVariables = 1000

  /// - Parameters:
  ///   - arguments: what the user gave after `--`; in place of the image's Cmd, after its Entrypoint.
  ///   - overrides: the user's variables, over the image's.
  package init(_ image: PulledImage, arguments: [String], overrides: [String: String] = [:])
    throws(ImageError)
  {
    let execution = image.resolved.configuration.config
    let layers = MergedLayers(roots: image.layers.map(\.root))
    let words = (execution?.entrypoint ?? []) + (arguments.isEmpty ? execution?.command ?? [] : arguments)
    guard let first = words.first else {
      throw .noCommand("\(image.name) says nothing of what to run", remedy: "give a command after --")
    }
    guard !words.contains(where: { $0.utf8.contains(0) }) else {
      throw .untrue("a word of the command of \(image.name) has a NUL in it")
    }
    environment = try Self.environment(execution?.environment ?? [], of: image.name)
    environment.merge(overrides) { $1 }
    let directory = try Self.workingDirectory(execution?.workingDirectory, layers, image.name)
    let user = try ImageUser(execution?.user ?? "", in: layers)
    let check = ProgramCheck(layers: layers, image: image.name)
    let program = try check.locate(
      first, path: environment["PATH"] ?? ProgramCheck.defaultPath, workingDirectory: directory)
    try check.check(program)
    if environment["PATH"] == nil { environment["PATH"] = ProgramCheck.defaultPath }
    if environment["HOME"] == nil { environment["HOME"] = TaskSpec.workDirectory }
    command = [program] + words.dropFirst()
    root = ImageRoot(
      layers: image.layers.map(\.root), user: user.user, group: user.group, workingDirectory: directory)
  }

  private static func environment(_ pairs: [String], of image: String) throws(ImageError) -> [String: String]
  {
    guard pairs.count <= mostVariables else {
      throw .refused("\(image) sets more than \(mostVariables) variables")
    }
    var environment: [String: String] = [:]
    for pair in pairs {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex, !pair.utf8.contains(0),
        pair.utf8.count <= greatestVariable
      else { throw .untrue("\(image) sets the variable '\(printable(pair))', which is not KEY=VALUE") }
      environment[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return environment
  }

  /// The image's, where it is a plain absolute path that is a directory or isn't there yet; the task's work directory where
  /// the image names none.
  private static func workingDirectory(
    _ text: String?, _ layers: MergedLayers, _ image: String
  ) throws(ImageError) -> String {
    guard let text, !text.isEmpty, text != "/" else { return text == "/" ? "/" : TaskSpec.workDirectory }
    let names = text.split(separator: "/")
    guard text.hasPrefix("/"), !text.utf8.contains(0), !names.contains(where: { $0 == ".." || $0 == "." }),
      names.first != "proc", names.first != "dev", names.first != "sys"
    else { throw .refused("\(image) starts in '\(printable(text))', which is no directory of its own") }
    if let found = try layers.find(text), !found.isDirectory {
      throw .unsuitable(
        "\(image) starts in '\(printable(text))', which is no directory in it",
        remedy: "have its WorkingDir corrected")
    }
    return "/" + names.joined(separator: "/")
  }
}
