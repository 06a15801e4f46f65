import Receipts
import Testing
import Workload

/// A run and what it takes to attest it, the same in every test.
enum Fixture {
  static let domain = EIP712Domain.proofOfContribution(
    chainID: 31337, verifyingContract: Address(lastBytesOf: Keccak256.hash("contract")))

  static func key(_ seed: String = "node") throws -> PrivateKey {
    try PrivateKey(bytes: Keccak256.hash(seed).bytes)
  }

  static func run(_ outcome: RunOutcome = .exited(code: 0)) -> CompletedRun {
    CompletedRun(
      outcome: outcome,
      usage: Usage(
        wallMilliseconds: 1250, cpuMilliseconds: 1199, peakMemory: .mebibytes(12),
        energy: AttributedEnergy(electric: Joules(36), method: .raplByProcessorTime)),
      standardOutput: stream("42\n"), standardError: stream(""),
      outputs: [
        OutputFile(
          path: "prices.csv", mode: 0o644, size: ByteCount(9), digest: ContentDigest(of: "1,2,3,4\n\n".utf8)),
        OutputFile(path: "δ/väR.json", mode: 0o600, size: ByteCount(2), digest: ContentDigest(of: "{}".utf8)),
      ],
      exemptions: ["network"], profileDigest: ContentDigest(of: "batch".utf8),
      startedAt: Instant(1_700_000_000_123), finishedAt: Instant(1_700_000_001_373))
  }

  static func attestation() -> Attestation {
    Attestation(
      taskID: Keccak256.hash("task"), round: 1,
      specification: TaskSpec(
        name: "price-0001", command: ["/bin/efast", "--seed", "7"],
        inputs: [
          InputFile(
            path: "/bin/efast", digest: ContentDigest(of: "elf".utf8), size: ByteCount(3), isExecutable: true),
          InputFile(path: "/data/prices.csv", digest: ContentDigest(of: "p".utf8), size: ByteCount(1)),
        ], outputs: ["prices.csv"], environment: ["LANG": "C", "A": "1"]),
      price: MicroEuros(2500), heat: DeliveredHeat(heat: Joules(35), method: .simulatedBoiler),
      sensors: [SensorReading(name: "tank", value: 54_250, unit: .millicelsius)], agentVersion: "0.1.0")
  }

  static func receipt(_ outcome: RunOutcome = .exited(code: 0)) throws -> SignedReceipt {
    try attestation().receipt(for: run(outcome), signedBy: key(), in: domain)
  }

  private static func stream(_ text: String) -> CapturedStream {
    CapturedStream(
      digest: ContentDigest(of: text.utf8), size: ByteCount(UInt64(text.utf8.count)), isTruncated: false)
  }
}
