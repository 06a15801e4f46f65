internal import Glibc
internal import NIOCore
internal import NIOPosix
package import Sandbox

/// The HTTP proxy through which a task reaches what its profile allows: RFC 9110's CONNECT, and requests with an
/// `http://` URL. One value serves any number of sandboxes, each with a listener of its own.
///
/// It is a door, not a judge of contents: what an allowed server does with a task's bytes is beyond it.
package struct EgressProxy: EgressGate {
  private let bounds: EgressBounds

  package init(bounds: EgressBounds = EgressBounds()) { self.bounds = bounds }

  package func serve(
    listener: Int32, destinations: [NetworkDestination]
  ) async throws(SandboxError) -> EgressCounts {
    let tally = EgressTally(bounds: bounds)
    var reason = ECONNABORTED
    do {
      try await serve(listener, DestinationRule(destinations: destinations), tally)
    } catch let error as IOError {
      reason = error.errnoCode
    } catch {
      // What NIO has no number for.
    }
    // Being cancelled is how it ends; ending otherwise would leave the task without its network in silence.
    guard Task.isCancelled else {
      throw .systemCallFailed(doing: "serving the sandbox's proxy", errno: reason)
    }
    return tally.counts
  }

  private func serve(_ listener: Int32, _ rule: DestinationRule, _ tally: EgressTally) async throws {
    let bounds = bounds
    let lookup = NameLookup()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
      .childChannelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .bind(listener) { channel in
        channel.eventLoop.makeCompletedFuture { try EgressConnection.wrap(channel, bounds: bounds) }
      }
    try await withTaskCancellationHandler {
      try await server.executeThenClose { clients in
        try await withThrowingDiscardingTaskGroup { group in
          for try await client in clients {
            group.addTask {
              await EgressConnection(client: client, rule: rule, bounds: bounds, tally: tally, lookup: lookup)
                .serve()
            }
          }
        }
      }
    } onCancel: {
      server.channel.close(promise: nil)
    }
  }
}
