import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

/// What a task reads from disks is held to a rate where the host's cgroups can do that, and named where they can't.
@Suite(.serialized) struct IOLimitTests {
  private static let rates = DeviceRates(
    readBytes: 1 << 20, writeBytes: 2 << 20, readOperations: 100, writeOperations: 200)

  private func limits(_ devices: BlockDevices) -> CgroupLimits {
    CgroupLimits(
      memory: 1 << 26, processes: 8, milliCPUs: 1000, processors: [],
      io: CgroupLimits.IOLimit(rates: Self.rates, devices: devices))
  }

  /// A made-up sysfs with a disk, a partition of it, and nothing else.
  private func sysfs(in place: TemporaryDirectory) throws -> String {
    let disk = "\(place.path)/devices/disk"
    try FileManager.default.createDirectory(atPath: "\(disk)/disk1", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: "\(place.path)/dev/block", withIntermediateDirectories: true)
    try Data("8:16\n".utf8).write(to: URL(filePath: "\(disk)/dev"))
    try Data("1\n".utf8).write(to: URL(filePath: "\(disk)/disk1/partition"))
    for (name, target) in [("8:16", "disk"), ("8:17", "disk/disk1")] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(place.path)/dev/block/\(name)", withDestinationPath: "../../devices/\(target)")
    }
    return place.path
  }

  @Test func aPartitionIsLimitedByItsDisk() throws {
    let place = try TemporaryDirectory()
    let sysfs = try sysfs(in: place)
    let disk = BlockDevice(major: 8, minor: 16)
    #expect(BlockDevices.disk(of: BlockDevice(major: 8, minor: 17), sysfs) == disk)
    #expect(BlockDevices.disk(of: disk, sysfs) == disk)
    #expect(BlockDevices.disk(of: BlockDevice(major: 0, minor: 40), sysfs) == nil)
    // The numbers of makedev(3): 12 bits of the major and 8 of the minor lowest.
    #expect(BlockDevice(number: 0xfe00) == BlockDevice(major: 254, minor: 0))
    #expect(
      BlockDevice(number: 0x0012_3456_abcd_ef78) == BlockDevice(major: 0x12_3000 + 0xdef, minor: 0x456_abc78))
  }

  @Test func whatIsInMemoryNeedsNoLimitAndWhatIsOnNoDiskHasNone() {
    let mountinfo = """
      31 1 0:27 / /dev/shm rw,nosuid - tmpfs shm rw
      32 1 0:28 / / rw shared:1 - btrfs /dev/vda rw
      """
    #expect(BlockDevices.isInMemory(BlockDevice(major: 0, minor: 27), mountinfo: mountinfo))
    #expect(!BlockDevices.isInMemory(BlockDevice(major: 0, minor: 28), mountinfo: mountinfo))
    #expect(!BlockDevices.isInMemory(BlockDevice(major: 0, minor: 2), mountinfo: mountinfo))
    #expect(BlockDevices(holding: ["/dev/shm"]) == BlockDevices(holding: []))
    #expect(!BlockDevices(holding: ["/proc/self/status"]).isComplete)
    #expect(!BlockDevices(holding: ["/nosuch"]).isComplete)
  }

  @Test func bothVersionsAreToldTheirWay() throws {
    let place = try TemporaryDirectory()
    let devices = BlockDevices(holding: [place.path])
    guard let disk = devices.disks.first else { return }
    let second = Version2ControlGroup(named: "g", parent: "/cg", controllers: ["io"], limits: limits(devices))
    #expect(
      second.settings == [
        CgroupSetting(path: "/cg/g/io.max", value: "\(disk) rbps=1048576 wbps=2097152 riops=100 wiops=200")
      ])
    #expect(!second.lacks.contains(.deviceRates))
    let mounts = CgroupMounts(
      mountinfo: "31 23 0:28 / /cg/blkio rw - cgroup cgroup rw,blkio", membership: "4:blkio:/")
    let first = Version1ControlGroup(named: "g", mounts: mounts, limits: limits(devices))
    #expect(
      first.settings.map { "\($0.path) \($0.value)" } == [
        "/cg/blkio/g/blkio.throttle.read_bps_device \(disk) 1048576",
        "/cg/blkio/g/blkio.throttle.write_bps_device \(disk) 2097152",
        "/cg/blkio/g/blkio.throttle.read_iops_device \(disk) 100",
        "/cg/blkio/g/blkio.throttle.write_iops_device \(disk) 200",
      ])
    #expect(!first.lacks.contains(.deviceRates))
    // What can't be held is named, and only where it was asked for.
    var unlimited = limits(devices)
    unlimited.io = nil
    for (lacking, limits) in [(true, limits(devices)), (false, unlimited)] {
      let groups: [any ControlGroup] = [
        Version2ControlGroup(named: "g", parent: "/cg", controllers: [], limits: limits),
        Version1ControlGroup(named: "g", mounts: CgroupMounts(mountinfo: "", membership: ""), limits: limits),
        CgroupHost.none("").group(limits),
      ]
      for group in groups { #expect(group.lacks.contains(.deviceRates) == lacking) }
    }
    let elsewhere = BlockDevices(holding: [place.path, "/proc/self/status"])
    #expect(
      Version2ControlGroup(named: "g", parent: "/cg", controllers: ["io"], limits: limits(elsewhere)).lacks
        .contains(.deviceRates))
  }

  @Test func aProfileAndATaskLimitTogether() throws {
    let task = DeviceRates(readBytes: 5, readOperations: 7)
    let profile = DeviceRates(readBytes: 9, writeBytes: 3, readOperations: 2)
    #expect(task.limited(by: profile) == DeviceRates(readBytes: 5, writeBytes: 3, readOperations: 2))
    #expect(DeviceRates().limited(by: profile) == profile)
  }

  /// Where the machine's tests have a disk; SAMOVAR_DISK names a directory on one where TMPDIR is in memory.
  private static let disk =
    ProcessInfo.processInfo.environment["SAMOVAR_DISK"] ?? FileManager.default.temporaryDirectory.path
  private static let canLimit: Bool = {
    let devices = BlockDevices(holding: [disk])
    let io = CgroupLimits.IOLimit(rates: rates, devices: devices)
    let limits = CgroupLimits(memory: 1 << 26, processes: 8, milliCPUs: 1000, processors: [], io: io)
    return !devices.disks.isEmpty && !CgroupHost.current.group(limits).lacks.contains(.deviceRates)
  }()

  /// Three times as much as it may read in a second, against no limit: a ratio, since disks differ.
  @Test(.enabled(if: canLimit, "no cgroup is delegated that limits the disk of TMPDIR"))
  func aLimitedReadIsSlowAndAnUnlimitedOneIsNot() async throws {
    let size = 3 << 20
    let file = "\(Self.disk)/samovar-io-\(UUID().uuidString)"
    defer { unlink(file) }
    let bytes = [UInt8](repeating: 7, count: size)
    try Data(bytes).write(to: URL(filePath: file))
    let digest = ContentDigest(of: bytes)
    func milliseconds(_ rates: DeviceRates?) async throws -> UInt64 {
      let descriptor = open(file, O_RDONLY)
      defer { close(descriptor) }
      // Out of the page cache, so that the disk is read.
      #expect(fsync(descriptor) == 0 && posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) == 0)
      let result = try await Sandboxed.run(
        TaskSpec(
          name: "read", command: ["/probe", "read", "/in/file"],
          inputs: [
            Sandboxed.probeFile, InputFile(path: "/in/file", digest: digest, size: ByteCount(UInt64(size))),
          ], limits: Limits(wallMilliseconds: 60_000, deviceRates: rates)), inputs: [digest: file])
      #expect(result.output == "read \(size)", "\(result.errors)")
      // In the virtual machine the probe itself lies on no disk.
      let isWhole = rates == nil || BlockDevices(holding: [file, Sandboxed.probe]).isComplete
      #expect(result.run.exemptions.contains("no-io-limit") == !isWhole)
      #expect(result.run.usage.readBytes.map { $0.value >= size } != false)
      return result.run.usage.wallMilliseconds
    }
    let limited = try await milliseconds(DeviceRates(readBytes: 1 << 20))
    let unlimited = try await milliseconds(nil)
    #expect(limited > 2 * unlimited && limited >= 1500, "\(limited) ms limited, \(unlimited) ms unlimited")
  }
}
