internal import Receipts
internal import Workload

/// The canonical bytes of a call: version, number of the call, members in order. One call has exactly one
/// encoding, so that its hash names it.
extension Call {
  static let encodingVersion: UInt8 = 1

  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.encodingVersion)
    writer.append(tag.rawValue)
    switch self {
    case .deposit(let to, let amount):
      writer.append(to)
      writer.append(amount)
    case .withdraw(let amount): writer.append(amount)
    case .register(let registration):
      writer.append(registration.operatorAddress)
      writer.append(registration.site)
      writer.append(registration.hardwareClass)
    case .bond(let node, let slot, let amount):
      writer.append(node)
      writer.append(slot)
      writer.append(amount)
    case .exit(let node), .releaseBonds(let node): writer.append(node)
    case .offer(let offer):
      writer.append(offer.slots)
      writer.append(offer.minimumPrice)
      writer.append(offer.fromEpoch)
      writer.append(offer.toEpoch)
    case .withdrawOffer, .payOwed: break
    case .postBag(let order): writer.append(order)
    case .cancelBag(let bag): writer.append(bag.word)
    case .assign(let task), .seal(let task), .tally(let task), .drawJury(let task), .finalize(let task),
      .expire(let task), .reaudit(let task):
      writer.append(task.word)
    case .acknowledge(let task, let round), .decline(let task, let round), .extend(let task, let round):
      writer.append(task.word)
      writer.append(round)
    case .commit(let task, let round, let digest):
      writer.append(task.word)
      writer.append(round)
      writer.append(digest)
    case .reveal(let reveal):
      writer.append(reveal.receipt)
      writer.append(reveal.signature)
      writer.append(reveal.salt)
    case .reportEquivocation(let proof):
      writer.append(proof.first)
      writer.append(proof.firstSignature)
      writer.append(proof.second)
      writer.append(proof.secondSignature)
    }
    return writer.bytes
  }

  /// Throws `.malformed` where the bytes are not the canonical bytes of a call.
  package init(encoded bytes: [UInt8]) throws(Rejection) {
    var reader = ByteReader(bytes)
    let version = try reader.integer(UInt8.self)
    guard version == Self.encodingVersion else {
      throw .malformed(reason: "it has version \(version), and this ledger reads \(Self.encodingVersion)")
    }
    let number = try reader.integer(UInt8.self)
    guard let tag = Tag(rawValue: number) else {
      throw .malformed(reason: "there is no call of number \(number)")
    }
    self = try Call.read(tag, from: &reader)
    try reader.finish()
  }

  /// Numbers are for ever: a call that goes leaves its number unused.
  enum Tag: UInt8, CaseIterable {
    case deposit = 1
    case withdraw, register, bond, exit, releaseBonds, offer, withdrawOffer, postBag, cancelBag, assign,
      acknowledge
    case decline, extend, commit, seal, reveal, tally, drawJury, finalize, expire, reportEquivocation, payOwed
    case reaudit
  }

  var tag: Tag {
    switch self {
    case .deposit: .deposit
    case .withdraw: .withdraw
    case .register: .register
    case .bond: .bond
    case .exit: .exit
    case .releaseBonds: .releaseBonds
    case .offer: .offer
    case .withdrawOffer: .withdrawOffer
    case .postBag: .postBag
    case .cancelBag: .cancelBag
    case .assign: .assign
    case .acknowledge: .acknowledge
    case .decline: .decline
    case .extend: .extend
    case .commit: .commit
    case .seal: .seal
    case .reveal: .reveal
    case .tally: .tally
    case .drawJury: .drawJury
    case .finalize: .finalize
    case .expire: .expire
    case .reportEquivocation: .reportEquivocation
    case .payOwed: .payOwed
    case .reaudit: .reaudit
    }
  }

  private static func read(_ tag: Tag, from reader: inout ByteReader) throws(Rejection) -> Call {
    switch tag {
    case .deposit: .deposit(to: try reader.address(), amount: try reader.integer())
    case .withdraw: .withdraw(amount: try reader.integer())
    case .register:
      .register(
        Registration(
          operatorAddress: try reader.address(), site: try reader.word(), hardwareClass: try reader.word()))
    case .bond: .bond(node: try reader.address(), slot: try reader.integer(), amount: try reader.integer())
    case .exit: .exit(node: try reader.address())
    case .releaseBonds: .releaseBonds(node: try reader.address())
    case .offer:
      .offer(
        Offer(
          slots: try reader.integer(), minimumPrice: try reader.integer(), fromEpoch: try reader.integer(),
          toEpoch: try reader.integer()))
    case .withdrawOffer: .withdrawOffer
    case .postBag: .postBag(try reader.bagOrder())
    case .cancelBag: .cancelBag(try reader.bag())
    case .assign: .assign(try reader.task())
    case .acknowledge: .acknowledge(try reader.task(), round: try reader.integer())
    case .decline: .decline(try reader.task(), round: try reader.integer())
    case .extend: .extend(try reader.task(), round: try reader.integer())
    case .commit: .commit(try reader.task(), round: try reader.integer(), digest: try reader.word())
    case .seal: .seal(try reader.task())
    case .reveal:
      .reveal(
        Reveal(receipt: try reader.receipt(), signature: try reader.signature(), salt: try reader.word()))
    case .tally: .tally(try reader.task())
    case .drawJury: .drawJury(try reader.task())
    case .finalize: .finalize(try reader.task())
    case .expire: .expire(try reader.task())
    case .reportEquivocation:
      .reportEquivocation(
        Equivocation(
          first: try reader.receipt(), firstSignature: try reader.signature(), second: try reader.receipt(),
          secondSignature: try reader.signature()))
    case .payOwed: .payOwed
    case .reaudit: .reaudit(try reader.task())
    }
  }
}

