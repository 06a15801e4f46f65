/// The house as docs/ARCHITECTURE.md draws it. Whoever adds a module, an edge or an exception adds a line here, with its
/// reason; a line that nothing needs any more fails the tests too.
enum HouseTables {
  /// Floor of each target: imports go down only, and never to the same floor.
  static let floors: [String: Int] = [
    "CLinux": 0, "CTrace": 0, "CCrypto": 0, "CSecp256k1": 0, "CCap": 0, "CSeccomp": 0,
    "CSHA256": 0, "CXattr": 0, "CZlib": 0, "CZstd": 0,
    "Workload": 1, "SandboxPlan": 1, "LayerTar": 1,
    "Telemetry": 2, "Sandbox": 2, "samovar-init": 2, "samovar-trace": 2, "samovar-unpack": 2, "Receipts": 2,
    "Egress": 3, "HeatBridge": 3, "Scheduling": 3, "Ledger": 3, "Images": 3,
    "Simulation": 4,
    "Agent": 5,
    "samovar": 7,
  ]

  /// What comes with Swift and stands below every floor.
  static let system: Set<String> = ["Glibc", "FoundationEssentials", "Synchronization", "Dispatch"]

  /// Packages of others, by the targets that may use them.
  static let thirdParty: [String: Set<String>] = [
    "Workload": ["Yams"],
    "Images": ["AsyncHTTPClient", "NIOCore", "NIOHTTP1"],
    "Ledger": ["GRDB"],
    "Egress": ["NIOCore", "NIOPosix"],
    "HeatBridge": ["NIOCore", "NIOPosix", "NIOSSL"],
    "Agent": ["AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1", "ServiceLifecycle", "UnixSignals"],
    "samovar": ["ArgumentParser", "Logging", "ServiceLifecycle"],
  ]

  /// samovar-init starts in half a millisecond because it has nothing but C's library.
  static let withoutFoundation: Set<String> = [
    "samovar-init", "samovar-trace", "samovar-unpack", "SandboxPlan", "LayerTar",
  ]

  /// A rule of the house that is broken in one place on purpose: a file or a directory, and why.
  struct Exception {
    var path: String
    var reason: String
  }

  /// Where the clock may be asked and randomness drawn; all else is given both.
  static let edges: [Exception] = [
    Exception(path: "Sources/samovar/", reason: "commands are the edge: they hand the time and seeds on"),
    Exception(path: "Sources/Agent/Services/", reason: "services tick by the machine's clock"),
    Exception(
      path: "Sources/Telemetry/Sweep/", reason: "a wait for a bus has an end; no reading is dated by it"),
    Exception(path: "Sources/Telemetry/NVML/", reason: "a wait for a library that may hang has an end"),
    Exception(path: "Sources/Receipts/Keys/", reason: "keys and salts come from the system's randomness"),
  ]

  static let uncheckedSendable: [Exception] = []

  /// Longer than a file about one type should be.
  static let longFiles: [Exception] = []

  /// Full Foundation adds 43 MB of ICU to a static binary.
  static let fullFoundation: [Exception] = []

  /// Lines of a file at most, comments among them.
  static let greatestFileLength = 450

  /// Parts of names that say nothing.
  static let emptyNames: Set<String> = [
    "Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Core", "Common",
  ]

  /// Parts of names that look empty but are the term of the field.
  static let namesOfTheField: Set<String> = [
    "Core",  // of a processor: core_id of sysfs
    "HelperProcess",  // of samovar-init, which the design calls the helper, as setuid helpers are
  ]

  /// Text that may stand nowhere in code, and what to do instead.
  static let banned: [(text: String, instead: String)] = [
    ("try!", "throw, or say by 'guard' and 'precondition' why it can't fail"),
    ("fatalError(", "throw, or state a precondition"),
    ("Task.detached", "give the work to a service: nothing runs detached"),
    ("as!", "cast with 'as?' and answer the other case"),
  ]

  /// Ways to ask the clock or to draw randomness.
  static let clockAndRandomness = [
    "Date()", "Date.now", "Date(timeIntervalSinceNow", "clock_gettime(", "gettimeofday(", "time(nil)",
    "ContinuousClock",
    "SuspendingClock", "DispatchTime.now", "SystemRandomNumberGenerator", ".random(", ".shuffled()",
    ".shuffle()",
    ".randomElement()", "RAND_bytes(", "RAND_priv_bytes(", "getrandom(", "arc4random", "UUID()",
  ]
}
