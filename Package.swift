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

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),

    // Floor 2: what touches the machine.
    .target(name: "Telemetry", dependencies: ["Workload"], swiftSettings: house),

    // Floor 3: what is decided.
    .target(name: "Scheduling", dependencies: ["Workload", "Telemetry"], swiftSettings: house),

    // Floor 4: worlds to try the rules in.
    .target(name: "Simulation", dependencies: ["Workload", "Telemetry", "Scheduling"], swiftSettings: house),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar", dependencies: ["Workload", "Telemetry", argumentParser],
      swiftSettings: house, linkerSettings: linking),

    // Tests, by module.
    .testTarget(
      name: "WorkloadTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "TelemetryTests", dependencies: ["Telemetry", "Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "SchedulingTests", dependencies: ["Scheduling", "Telemetry", "Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", "Scheduling", "Telemetry", "Workload"],
      swiftSettings: house, linkerSettings: linking),
  ]
)
