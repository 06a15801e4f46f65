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

/// For executables that run inside a sandbox's empty root, or start before one: no library to look for.
let staticLinking: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld", "-static-executable"])]

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "samovar",
  products: [
    .executable(name: "samovar", targets: ["samovar"]),
    .executable(name: "efast", targets: ["efast"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: the system's libraries.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar", dependencies: ["Workload", argumentParser],
      swiftSettings: house, linkerSettings: linking),

    // Examples: payloads that stand on no floor of ours. Optimised in debug builds too, since the tests run it.
    .executableTarget(
      name: "efast", path: "examples/efast/Sources",
      swiftSettings: house + [.unsafeFlags(["-O"])], linkerSettings: staticLinking),

    // Tests, by module.
    .testTarget(
      name: "WorkloadTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "EFastTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(name: "ArchitectureTests", swiftSettings: house, linkerSettings: linking),
  ]
)
