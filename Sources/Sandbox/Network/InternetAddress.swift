internal import Glibc

/// An IPv4 or IPv6 address, with what RFC 6890 says that it is for.
package struct InternetAddress: Sendable, Hashable, CustomStringConvertible {
  /// In network order: 4 or 16.
  package let bytes: [UInt8]

  /// Nothing where there are neither 4 nor 16.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// As inet_pton(3) reads it: without a zone, a prefix length or leading zeros.
  package init?(_ text: String) {
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 {
      self.bytes = Array(bytes[..<4])
    } else if inet_pton(AF_INET6, text, &bytes) == 1 {
      self.bytes = bytes
    } else {
      return nil
    }
  }

  package var isVersion6: Bool { bytes.count == 16 }

  /// In the form of RFC 5952.
  package var description: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard
      inet_ntop(isVersion6 ? AF_INET6 : AF_INET, bytes, &buffer, socklen_t(buffer.count)) != nil
    else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Why a name that resolves to it must not be followed: the address belongs to this host, to its own network or to
  /// nobody. Nothing for an address of the public internet.
  package var specialPurpose: String? {
    if let embedded { return embedded.specialPurpose }
    return (isVersion6 ? Self.version6 : Self.version4).first { $0.contains(bytes) }?.purpose
  }

  /// The IPv4 address that an IPv6 one is another way to write: IPv4-mapped, NAT64 (RFC 6052) and 6to4 (RFC 3056).
  private var embedded: InternetAddress? {
    guard isVersion6 else { return nil }
    if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
      || bytes.starts(with: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])
    {
      return InternetAddress(bytes: Array(bytes[12...]))
    }
    if bytes.starts(with: [0x20, 0x02]) { return InternetAddress(bytes: Array(bytes[2..<6])) }
    return nil
  }

  private struct Block: Sendable {
    var start: [UInt8]
    var bits: Int
    var purpose: String

    init(_ start: [UInt8], _ bits: Int, _ purpose: String) {
      self.start = start
      self.bits = bits
      self.purpose = purpose
    }

    func contains(_ bytes: [UInt8]) -> Bool {
      var left = bits
      for (wanted, byte) in zip(start, bytes) where left > 0 {
        let mask: UInt8 = left >= 8 ? 0xff : ~(0xff >> UInt8(left))
        if (wanted ^ byte) & mask != 0 { return false }
        left -= 8
      }
      return true
    }
  }

  /// The IANA IPv4 Special-Purpose Address Registry, multicast and reserved addresses.
  private static let version4 = [
    Block([0], 8, "this network"), Block([10], 8, "private"), Block([100, 64], 10, "shared by a carrier"),
    Block([127], 8, "loopback"), Block([169, 254], 16, "link-local"), Block([172, 16], 12, "private"),
    Block([192, 0, 0], 24, "for protocols"), Block([192, 0, 2], 24, "for documentation"),
    Block([192, 88, 99], 24, "a relay's"), Block([192, 168], 16, "private"),
    Block([198, 18], 15, "for benchmarks"), Block([198, 51, 100], 24, "for documentation"),
    Block([203, 0, 113], 24, "for documentation"), Block([224], 4, "multicast"), Block([240], 4, "reserved"),
  ]

  /// The IANA IPv6 registry: only 2000::/3 is given out, and parts of that are for something else.
  private static let version6 = [
    Block([0x20, 0x01, 0x0d, 0xb8], 32, "for documentation"), Block([0x20, 0x01, 0, 0], 32, "a tunnel's"),
    Block([0x20, 0x01, 0, 0], 23, "for protocols"), Block([0x3f, 0xff, 0], 20, "for documentation"),
    Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),
    Block([0xfe, 0x80], 10, "link-local"), Block([0xfc], 7, "private"), Block([0xff], 8, "multicast"),
    Block([0], 3, "reserved"), Block([0x40], 2, "reserved"), Block([0x80], 1, "reserved"),
  ]
}
