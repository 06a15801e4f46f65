import ArgumentParser
import FoundationEssentials
import Sandbox
import Workload

/// `samovar profile`: what a sandbox lets a task do.
struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Check and explain sandbox profiles, or find what a program needs of one.",
    subcommands: [Check.self, Explain.self, ProfileTraceCommand.self])

  /// A file is read as it is; a name is searched for where runs search.
  static func find(_ name: String) throws -> ProfileFile {
    let directories =
      ProfileFile.isPath(name)
      ? [] : try LauncherFiles.find(environment: ProcessInfo.processInfo.environment).profileDirectories
    return try ProfileFile(name, directories: directories)
  }

  /// Says what is wrong on standard error, with the status of failure.
  static func failing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let mistakes as Mistakes {
      StandardStream.error.writeLine(mistakes.description)
    } catch let error as SandboxError {
      StandardStream.error.writeLine("samovar profile: \(error)")
    }
    throw ExitCode(1)
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Report every mistake in profiles, with file, line and column.",
      discussion:
        "Ends with 1 when one has a mistake. A seccomp.json of OCI tools or Docker is a profile too.")
    @Argument(help: "Profiles, by file or name.") var profile: [String]

    func run() throws {
      var isSound = true
      for name in profile {
        do {
          let compiled = try ProfileCommand.failing { () throws in
            let file = try ProfileCommand.find(name)
            _ = try file.checked()
            return try file.compiled(cache: nil)
          }
          print("\(name): sound; its filter has \(compiled.filter.count / 8) instructions")
        } catch is ExitCode {
          isSound = false
        }
      }
      if !isSound { throw ExitCode(1) }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say in words what a profile grants, and what it answers to notable system calls.")
    @Argument(help: "A profile, by file or name.") var profile: String
    @Flag(help: "Print JSON for machines.") var json = false

    func run() throws {
      let explanation = try ProfileCommand.failing {
        let file = try ProfileCommand.find(profile)
        return ProfileExplanation(try file.compiled(cache: nil), file: file.path)
      }
      if json {
        try JSONOutput.print(explanation)
      } else {
        StandardStream.output.write(explanation.text)
      }
    }
  }
}
