import ArgumentParser
import Glibc
import Receipts
import Workload

/// `samovar key`: node keys in version 3 key files, which every Ethereum wallet reads.
struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Make, show, import and export the keys with which nodes sign.",
    subcommands: [New.self, Show.self, Import.self, Export.self])

  /// What guessing the password shall cost.
  struct CostOptions: ParsableArguments {
    @Flag(
      help: """
        Lock with 4 MiB of scrypt instead of 256 MiB: opens at once, and a weak password falls sooner. \
        For keys whose password lies beside them.
        """)
    var light = false

    var derivation: KeyDerivation { light ? .light : .standard }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a new key and lock it in a new file.")

    @Argument(help: "The key file to write, readable by its owner only. Never written over.")
    var file: String
    @OptionGroup var password: PasswordOptions
    @OptionGroup var cost: CostOptions
    @Flag(help: "Say it in JSON.") var json = false

    func run() throws {
      let keystore = try Keystore(
        locking: PrivateKey.generate(), password: password.new(), derivation: cost.derivation,
        randomness: .system())
      try KeystoreFile.write(keystore, to: file)
      try KeyDescription(keystore, file: file).show(asJSON: json)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show whose key a file holds.",
      discussion: "Needs no password, unless the file leaves its address out or --check is given.")

    @Argument(help: "The key file.")
    var file: String
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Open the file with its password and compare the address with the key.")
    var check = false
    @Flag(help: "Say it in JSON.") var json = false

    func run() throws {
      let keystore = try KeystoreFile.read(file)
      var description = KeyDescription(keystore, file: file)
      if check || keystore.address == nil {
        description.address = try keystore.unlock(password: password.existing()).address
        description.checked = true
      }
      try description.show(asJSON: json)
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lock a private key that is given as hexadecimal text in a new file.")

    @Argument(help: "The key file to write, readable by its owner only. Never written over.")
    var file: String
    @Option(
      help: ArgumentHelp(
        "A file with the private key, 64 hexadecimal digits; - for standard input.", valueName: "file"))
    var privateKeyFile = "-"
    @OptionGroup var password: PasswordOptions
    @OptionGroup var cost: CostOptions
    @Flag(help: "Say it in JSON.") var json = false

    func run() throws {
      let text = String(
        decoding: try LocalFile.readArgument(privateKeyFile, limit: .kibibytes(1)), as: UTF8.self)
      guard let bytes = Hex.decode(text.filter { !$0.isWhitespace }) else {
        throw NotHexadecimal(file: privateKeyFile)
      }
      let keystore = try Keystore(
        locking: PrivateKey(bytes: bytes), password: password.new(), derivation: cost.derivation,
        randomness: .system())
      try KeystoreFile.write(keystore, to: file)
      try KeyDescription(keystore, file: file).show(asJSON: json)
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the private key itself, 64 hexadecimal digits.",
      discussion: "Whoever sees it can sign as this node and take what it earns.")

    @Argument(help: "The key file.")
    var file: String
    @OptionGroup var password: PasswordOptions

    func run() throws {
      let key = try KeystoreFile.read(file).unlock(password: password.existing())
      print("0x" + key.withBytes { Hex.encode($0) })
    }
  }
}

private struct NotHexadecimal: Error, CustomStringConvertible {
  var file: String
  var description: String {
    "\(file == "-" ? "standard input" : file) is not hexadecimal text; a private key has 64 digits"
  }
}

/// What is told of a key file.
private struct KeyDescription: Encodable {
  var file: String
  var address: Address?
  var id: String
  var derivation: String
  /// The file was opened with its password, and its key has this address.
  var checked = false

  init(_ keystore: Keystore, file: String) {
    self.file = file
    address = keystore.address
    id = keystore.id
    derivation = "\(keystore.derivation)"
  }

  func show(asJSON: Bool) throws {
    if asJSON { return try JSONOutput.print(self) }
    print("address     \(address.map(\.description) ?? "unknown")\(checked ? " (checked)" : "")")
    print("key file    \(file)")
    print("id          \(id)")
    print("locked by   \(derivation)")
  }
}
