private import Dispatch

/// Runs an actor on a thread of its own queue, so that its waits for a disk or a sensor hold up no thread of Swift's
/// shared pool.
///
/// libdispatch for Linux does not conform its queues to `SerialExecutor`, as Darwin's does.
package final class SerialQueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  package init(label: String) {
    queue = DispatchQueue(label: label)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    queue.async { job.runSynchronously(on: executor) }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}
