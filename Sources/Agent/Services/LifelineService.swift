import Dispatch
import ServiceLifecycle

/// Ends the agent when a descriptor reaches its end of file: whoever holds the other end of the pipe is gone.
struct LifelineService: Service {
  let descriptor: Int32

  func run() async throws {
    await cancelWhenGracefulShutdown {
      let (ends, end) = AsyncStream.makeStream(of: Void.self)
      // Reads are the dispatch queue's, so that no thread of ours is blocked.
      let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
      source.setEventHandler {
        if source.data == 0 { end.finish() }
      }
      source.resume()
      for await _ in ends {}
      source.cancel()
    }
  }
}
