package import Workload

/// What a node gives to tasks. A slot runs one replica at a time and has an equal share of everything.
package struct NodeCapacity: Hashable, Sendable, Codable {
  /// Numbers of the processors, in the order in which they are used.
  package var processors: [Int]
  package var slots: Int
  /// For all slots together.
  package var memory: ByteCount
  /// For all work directories together.
  package var disk: ByteCount
  /// Of one task's inputs, all together.
  package var inputs: ByteCount
  /// Most processes and threads of one task.
  package var processes: UInt32
  /// Longest wall time of one task.
  package var longestRun: Duration
  /// Sandbox profiles that this host can enforce.
  package var profiles: Set<String>
  /// Nothing for a node that runs no images.
  package var images: ImageCapacity?

  package init(
    processors: [Int], slots: Int, memory: ByteCount, disk: ByteCount, inputs: ByteCount = .mebibytes(1024),
    processes: UInt32 = 1024, longestRun: Duration = .seconds(86_400), profiles: Set<String> = ["batch"],
    images: ImageCapacity? = nil
  ) {
    self.processors = processors
    self.slots = max(0, min(slots, processors.count))
    self.memory = memory
    self.disk = disk
    self.inputs = inputs
    self.processes = processes
    self.longestRun = longestRun
    self.profiles = profiles
    self.images = images
  }

  /// Processors of one slot; left over are those that don't share out.
  package var processorsPerSlot: Int { slots > 0 ? processors.count / slots : 0 }
  package var memoryPerSlot: ByteCount { share(memory) }
  package var diskPerSlot: ByteCount { share(disk) }

  private func share(_ all: ByteCount) -> ByteCount {
    slots > 0 ? ByteCount(all.value / UInt64(slots)) : .zero
  }
}
