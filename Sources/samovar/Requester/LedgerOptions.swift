import Agent
import ArgumentParser
import Ledger
import Receipts

/// Which embedded ledger a command works on.
struct LedgerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The directory of the ledger that the nodes of this machine share.", valueName: "directory"))
  var ledger: String

  var directory: LedgerDirectory { LedgerDirectory(ledger) }

  /// Opens it to read, and to write where its key is there.
  func open() throws -> EmbeddedLedger {
    try EmbeddedLedger(directory, key: directory.key(), now: { WallClock.now })
  }

  func shared() throws -> SharedDirectory { try SharedDirectory(path: ledger) }
}

/// Whose calls a command makes.
struct AccountOptions: ParsableArguments {
  @OptionGroup var ledger: LedgerOptions
  @Option(help: ArgumentHelp("The key file of the account.", valueName: "file"))
  var key: String
  @OptionGroup var password: PasswordOptions

  func account(on ledger: EmbeddedLedger) throws -> LedgerAccount {
    LedgerAccount(ledger: ledger, key: try KeystoreFile.read(key).unlock(password: password.existing()))
  }
}
