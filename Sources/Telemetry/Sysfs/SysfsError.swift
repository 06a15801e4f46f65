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
    /// A 1-Wire thermometer's answer whose checksum the driver found wrong.
    case checksum(text: String)
    /// The kernel's `_fault` attribute beside it is set: the value is not to be trusted.
    case flagged
    /// No device of that description; `present` are those that there are.
    case notFound(what: String, present: [String])
    /// Several devices fit; `candidates` tell them apart.
    case ambiguous(what: String, candidates: [String])
    /// The read has not returned for so long.
    case hanging(seconds: Int)
    /// A library said so, in its own words.
    case library(said: String, isTransient: Bool)
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
    case .checksum: true
    case .library(_, let isTransient): isTransient
    case .flagged, .notFound, .ambiguous, .hanging: false
    }
  }

  package var description: String { "\(said); \(advice)" }

  /// What was tried, on which path, and what the system said.
  package var said: String {
    switch cause {
    case .system(let code): "cannot \(attempt.rawValue) \(path): \(String(cString: strerror(code)))"
    case .malformed(let text, let expected):
      "\(path) holds \(text.isEmpty ? "nothing" : "'\(text.prefix(60))'") where \(expected) is expected"
    case .checksum(let text): "\(path) came with a wrong checksum: '\(text.prefix(60))'"
    case .flagged: "\(path) is flagged by the kernel as faulty"
    case .notFound(let what, let present):
      "there is no \(what) in \(path), which has \(Self.some(of: present))"
    case .ambiguous(let what, let candidates):
      "there are \(candidates.count) of \(what) in \(path): \(Self.some(of: candidates))"
    case .hanging(let seconds): "a read on \(path) has not returned for \(seconds) s"
    case .library(let said, _): "\(path) says: \(said)"
    }
  }

  /// What the operator can do about it.
  package var advice: String {
    switch cause {
    case .malformed(let text, _) where text.isEmpty:
      "the sensor may be converting; it is read again with the next sample"
    case .malformed: "check that the driver of this device is the one that the board file means"
    case .checksum:
      "check the cable's length, its shield and the pull-up resistor; it is read again with the next sample"
    case .flagged: "the probe is broken or shorted: replace it"
    case .notFound: "check its wiring and its driver, or correct the board file by `samovar hardware show`"
    case .ambiguous: "say `device:` with the end of one of these paths in the board file"
    case .hanging:
      "its bus or its driver hangs: see the kernel log (`dmesg`); the other sensors are read on without it"
    case .library: "see the driver's own tools and the kernel log (`dmesg`)"
    case .system(let code): Self.advice(for: code, path: path)
    }
  }

  private static func some(of names: [String]) -> String {
    if names.isEmpty { return "nothing" }
    let more = names.count > 8 ? " and \(names.count - 8) more" : ""
    return names.prefix(8).joined(separator: ", ") + more
  }

  private static func advice(for code: Int32, path: String) -> String {
    switch code {
    case ENOENT where !path.contains("/sys/"):
      "nothing has written this file yet: start the bridge that does, or correct the board file"
    case ENOENT, ENODEV:
      "the device is unplugged or its driver is not loaded; check the wiring and `samovar hardware show`"
    case EACCES where path.hasSuffix("/energy_uj"), EPERM where path.hasSuffix("/energy_uj"):
      "since Linux 5.10 only root reads energy counters: run as root, or let a udev rule or systemd-tmpfiles "
        + "give the agent's group read access"
    case EACCES, EPERM: "give the agent's user read access to it"
    case EIO, ENXIO, ETIMEDOUT:
      "the device does not answer: check its wiring, its pull-up resistor and its power"
    case EAGAIN, EBUSY, ENODATA, EINTR:
      "the sensor has no value just now; it is read again with the next sample"
    case EINVAL: "the driver has no value for it; update the kernel or leave it out of the board file"
    case EISDIR, ENOTDIR: "the path is not an attribute; correct the board file"
    case EMFILE, ENFILE, ENOMEM: "the host is out of resources: raise its limits"
    default: "see the kernel log (`dmesg`)"
    }
  }
}
