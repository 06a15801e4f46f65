private import CLinux
internal import Glibc

/// A block device by its numbers, as the control files of cgroups name it.
struct BlockDevice: Hashable, Sendable, Comparable, CustomStringConvertible {
  var major: UInt64
  var minor: UInt64

  var description: String { "\(major):\(minor)" }

  static func < (left: BlockDevice, right: BlockDevice) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

/// The whole disks that hold some files: a cgroup can't limit one of their partitions.
struct BlockDevices: Hashable, Sendable {
  /// Sorted.
  private(set) var disks: [BlockDevice] = []
  /// False where a file is on a file system that no disk of this host holds alone, such as btrfs, overlayfs or 9p. What is in
  /// memory needs none.
  private(set) var isComplete = true

  /// - Parameter sysfs: in front of `dev/block`; `/sys` on a real host.
  init(holding paths: [String], sysfs: String = "/sys") {
    var seen: Set<UInt64> = []
    var found: Set<BlockDevice> = []
    lazy var mountinfo = HostFile.text("/proc/self/mountinfo") ?? ""
    for path in paths {
      var status = stat()
      guard stat(path, &status) == 0 else {
        isComplete = false
        continue
      }
      guard seen.insert(UInt64(status.st_dev)).inserted else { continue }
      let device = BlockDevice(number: UInt64(status.st_dev))
      if let disk = Self.disk(of: device, sysfs) {
        found.insert(disk)
      } else if !Self.isInMemory(device, mountinfo: mountinfo) {
        isComplete = false
      }
    }
    disks = found.sorted()
  }

  /// Nothing where it is no block device (sysfs-block: `/sys/dev/block/MAJOR:MINOR`).
  static func disk(of device: BlockDevice, _ sysfs: String) -> BlockDevice? {
    let place = "\(sysfs)/dev/block/\(device)"
    guard access(place, F_OK) == 0 else { return nil }
    guard access("\(place)/partition", F_OK) == 0 else { return device }
    // The entry is a link to the partition's directory, which lies in its disk's.
    let numbers = (HostFile.text("\(place)/../dev") ?? "").split(separator: ":").compactMap { UInt64($0) }
    return numbers.count == 2 ? BlockDevice(major: numbers[0], minor: numbers[1]) : nil
  }

  /// Whether a file system by its numbers is tmpfs or ramfs: proc_pid_mountinfo(5).
  static func isInMemory(_ device: BlockDevice, mountinfo: String) -> Bool {
    mountinfo.split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1 else { return false }
      return fields[2] == device.description && ["tmpfs", "ramfs"].contains(fields[dash + 1])
    }
  }
}

extension BlockDevice {
  /// gnu_dev_major and gnu_dev_minor of makedev(3).
  init(number: UInt64) {
    self.init(
      major: (number >> 8) & 0xfff | (number >> 32) & 0xffff_f000,
      minor: number & 0xff | (number >> 12) & 0xffff_ff00)
  }
}
