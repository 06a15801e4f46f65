import Dispatch
import Glibc
import Testing
import Workload

/// An actor that blocks the thread it runs on, as a slow sensor does.
private actor Blocked {
  private let executor = SerialQueueExecutor(label: "samovar.test")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  func wait(_ begun: AsyncStream<Void>.Continuation, until done: DispatchSemaphore) {
    begun.yield()
    done.wait()
  }
}

@Suite struct SerialQueueExecutorTests {
  /// More actors block than the shared pool has threads, and tasks of the pool go on all the same.
  @Test(.timeLimit(.minutes(1))) func aBlockedActorHoldsUpNobodyElse() async {
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN)) + 2
    let done = DispatchSemaphore(value: 0)
    let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        let actor = Blocked()
        group.addTask { await actor.wait(continuation, until: done) }
      }
      var blocked = 0
      for await _ in begun {
        blocked += 1
        if blocked == count { break }
      }
      let answer = await Task { 6 * 7 }.value
      #expect(answer == 42)
      for _ in 0..<count { done.signal() }
    }
  }
}