extension ByteWriter {
  fileprivate mutating func append(_ order: BagOrder) {
    append(order.manifest.sha256)
    append(order.taskCount)
    append(order.price)
    append(order.trust)
    append(order.replicaCap)
    append(order.tau)
    append(order.queueBlocks)
    append(order.determinism == .bitExact ? 0 : 1 as UInt8)
  }

  fileprivate mutating func append(_ receipt: ExecutionReceipt) {
    append(receipt.taskID)
    append(receipt.round)
    append(receipt.node)
    append(receipt.appDigest)
    append(receipt.inputRoot)
    append(receipt.resultRoot)
    append(receipt.hwClass)
    append(receipt.exitCode)
    append(receipt.startedAt)
    append(receipt.finishedAt)
    append(receipt.cpuMillis)
    append(receipt.energyMilliWh)
    append(receipt.heatMilliWh)
    append(receipt.price)
    append(receipt.statementHash)
  }
}

extension ByteReader {
  fileprivate mutating func bagOrder() throws(Rejection) -> BagOrder {
    let manifest = ContentDigest(sha256: try word())
    let (taskCount, price) = (try integer(UInt32.self), try integer(UInt64.self))
    let (trust, replicaCap, tau) = (
      try integer(UInt32.self), try integer(UInt32.self), try integer(UInt32.self)
    )
    let queueBlocks = try integer(UInt64.self)
    let determinism: Determinism
    switch try integer(UInt8.self) {
    case 0: determinism = .bitExact
    case 1: determinism = .hardwareClass
    case let number: throw .malformed(reason: "there is no determinism of number \(number)")
    }
    return BagOrder(
      manifest: manifest, taskCount: taskCount, price: MicroEuros(price), trust: trust,
      replicaCap: replicaCap,
      tau: tau, queueBlocks: queueBlocks, determinism: determinism)
  }

  fileprivate mutating func receipt() throws(Rejection) -> ExecutionReceipt {
    ExecutionReceipt(
      taskID: try word(), round: try integer(), node: try address(), appDigest: try word(),
      inputRoot: try word(),
      resultRoot: try word(), hwClass: try word(), exitCode: try integer(), startedAt: try integer(),
      finishedAt: try integer(), cpuMillis: try integer(), energyMilliWh: try integer(),
      heatMilliWh: try integer(),
      price: try integer(), statementHash: try word())
  }
}
