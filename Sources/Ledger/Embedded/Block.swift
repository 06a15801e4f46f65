package import Receipts
package import Workload

/// The head of a block of the embedded ledger, signed by the ledger's key as EIP-712 lays down.
///
/// Blocks are numbered without gaps. Heights, the rules' only time, rise with the clock: a block with calls stands at
/// the height of the block before it; a *tick*, a block without calls, raises the height. So many appends of many
/// processes fit into one height, and each is on the disk at once.
package struct BlockHead: TypedStruct {
  /// From 1; the genesis stands at 0.
  package var number: UInt64
  package var height: UInt64
  /// Milliseconds since 1970 by the clock of who appended. The rules never look at it.
  package var time: UInt64
  /// Hash of the block before; of the first, the digest of the genesis.
  package var previous: Bytes32
  /// Keccak-256 over the Keccak-256 of each call's bytes, in order.
  package var callsRoot: Bytes32
  /// Of a tick: Keccak-256 of its `BeaconStatement`'s signature. Zero in a block with calls.
  package var beacon: Bytes32
  /// Of a tick: of the state after it, and so of all calls before it. Zero in a block with calls.
  package var stateHash: Bytes32

  package init(
    number: UInt64, height: UInt64, time: UInt64, previous: Bytes32, callsRoot: Bytes32, beacon: Bytes32,
    stateHash: Bytes32
  ) {
    self.number = number
    self.height = height
    self.time = time
    self.previous = previous
    self.callsRoot = callsRoot
    self.beacon = beacon
    self.stateHash = stateHash
  }

  package static let encodedType = """
    Block(uint64 number,uint64 height,uint64 time,bytes32 previous,bytes32 callsRoot,bytes32 beacon,\
    bytes32 stateHash)
    """
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] {
    [number.abiWord, height.abiWord, time.abiWord, previous, callsRoot, beacon, stateHash]
  }

  static func callsRoot(of payloads: [[UInt8]]) -> Bytes32 {
    Keccak256.hash(words: payloads.map(Keccak256.hash))
  }
}

/// What the ledger's key signs to make the beacon of a height: the block hash under the validator's signature.
///
/// It is signed when the tick is made and not with the block before. Who sends the last call of a height could
/// otherwise see the beacon that would come of it, and send another call until it pleases him.
package struct BeaconStatement: TypedStruct {
  package var height: UInt64
  /// Hash of the block before the tick.
  package var previous: Bytes32

  package init(height: UInt64, previous: Bytes32) {
    self.height = height
    self.previous = previous
  }

  package static let encodedType = "Beacon(uint64 height,bytes32 previous)"
  package static let typeHash = Keccak256.hash(encodedType)

  package var words: [Bytes32] { [height.abiWord, previous] }
}

/// A block as it lies in the file.
package struct Block: Hashable, Sendable {
  package var head: BlockHead
  package var signature: Signature
  package var body: Body

  package enum Body: Hashable, Sendable {
    /// Raises the height. The signature is that of the `BeaconStatement`; by RFC 6979 the key has one for each statement,
    /// and nobody without the key can foretell it.
    case tick(beacon: Signature)
    /// `SignedCall`s, encoded; at least one.
    case calls([[UInt8]])
  }

  package init(head: BlockHead, signature: Signature, body: Body) {
    self.head = head
    self.signature = signature
    self.body = body
  }

  /// Of head and signature: what the next block names as the one before it.
  package var hash: Bytes32 {
    var hash = Keccak256()
    hash.update(head.structHash)
    hash.update(signature.bytes)
    return hash.finalized()
  }

  /// The signed beacon of a tick.
  package var beacon: Signature? {
    switch body {
    case .tick(let beacon): beacon
    case .calls: nil
    }
  }

  package var calls: [[UInt8]] {
    switch body {
    case .tick: []
    case .calls(let calls): calls
    }
  }
}
