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
    .executable(name: "samovar", targets: ["samovar"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Floor 0: the system's libraries.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    .target(name: "CLinux"),
    .systemLibrary(name: "CCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),

    .target(name: "SandboxPlan", swiftSettings: house),

    // Floor 2: what touches the host.
    .target(
      name: "Sandbox", dependencies: ["CLinux", "CSeccomp", "SandboxPlan", "Workload"], swiftSettings: house),
    .executableTarget(
      name: "samovar-init", dependencies: ["CCap", "CLinux", "SandboxPlan"],
      swiftSettings: house, linkerSettings: staticLinking),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar", dependencies: ["Sandbox", "Workload", argumentParser],
      swiftSettings: house, linkerSettings: linking),

    // Tests, by module. What runs inside a sandbox is built beside the test bundle, which finds it there.
    .target(name: "CProbe", path: "Tests/CProbe"),
    .executableTarget(
      name: "sandbox-probe", dependencies: ["CProbe"], path: "Tests/SandboxProbe",
      swiftSettings: house, linkerSettings: staticLinking),
    .testTarget(
      name: "SandboxPlanTests", dependencies: ["SandboxPlan"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "SandboxTests", dependencies: ["Sandbox", "SandboxPlan", "Workload"],
      swiftSettings: house, linkerSettings: linking),
    .testTarget(
      name: "WorkloadTests", dependencies: ["Workload"],
      swiftSettings: house, linkerSettings: linking),
  ]
)
