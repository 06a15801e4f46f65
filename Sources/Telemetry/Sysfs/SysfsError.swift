import Glibc

/// Why an attribute of the kernel could not be had: what was tried, on which path, what the system said, what to do.
package struct SysfsError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Attempt: String, Hashable, Sendable, Codable {
    case read, list, resolve, parse
  }

  package enum Cause: Hashable, Sendable {
    /// The system refused with this errno.
    case system(errno: Int32)
    /// It could be read, but is not what the kernel documents. `expected` says what that would be.
    case malformed(text: String, expected: String)
  }

  package var attempt: Attempt
  /// The path on this host, with the injected root in front, so that it can be looked at by hand.
  package var path: String
  package var cause: Cause

  package init(_ attempt: Attempt, _ path: String, _ cause: Cause) {
    self.attempt = attempt
    self.path = path
    self.cause = cause
  }

  package var errno: Int32? {
    guard case .system(let code) = cause else { return nil }
    return code
  }

  /// Whether the next attempt may well succeed: the sensor is busy, asleep, or was just disturbed.
  package var isTransient: Bool {
    switch cause {
    case .system(let code): [EAGAIN, ENODATA, EINTR, EBUSY, ETIMEDOUT, EIO, ENXIO].contains(code)
    case .malformed(let text, _): text.isEmpty
    }
  }

  package var description: String { "\(said); \(advice)" }

  /// What was tried, on which path, and what the system said.
  package var said: String {
    switch cause {
    case .system(let code): "cannot \(attempt.rawValue) \(path): \(String(cString: strerror(code)))"
    case .malformed(let text, let expected):
      "\(path) holds \(text.isEmpty ? "nothing" : "'\(text.prefix(60))'") where \(expected) is expected"
    }
  }

  /// What the operator can do about it.
  package var advice: String {
    switch cause {
    case .malformed(let text, _) where text.isEmpty:
      "the sensor may be converting; it is read again with the next sample"
    case .malformed: "check that the driver of this device is the one that the board file means"
    case .system(let code): Self.advice(for: code, path: path)
    }
  }

  private static func advice(for code: Int32, path: String) -> String {
    switch code {
    case ENOENT, ENODEV:
      "the device is unplugged or its driver is not loaded; check the wiring and `samovar hardware show`"
    case EACCES where path.hasSuffix("/energy_uj"), EPERM where path.hasSuffix("/energy_uj"):
      "since Linux 5.10 only root reads energy counters: run as root, or let a udev rule or systemd-tmpfiles "
        + "give the agent's group read access"
    case EACCES, EPERM: "give the agent's user read access to it"
    case EIO, ENXIO, ETIMEDOUT: "the device does not answer: check its wiring, its pull-up resistor and its power"
    case EAGAIN, EBUSY, ENODATA, EINTR: "the sensor has no value just now; it is read again with the next sample"
    case EINVAL: "the driver has no value for it; update the kernel or leave it out of the board file"
    case EISDIR, ENOTDIR: "the path is not an attribute; correct the board file"
    case EMFILE, ENFILE, ENOMEM: "the host is out of resources: raise its limits"
    default: "see the kernel log (`dmesg`)"
    }
  }
}
