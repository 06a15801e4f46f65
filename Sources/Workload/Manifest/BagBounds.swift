/// The most that a bag may hold. A bag comes from a stranger, so each of its lengths has a bound here; the same bounds
/// hold for what a person writes and for a manifest that a node fetches.
package enum BagBounds {
  /// Bytes of a canonical manifest.
  package static let manifestBytes = 16 << 20
  package static let tasks = 10_000
  package static let arguments = 1024
  /// Bytes of the command and the environment of one task: Linux takes no more of a quarter of an 8 MiB stack, execve(2).
  package static let argumentBytes = 1 << 20
  /// Bytes of one argument or of one `NAME=value`: MAX_ARG_STRLEN less its end, execve(2).
  package static let oneArgumentBytes = 131_071
  package static let environmentVariables = 256
  package static let inputs = 1024
  package static let outputs = 256
  /// PATH_MAX less its end, and room for the sandbox's own root.
  package static let pathBytes = 2048
  /// NAME_MAX, the longest name of one file.
  package static let pathComponentBytes = 255
  package static let nameBytes = 100
  /// One million euros for one replica, so that no sum of a bag overflows.
  package static let price: ClosedRange<UInt64> = 1...1_000_000_000_000
  /// At most what the rules of Proof-of-Contribution pay for in one task.
  package static let replicaCap: ClosedRange<UInt32> = 1...9
  package static let trust: ClosedRange<UInt32> = 1...UInt32.max
  /// From one second to a year.
  package static let deadlineMilliseconds: ClosedRange<UInt64> = 1000...31_536_000_000
  package static let expectedMilliseconds: ClosedRange<UInt64> = 1...2_592_000_000

  package static let milliCPUs: ClosedRange<UInt32> = 10...1_024_000
  /// Below 1 MiB no process starts.
  package static let memory: ClosedRange<UInt64> = 1 << 20...1 << 50
  /// One page at least: a tmpfs of size 0 would have no bound at all.
  package static let disk: ClosedRange<UInt64> = 4096...1 << 50
  package static let processes: ClosedRange<UInt32> = 1...32_768
  /// Up to thirty days.
  package static let wallMilliseconds: ClosedRange<UInt64> = 1...2_592_000_000
  /// Up to thirty days of a thousand processors.
  package static let processorMilliseconds: ClosedRange<UInt64> = 1...2_592_000_000_000
  package static let graceMilliseconds: ClosedRange<UInt64> = 0...60_000
  package static let streamBytes: ClosedRange<UInt64> = 0...64 << 20
  /// Bytes of one input, 2⁵⁰.
  package static let inputBytes: ClosedRange<UInt64> = 0...1 << 50
}
