internal import CCrypto

/// Random bytes of libcrypto's generator, which the kernel seeds. Only for keys, salts and blinding, at the
/// edge.
package enum SystemRandomness {
  package static func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // It fails only where the kernel gives no entropy; a key made without any would be worse than no process.
    precondition(RAND_bytes(&bytes, Int32(count)) == 1, "libcrypto has no randomness to give")
    return bytes
  }
}
