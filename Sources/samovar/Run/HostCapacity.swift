import Glibc
import Sandbox
import Workload

/// What this host has, so that a limit that can't be meant is named before anything starts. A limit of 0 would mean
/// "none" or "all" to one kernel interface or another; one beyond the host would bound nothing.
struct HostCapacity: Equatable {
  let memory: ByteCount
  let processors: Int

  static var current: HostCapacity {
    let pages = UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES))))
    let size = UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
    return HostCapacity(memory: ByteCount(pages * size), processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  func check(_ limits: Limits) throws(SandboxError) {
    try check(limits.memory, option: "--memory")
    // The work directory is a tmpfs.
    try check(limits.disk, option: "--disk")
    guard limits.wallMilliseconds > 0 else {
      throw .invalidRequest("--timeout must be above 0: leave it out for an hour, or give a time such as 90s")
    }
    guard UInt64(limits.milliCPUs) <= UInt64(processors) * 1000 else {
      throw .invalidRequest(
        "--cpus asks for \(Double(limits.milliCPUs) / 1000) processors and this host has \(processors): ask for less"
      )
    }
  }

  private func check(_ wanted: ByteCount, option: String) throws(SandboxError) {
    guard wanted.value > 0 else {
      throw .invalidRequest(
        "\(option) must be above 0: leave it out for the default, or give a size such as 64MiB")
    }
    guard wanted <= memory else {
      throw .invalidRequest(
        "\(option) asks for \(wanted.value >> 20) MiB and this host has \(memory.value >> 20) MiB of memory: ask for less"
      )
    }
  }
}
