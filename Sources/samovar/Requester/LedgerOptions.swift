import Agent
import ArgumentParser
import FoundationEssentials
import Ledger
import Receipts

/// Which embedded ledger a command works on.
struct LedgerOptions: ParsableArguments {
  static let variable = "SAMOVAR_LEDGER"

  @Option(
    help: ArgumentHelp(
      "The directory of the ledger that the nodes of this machine share. Without it: $\(variable).",
      valueName: "directory"))
  var ledger: String?

  var directory: LedgerDirectory {
    get throws { LedgerDirectory(try Setting.of(ledger, option: "--ledger", variable: Self.variable)) }
  }

  /// Opens it to read, and to write where its key is there.
  func open() throws -> EmbeddedLedger {
    let directory = try directory
    return try EmbeddedLedger(directory, key: directory.key(), now: { WallClock.now })
  }

  func shared() throws -> SharedDirectory { try SharedDirectory(path: directory.path) }
}

/// Whose calls a command makes.
struct AccountOptions: ParsableArguments {
  @OptionGroup var ledger: LedgerOptions
  static let variable = "SAMOVAR_KEY"

  @Option(help: ArgumentHelp("The key file of the account. Without it: $\(variable).", valueName: "file"))
  var key: String?
  @OptionGroup var password: PasswordOptions

  func account(on ledger: EmbeddedLedger) throws -> LedgerAccount {
    let file = try Setting.of(key, option: "--key", variable: Self.variable)
    return LedgerAccount(
      ledger: ledger, key: try KeystoreFile.read(file).unlock(password: password.existing()))
  }
}

/// What the command line says, else what the environment says.
enum Setting {
  static func of(_ given: String?, option: String, variable: String) throws -> String {
    if let value = given ?? ProcessInfo.processInfo.environment[variable], !value.isEmpty { return value }
    throw ValidationError("give \(option), or set \(variable)")
  }
}
