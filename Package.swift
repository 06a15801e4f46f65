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

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "samovar",
  products: [
    .executable(name: "samovar", targets: ["samovar"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: the system's libraries.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),

    // Floor 2: the node's senses and hands.
    .target(
      name: "Receipts", dependencies: ["Workload", "CCrypto", "CSecp256k1"], swiftSettings: house),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar", dependencies: ["Workload", "Receipts", argumentParser],
      swiftSettings: house, linkerSettings: linking),

    // Tests, by module.
    .testTarget(
      name: "WorkloadTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "ReceiptsTests", dependencies: ["Receipts", "Workload", "CSecp256k1"],
      exclude: ["eth_account_check.py"],
      swiftSettings: house, linkerSettings: linking),
  ]
)
