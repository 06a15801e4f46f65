internal import Dispatch
internal import Receipts
internal import Synchronization

/// Who signed what of a block: all of an audit that needs the curve and nothing of the state.
struct BlockSigners: Sendable {
  var seal: Address?
  /// Of a tick.
  var beacon: Address?
  /// In order; of a call that is not what its account signed, the reason.
  var calls: [Result<CheckedCall, Rejection>] = []
}

/// The signatures of some blocks, looked up by all cores while the caller does something else.
///
/// One audit has two of these at most: one whose blocks are replayed, and one that runs ahead.
final class SignatureWindow: Sendable {
  /// Signatures that one window has room for, but for the last block's, which is taken whole.
  static let bound = 2_048
  /// Signatures that a thread takes at once.
  private static let share = 32

  let blocks: [Block]
  private let domain: EIP712Domain
  private let places: [Place]
  private let found: Mutex<[Int: [Finding]]> = Mutex([:])
  private let running = DispatchGroup()

  /// One thing to look up.
  private enum Place {
    case seal(block: Int)
    case call(block: Int, index: Int)
  }

  private enum Finding {
    case seal(block: Int, Address?, beacon: Address?)
    case call(block: Int, Result<CheckedCall, Rejection>)
  }

  /// Begins at once.
  init(_ blocks: [Block], in domain: EIP712Domain) {
    self.blocks = blocks
    self.domain = domain
    places = blocks.indices.flatMap { block in
      [.seal(block: block)] + blocks[block].calls.indices.map { .call(block: block, index: $0) }
    }
    DispatchQueue.global().async(group: running) { [self] in
      DispatchQueue.concurrentPerform(iterations: (places.count + Self.share - 1) / Self.share) { share in
        let end = min(places.count, (share + 1) * Self.share)
        let findings = places[share * Self.share..<end].map(look)
        found.withLock { $0[share] = findings }
      }
    }
  }

  /// Waits, and gives what was found, by block.
  func signers() -> [BlockSigners] {
    running.wait()
    var signers = blocks.map { _ in BlockSigners() }
    for (_, findings) in found.withLock({ $0.sorted { $0.key < $1.key } }) {
      for finding in findings {
        switch finding {
        case .seal(let block, let seal, let beacon):
          signers[block].seal = seal
          signers[block].beacon = beacon
        case .call(let block, let result): signers[block].calls.append(result)
        }
      }
    }
    return signers
  }

  private func look(at place: Place) -> Finding {
    switch place {
    case .seal(let number):
      let block = blocks[number]
      let statement = BeaconStatement(height: block.head.height, previous: block.head.previous)
      return .seal(
        block: number, block.signature.signer(of: block.head, in: domain),
        beacon: block.beacon?.signer(of: statement, in: domain))
    case .call(let number, let index):
      return .call(
        block: number,
        Result { () throws(Rejection) in
          try CheckedCall(SignedCall(stored: blocks[number].calls[index]), in: domain)
        })
    }
  }
}
