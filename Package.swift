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

/// For programs that must start without a dynamic loader, in a root that holds nothing else.
/// Without symbols in the release configuration: samovar-init is copied to memory at every start of a daemon.
let staticLinking: [LinkerSetting] = [
  .unsafeFlags(["-use-ld=lld", "-static-executable"]),
  .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release)),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
  name: "samovar",
  products: [
    .executable(name: "samovar", targets: ["samovar"]),
    .executable(name: "efast", targets: ["efast"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Floor 0: the system and its libraries.
    .target(name: "CLinux"),
    .target(name: "CTrace"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),

    .systemLibrary(name: "CCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),

    .systemLibrary(name: "CSHA256", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CXattr"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // Floor 1: the nouns.
    .target(name: "Workload", dependencies: ["CCrypto", yams], swiftSettings: house),
    .target(name: "SandboxPlan", swiftSettings: house),
    .target(name: "LayerTar", swiftSettings: house + [.unsafeFlags(["-O"])]),

    // Floor 2: the node's senses and hands.
    .target(name: "Telemetry", dependencies: ["CLinux", "Workload"], swiftSettings: house),
    .target(
      name: "Sandbox", dependencies: ["CLinux", "CSeccomp", "SandboxPlan", "Workload"], swiftSettings: house),
    .executableTarget(
      name: "samovar-init", dependencies: ["CCap", "CLinux", "SandboxPlan"],
      swiftSettings: house, linkerSettings: staticLinking),
    .executableTarget(
      name: "samovar-trace", dependencies: ["CTrace"], swiftSettings: house, linkerSettings: staticLinking),
    // Optimised in debug builds too: the tests unpack real images with it.
    .executableTarget(
      name: "samovar-unpack", dependencies: ["CLinux", "CSHA256", "CXattr", "CZlib", "CZstd", "LayerTar"],
      swiftSettings: house + [.unsafeFlags(["-O"])], linkerSettings: staticLinking),
    .target(
      name: "Receipts", dependencies: ["Workload", "CCrypto", "CSecp256k1"], swiftSettings: house),

    // Floor 3: decisions, and the way out of a sandbox.
    .target(
      name: "Egress", dependencies: ["Sandbox", nioCore, nioPosix], swiftSettings: house),
    .target(
      name: "HeatBridge", dependencies: ["Workload", nioCore, nioPosix, nioSSL], swiftSettings: house),
    .target(name: "Ledger", dependencies: ["Workload", "Receipts", grdb], swiftSettings: house),
    .target(
      name: "Images",
      dependencies: [
        "CLinux", "CXattr", "LayerTar", "Sandbox", "Workload", asyncHTTPClient, nioCore, nioHTTP1,
      ],
      swiftSettings: house),
    .target(name: "Scheduling", dependencies: ["Workload", "Telemetry"], swiftSettings: house),

    // Floor 4: worlds to try it in.
    .target(
      name: "Simulation", dependencies: ["Workload", "Telemetry", "Receipts", "Scheduling", "Ledger"],
      swiftSettings: house),

    // Floor 5: the node.
    .target(
      name: "Agent",
      dependencies: [
        "Workload", "Telemetry", "Sandbox", "Egress", "Images", "Receipts", "Scheduling", "Ledger",
        "Simulation", asyncHTTPClient, lifecycle, logging, nioCore, nioHTTP1, unixSignals,
      ],
      swiftSettings: house),

    // Floor 7: what people run.
    .executableTarget(
      name: "samovar",
      dependencies: [
        "Workload", "Telemetry", "Sandbox", "Egress", "HeatBridge", "Images", "Receipts", "Ledger",
        "Scheduling", "Simulation", "Agent",
        argumentParser,
      ],
      swiftSettings: house, linkerSettings: linking),

    // Benchmarks that need to be inside. Built by Benchmarks/sandbox-start:
    .executableTarget(
      name: "sandbox-start-timer", dependencies: ["Sandbox", "Workload"], path: "Benchmarks/SandboxStart",
      swiftSettings: house, linkerSettings: linking),
    // Built by Benchmarks/telemetry-cost.
    .executableTarget(
      name: "telemetry-cost-timer", dependencies: ["Telemetry", "Workload"], path: "Benchmarks/TelemetryCost",
      swiftSettings: house, linkerSettings: linking),

    // Built by Benchmarks/ledger-load.
    .executableTarget(
      name: "ledger-load-timer", dependencies: ["Ledger", "Receipts", "Workload"],
      path: "Benchmarks/LedgerLoad",
      swiftSettings: house, linkerSettings: linking),

    // Examples: payloads that stand on no floor of ours. Optimised in debug builds too, since the tests run it.
    .executableTarget(
      name: "efast", path: "examples/efast/Sources",
      swiftSettings: house + [.unsafeFlags(["-O"])], linkerSettings: staticLinking),

    // Tests, by module. What runs inside a sandbox is built beside the test bundle, which finds it there.
    .target(name: "CProbe", path: "Tests/Probes/CProbe"),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .executableTarget(
      name: "sandbox-probe", dependencies: ["CProbe"], path: "Tests/Probes/SandboxProbe",
      swiftSettings: house, linkerSettings: staticLinking),
    .executableTarget(
      name: "ledger-writer", dependencies: ["Ledger", "Receipts", "Workload"],
      path: "Tests/Probes/LedgerWriter",
      swiftSettings: house, linkerSettings: linking),
    tests("WorkloadTests", of: ["Workload", "TestSupport"]),
    tests("TelemetryTests", of: ["Telemetry", "Workload", "TestSupport"], exclude: ["Fakes"]),
    tests("SandboxPlanTests", of: ["SandboxPlan", "TestSupport"]),
    tests("SandboxTests", of: ["Sandbox", "SandboxPlan", "Workload", "TestSupport"]),
    tests(
      "ReceiptsTests", of: ["Receipts", "Workload", "CSecp256k1", "TestSupport"],
      exclude: ["eth_account_check.py"]),
    tests("HeatBridgeTests", of: ["HeatBridge", "Telemetry", "Workload", "TestSupport", nioCore]),
    tests("EgressTests", of: ["Egress", "Sandbox", "TestSupport"]),
    tests(
      "ImagesTests",
      of: ["Images", "LayerTar", "Sandbox", "Workload", "TestSupport", nioCore, nioHTTP1, nioPosix]),
    tests("SchedulingTests", of: ["Scheduling", "Telemetry", "Workload"]),
    tests(
      "LedgerTests", of: ["Ledger", "Receipts", "Workload", "TestSupport"], exclude: ["Story/dispute.txt"]),
    tests(
      "SimulationTests",
      of: ["Ledger", "Simulation", "Scheduling", "Telemetry", "Workload", "TestSupport"]),
    tests("EFastTests", of: ["Workload", "TestSupport"]),
    tests(
      "AgentTests",
      of: [
        "Agent", "HeatBridge", "Ledger", "Receipts", "Scheduling", "Simulation", "Telemetry", "Workload",
        "TestSupport",
      ]),
    tests("VirtualMachineTests", of: ["Telemetry", "Workload", "TestSupport"]),
    tests("ArchitectureTests", of: []),
  ]
)

func tests(_ name: String, of dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house, linkerSettings: linking)
}
