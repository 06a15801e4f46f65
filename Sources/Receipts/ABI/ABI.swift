package import Workload

/// Solidity's `abi.encode`, as far as signed types and Merkle leaves need it.
package enum ABI {
  /// One argument: a word, or text or bytes, whose place in the head holds their offset.
  package enum Argument: Hashable, Sendable {
    case word(Bytes32)
    case bytes([UInt8])
    case string(String)

    package static func word(_ value: some ABIWord) -> Argument { .word(value.abiWord) }
  }

  /// `abi.encode` of static arguments only: 32 bytes each.
  package static func encode(_ words: any ABIWord...) -> [UInt8] {
    words.flatMap(\.abiWord.bytes)
  }

  /// `keccak256(abi.encode(…))` of static arguments only.
  package static func hash(_ words: any ABIWord...) -> Bytes32 {
    Keccak256.hash(words: words.map(\.abiWord))
  }

  /// `abi.encode` of any arguments: a word for each, then the bytes of those that are longer, each after its
  /// length and filled up with zeros to whole words.
  package static func encode(_ arguments: [Argument]) -> [UInt8] {
    var head: [UInt8] = []
    var tail: [UInt8] = []
    func append(_ bytes: [UInt8]) {
      head += UInt64(arguments.count * 32 + tail.count).abiWord.bytes
      tail += UInt64(bytes.count).abiWord.bytes
      tail += bytes
      tail += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
    }
    for argument in arguments {
      switch argument {
      case .word(let word): head += word.bytes
      case .bytes(let bytes): append(bytes)
      case .string(let text): append(Array(text.utf8))
      }
    }
    return head + tail
  }
}
