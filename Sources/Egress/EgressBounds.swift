internal import NIOCore

/// What one sandbox's proxy holds and waits for at the most.
package struct EgressBounds: Sendable, Hashable {
  /// At a time; the next one is answered with 503.
  package var connections = 64
  /// Bytes of a request's line and fields together; more is answered with 431.
  package var headBytes = 16 << 10
  /// From a connection's start to its request's last field; then it is closed.
  package var headTime: Duration = .seconds(10)
  /// For a connection to an address; a name's next address is tried then.
  package var connectTime: Duration = .seconds(10)
  /// Addresses of a name that are tried.
  package var addresses = 4
  /// Without a byte either way; then both connections are closed.
  package var idleTime: Duration = .seconds(120)
  /// Read from one side and not yet taken by the other, per connection and direction: 8 reads of at most 32 KiB. The
  /// side that sends too fast is not read meanwhile.
  package var readsInFlight = 8
  /// From the task, all connections together; then all are cut.
  package var bytesOut: UInt64 = 4 << 30
  /// To the task, all connections together; then all are cut.
  package var bytesIn: UInt64 = 64 << 30

  package init() {}
}

extension Duration {
  var amount: TimeAmount {
    .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
  }
}
