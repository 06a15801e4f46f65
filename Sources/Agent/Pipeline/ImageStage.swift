import Images
import Ledger
import Scheduling
import Workload

extension TaskPipeline {
  /// What admission must know of a task's image; nothing where it has none, or where the node doesn't ask its registry.
  func find(_ root: RootFilesystem) async throws -> ImageFinding? {
    guard case .image(let image) = root, let images = node.images,
      node.heat.capacity.images?.allows(image) == true
    else { return nil }
    return try await images.find(image)
  }

  /// Brings the task's image here before it takes processors: a pull waits for a network, not for them.
  func fetch(_ accepted: AcceptedReplica) async throws -> EquippedReplica {
    var pulled: PulledImage?
    if case .image(let image) = accepted.task.specification.root, let images = node.images {
      pulled = try await images.pull(image)
    }
    passed(.fetched, ReplicaKey(accepted.duty.replica))
    return EquippedReplica(duty: accepted.duty, task: accepted.task, image: pulled)
  }
}

extension RunRequest {
  /// Makes the image the root, and its configuration the ground that the task's command and environment stand on.
  ///
  /// - Returns: how the run ends before it begins, where the image has no such command or none that can be executed:
  ///   every node finds the same.
  mutating func enter(_ pulled: PulledImage) throws -> RunOutcome? {
    do throws(ImageError) {
      let execution = try ImageExecution(
        pulled, arguments: specification.command, overrides: specification.environment)
      specification.command = execution.command
      specification.environment = execution.environment
      image = execution.root
      return nil
    } catch {
      switch error {
      case .noCommand: return .exited(code: 127)
      case .unsuitable, .untrue, .refused: return .exited(code: 126)
      default: throw error
      }
    }
  }
}
