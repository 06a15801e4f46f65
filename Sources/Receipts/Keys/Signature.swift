internal import CSecp256k1
package import Workload

/// A recoverable ECDSA signature over secp256k1, r ‖ s ‖ v, as Ethereum's `ecrecover` takes it.
///
/// Only the low half of s is valid (EIP-2), so that nobody can turn a signature into a second one of the same
/// digest.
package struct Signature: Hashable, Sendable {
  package let r: Bytes32
  package let s: Bytes32
  /// 27 or 28.
  package let v: UInt8

  /// Half of the curve's order, rounded down: the greatest s.
  package static let greatestS = Bytes32(
    0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x5d57_6e73_57a4_501d, 0xdfe9_2f46_681b_20a0)

  /// Nothing where s is zero or high, r is zero, or v is neither 27 nor 28.
  package init?(r: Bytes32, s: Bytes32, v: UInt8) {
    guard v == 27 || v == 28, r != .zero, s != .zero, s <= Self.greatestS else { return nil }
    self.r = r
    self.s = s
    self.v = v
  }

  /// 65 bytes, r ‖ s ‖ v; nothing where they are not a signature.
  package init?(bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == 65, let r = Bytes32(bytes[0..<32]), let s = Bytes32(bytes[32..<64]) else {
      return nil
    }
    self.init(r: r, s: s, v: bytes[64])
  }

  /// 64 bytes, r ‖ s with the parity of v in the highest bit, which a low s leaves free (EIP-2098); nothing where they are
  /// not a signature.
  package init?(compact bytes: some Collection<UInt8>) {
    var bytes = Array(bytes)
    guard bytes.count == 64 else { return nil }
    let parity = bytes[32] >> 7
    bytes[32] &= 0x7f
    self.init(bytes: bytes + [27 + parity])
  }

  /// As people and their tools write it: 65 bytes in hexadecimal, or the 64 of EIP-2098. Blocks and calls hold the 65 alone,
  /// so that each has one encoding.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.decode(hex) else { return nil }
    if bytes.count == 64 { self.init(compact: bytes) } else { self.init(bytes: bytes) }
  }

  /// 65 bytes, r ‖ s ‖ v.
  package var bytes: [UInt8] { r.bytes + s.bytes + [v] }

  /// Whose key signed `digest`; nothing where no key did. Any well-formed signature fits *some* account and
  /// digest: compare the result with who should have signed.
  package func signer(of digest: Bytes32) -> Address? {
    var recoverable = secp256k1_ecdsa_recoverable_signature()
    var publicKey = secp256k1_pubkey()
    guard
      secp256k1_ecdsa_recoverable_signature_parse_compact(
        Curve.context, &recoverable, r.bytes + s.bytes, Int32(v) - 27) == 1,
      secp256k1_ecdsa_recover(Curve.context, &publicKey, &recoverable, digest.bytes) == 1
    else { return nil }
    return Curve.address(of: publicKey)
  }
}

extension Signature: CustomStringConvertible {
  package var description: String { "0x" + Hex.encode(bytes) }
}

extension Signature: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Signature(hex: text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription:
          "'\(text)' is no signature: 65 bytes in hexadecimal, r, low s, and v of 27 or 28, or the 64 of EIP-2098"
      )
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
