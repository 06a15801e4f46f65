/// The bytes that DSSE signs or hashes for a payload (Dead Simple Signing Envelope, protocol version 1):
/// lengths go first, so that no two pairs of type and body give the same bytes.
package enum PreAuthenticationEncoding {
  package static func encode(payloadType: String, payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }
}
