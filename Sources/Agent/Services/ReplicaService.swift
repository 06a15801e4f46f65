import Images
import Ledger
import Logging
import Sandbox
import Scheduling
import ServiceLifecycle
import Workload

/// Takes every replica that the ledger drew for this node through the pipeline. What is to do is asked of the ledger at
/// each height, so that a restart needs no memory but the outbox.
struct ReplicaService: Service {
  let node: Node
  private let underWay = UnderWay()

  init(node: Node) {
    self.node = node
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        var height: Height = 0
        var said = ""
        while !Task.isCancelled {
          do {
            height = try await node.ledger.waitForHeight(height + 1)
            for duty in try await node.ledger.duties(of: node.account.address) where duty.action != .awaitSeal
            {
              guard await underWay.begin(duty) else { continue }
              group.addTask {
                await perform(duty)
                await underWay.end(duty)
              }
            }
            said = ""
          } catch LedgerError.cancelled {
            break
          } catch {
            if "\(error)" != said { node.log.error("replicas: \(error)") }
            said = "\(error)"
            try? await Task.sleep(for: .seconds(1))
          }
        }
        group.cancelAll()
      }
    }
  }

  private func perform(_ duty: Duty) async {
    let pipeline = TaskPipeline(node: node)
    do {
      do {
        try await duty.action == .reveal ? pipeline.reveal(duty) : pipeline.contribute(duty)
      } catch let reason where Self.isRefusal(reason) {
        try await pipeline.decline(duty, because: "\(reason)")
      }
    } catch is CancellationError {
      return
    } catch LedgerError.cancelled {
      return
    } catch {
      // The duty stands as long as the ledger lists it, so the next height tries again.
      node.log.warning("\(duty.replica.task): \(error)")
      try? await Task.sleep(for: .milliseconds(500))
    }
  }

  /// Whether the node gives the replica back rather than tries again: nothing that it can do now would help.
  private static func isRefusal(_ error: any Error) -> Bool {
    switch error {
    case is TaskRejection, is ManifestFault, is ContentError: true
    case PipelineFault.notInBag, PipelineFault.stoppedForHeat: true
    case let error as SandboxError: !error.isTransient
    case let error as ImageError: !error.isTransient
    default: false
    }
  }
}

/// Which duties a task of ours is at, so that none is begun twice.
private actor UnderWay {
  private struct Key: Hashable {
    var replica: ReplicaName
    var isReveal: Bool
  }

  private var keys: Set<Key> = []

  func begin(_ duty: Duty) -> Bool { keys.insert(key(duty)).inserted }
  func end(_ duty: Duty) { keys.remove(key(duty)) }

  private func key(_ duty: Duty) -> Key { Key(replica: duty.replica, isReveal: duty.action == .reveal) }
}
