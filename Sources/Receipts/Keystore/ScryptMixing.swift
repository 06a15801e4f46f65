internal import CCrypto

/// scrypt (RFC 7914) for a cost that the RFC rules out and libcrypto refuses: n ≥ 2^(16 r). Early Ethereum
/// clients wrote key files with n = 2¹⁸ and r = 1, and their keys must not be lost. Everything else goes to
/// libcrypto.
enum ScryptMixing {
  static func isNeeded(n: UInt64, r: UInt64) -> Bool {
    r < 4 && n >> (16 * r) > 0
  }

  /// Nothing where libcrypto has no PBKDF2 or memory is short.
  static func derive(password: [CChar], salt: [UInt8], n: Int, r: Int, p: Int, into key: inout [UInt8])
    -> Bool
  {
    var blocks = [UInt8](repeating: 0, count: 128 * r * p)
    guard stretch(password, salt, &blocks) else { return false }
    let words = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 32 * r * (n + 2))
    defer {
      OPENSSL_cleanse(words.baseAddress, words.count * 4)
      words.deallocate()
    }
    blocks.withUnsafeMutableBytes { bytes in
      for lane in 0..<p {
        let block = UnsafeMutableRawBufferPointer(rebasing: bytes[(lane * 128 * r)..<((lane + 1) * 128 * r)])
        mix(block, n: n, r: r, memory: words)
      }
    }
    return stretch(password, blocks, &key)
  }

  private static func stretch(_ password: [CChar], _ salt: [UInt8], _ output: inout [UInt8]) -> Bool {
    PKCS5_PBKDF2_HMAC(
      password, Int32(password.count), salt, Int32(salt.count), 1, EVP_sha256(), Int32(output.count), &output)
      == 1
  }

  /// scryptROMix. `memory` holds two blocks of work and the n blocks of V.
  private static func mix(
    _ block: UnsafeMutableRawBufferPointer, n: Int, r: Int, memory: UnsafeMutableBufferPointer<UInt32>
  ) {
    let length = 32 * r
    guard var current = memory.baseAddress else { return }
    var next = current + length
    let table = next + length
    for index in 0..<length {
      current[index] = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
    }
    for step in 0..<n {
      (table + step * length).update(from: current, count: length)
      mixBlock(current, into: next, r: r)
      swap(&current, &next)
    }
    for _ in 0..<n {
      let chosen = table + Int(current[length - 16]) % n * length
      for index in 0..<length { current[index] ^= chosen[index] }
      mixBlock(current, into: next, r: r)
      swap(&current, &next)
    }
    for index in 0..<length {
      block.storeBytes(of: current[index].littleEndian, toByteOffset: index * 4, as: UInt32.self)
    }
  }

  /// scryptBlockMix: 2r sub-blocks, those of even number first.
  private static func mixBlock(
    _ input: UnsafeMutablePointer<UInt32>, into output: UnsafeMutablePointer<UInt32>, r: Int
  ) {
    var previous = input + (2 * r - 1) * 16
    for index in 0..<(2 * r) {
      let place = output + (index.isMultiple(of: 2) ? index / 2 : r + index / 2) * 16
      salsa(previous, xor: input + index * 16, into: place)
      previous = place
    }
  }

  /// Salsa20/8 of the two inputs' exclusive or.
  private static func salsa(
    _ left: UnsafeMutablePointer<UInt32>, xor right: UnsafeMutablePointer<UInt32>,
    into output: UnsafeMutablePointer<UInt32>
  ) {
    // Local values instead of an array, and no inner function: ten times faster where nothing is optimised.
    var x0 = left[0] ^ right[0]
    var x1 = left[1] ^ right[1]
    var x2 = left[2] ^ right[2]
    var x3 = left[3] ^ right[3]
    var x4 = left[4] ^ right[4]
    var x5 = left[5] ^ right[5]
    var x6 = left[6] ^ right[6]
    var x7 = left[7] ^ right[7]
    var x8 = left[8] ^ right[8]
    var x9 = left[9] ^ right[9]
    var x10 = left[10] ^ right[10]
    var x11 = left[11] ^ right[11]
    var x12 = left[12] ^ right[12]
    var x13 = left[13] ^ right[13]
    var x14 = left[14] ^ right[14]
    var x15 = left[15] ^ right[15]
    for _ in 0..<4 {
      x4 ^= rotate(x0 &+ x12, 7)
      x8 ^= rotate(x4 &+ x0, 9)
      x12 ^= rotate(x8 &+ x4, 13)
      x0 ^= rotate(x12 &+ x8, 18)
      x9 ^= rotate(x5 &+ x1, 7)
      x13 ^= rotate(x9 &+ x5, 9)
      x1 ^= rotate(x13 &+ x9, 13)
      x5 ^= rotate(x1 &+ x13, 18)
      x14 ^= rotate(x10 &+ x6, 7)
      x2 ^= rotate(x14 &+ x10, 9)
      x6 ^= rotate(x2 &+ x14, 13)
      x10 ^= rotate(x6 &+ x2, 18)
      x3 ^= rotate(x15 &+ x11, 7)
      x7 ^= rotate(x3 &+ x15, 9)
      x11 ^= rotate(x7 &+ x3, 13)
      x15 ^= rotate(x11 &+ x7, 18)
      x1 ^= rotate(x0 &+ x3, 7)
      x2 ^= rotate(x1 &+ x0, 9)
      x3 ^= rotate(x2 &+ x1, 13)
      x0 ^= rotate(x3 &+ x2, 18)
      x6 ^= rotate(x5 &+ x4, 7)
      x7 ^= rotate(x6 &+ x5, 9)
      x4 ^= rotate(x7 &+ x6, 13)
      x5 ^= rotate(x4 &+ x7, 18)
      x11 ^= rotate(x10 &+ x9, 7)
      x8 ^= rotate(x11 &+ x10, 9)
      x9 ^= rotate(x8 &+ x11, 13)
      x10 ^= rotate(x9 &+ x8, 18)
      x12 ^= rotate(x15 &+ x14, 7)
      x13 ^= rotate(x12 &+ x15, 9)
      x14 ^= rotate(x13 &+ x12, 13)
      x15 ^= rotate(x14 &+ x13, 18)
    }
    output[0] = x0 &+ (left[0] ^ right[0])
    output[1] = x1 &+ (left[1] ^ right[1])
    output[2] = x2 &+ (left[2] ^ right[2])
    output[3] = x3 &+ (left[3] ^ right[3])
    output[4] = x4 &+ (left[4] ^ right[4])
    output[5] = x5 &+ (left[5] ^ right[5])
    output[6] = x6 &+ (left[6] ^ right[6])
    output[7] = x7 &+ (left[7] ^ right[7])
    output[8] = x8 &+ (left[8] ^ right[8])
    output[9] = x9 &+ (left[9] ^ right[9])
    output[10] = x10 &+ (left[10] ^ right[10])
    output[11] = x11 &+ (left[11] ^ right[11])
    output[12] = x12 &+ (left[12] ^ right[12])
    output[13] = x13 &+ (left[13] ^ right[13])
    output[14] = x14 &+ (left[14] ^ right[14])
    output[15] = x15 &+ (left[15] ^ right[15])
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &<< count | word &>> (32 &- count)
  }
}
