internal import Glibc
internal import SandboxPlan

/// The runtime makes the metadata of a generic type when a process first uses it, which takes half a millisecond for all
/// that a launch needs. What the zygote used once, its forks need not make again.
enum Rehearsal {
  static func run() {
    let plan = SetupPlan(
      launcherSteps: [.makeGroup(path: "/")],
      initSteps: [
        .newFilesystem(slot: 0, type: "", options: [MountOption("")], attributes: 0),
        .makeFile(path: "/", mode: 0, contents: [0]),
      ],
      payloadSteps: [
        .landlock(
          LandlockFence(
            files: 0, network: 0, scopes: 0, rules: [LandlockFence.Rule(path: "/", files: 0)])),
        .execute(path: "/", arguments: [""], environment: [""]),
      ],
      supervision: Supervision(
        setupMilliseconds: 0, wallMilliseconds: 0, graceMilliseconds: 0, streamBytes: 0,
        processorTime: ProcessorTime(
          limitMicroseconds: 0, path: "/", key: "", unitsPerMicrosecond: 1, processors: 1),
        freezer: Freezer(path: "/", frozen: "", thawed: "")))
    _ = try? SetupPlan(decoding: plan.encoded)
    for report in [SetupReport.started, .ended] { _ = try? SetupReport(decoding: report.encoded) }
    _ = EndReport().encoded
    var slots = Slots()
    slots.put(0, in: 0)
    _ = try? slots.descriptor(in: 0)
    let texts = [""].map { (text: String) in strdup(text) }
    for text in texts { free(text) }
  }
}
