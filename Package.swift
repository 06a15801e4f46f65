// swift-tools-version: 6.2
import PackageDescription

// Targets stand in floor order, as docs/ARCHITECTURE.md draws them: imports go down only, and
// `--explicit-target-dependency-import-check error` makes an upward one fail the build.

/// What every target of ours is compiled with.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

/// lld halves the time of an incremental link. Settings that only a root package may use.
let linking: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld"])]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
  name: "samovar",
  products: [
    .executable(name: "samovar", targets: ["samovar"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Floor 0: the system and its libraries.
    .target(name: "CLinux"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),

    // Floor 2: the node's senses and hands.
    .target(name: "Telemetry", dependencies: ["Workload"], swiftSettings: house),
    .target(name: "Sandbox", dependencies: ["CLinux", "Workload"], swiftSettings: house),
    .target(
      name: "Receipts", dependencies: ["Workload", "CCrypto", "CSecp256k1"], swiftSettings: house),

    // Floor 3: decisions.
    .target(name: "Ledger", dependencies: ["Workload", "Receipts"], swiftSettings: house),

    // Floor 5: the node.
    .target(
      name: "Agent", dependencies: ["Workload", "Telemetry", "Sandbox", "Receipts", "Ledger", lifecycle, logging],
      swiftSettings: house),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar", dependencies: ["Workload", "Telemetry", "Receipts", "Ledger", "Agent", argumentParser],
      swiftSettings: house, linkerSettings: linking),

    // Tests, by module.
    .testTarget(
      name: "WorkloadTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "ReceiptsTests", dependencies: ["Receipts", "Workload", "CSecp256k1"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "TelemetryTests", dependencies: ["Telemetry", "Workload"],
      swiftSettings: house, linkerSettings: linking),
  ]
)
