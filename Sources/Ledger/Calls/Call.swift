package import Receipts
package import Workload

/// All that an account may ask of the ledger: the table "Transitions" of the rules. Who may call is said at
/// each; where nothing is said any account turns the crank.
package enum Call: Hashable, Sendable, Codable {
  /// The ledger key: money that came in from outside.
  case deposit(to: Address, amount: Amount)
  /// The owner: moves free balance into the account's cumulative claim, which is paid outside.
  case withdraw(amount: Amount)

  /// The node itself. It counts for the operator only once the operator bonds it.
  case register(Registration)
  /// The node's operator: adds to the bond of a slot, and thereby accepts the node.
  case bond(node: Address, slot: UInt16, amount: Amount)
  /// The node or its operator: never drawn again; unbonding begins.
  case exit(node: Address)
  /// The node's operator, after unbonding, with nothing open: bonds return to the operator's balance.
  case releaseBonds(node: Address)

  /// The node.
  case offer(Offer)
  /// The node. As late as an offer is early: a node that has seen the seed can't leave the draw.
  case withdrawOffer

  case postBag(BagOrder)
  /// The requester: what is still QUEUED is refunded.
  case cancelBag(BagID)

  case assign(TaskID)
  /// The drawn node: it will run the replica.
  case acknowledge(TaskID, round: UInt32)
  /// The drawn node, before or after acknowledging, before committing.
  case decline(TaskID, round: UInt32)
  /// The drawn node, once, where heat or price paused it: τ more for p/50.
  case extend(TaskID, round: UInt32)
  /// The drawn node. `digest` is the EIP-712 digest of `Commit`.
  case commit(TaskID, round: UInt32, digest: Bytes32)
  /// Ends a round's commits: all that are expected are in, or late.
  /// Of a SEALED task: goes on to the reveals when its auditor has committed, or can't be had.
  case seal(TaskID)
  case reveal(Reveal)
  case tally(TaskID)
  /// Draws the next batch of jurors for a disputed task.
  case drawJury(TaskID)
  case finalize(TaskID)
  /// Opens a PROVISIONAL task again that a banned winner decided, or goes on looking for its REAUDIT replica.
  case reaudit(TaskID)
  /// Lets deadlines pass: late replicas, tasks past the hard stop, queued tasks past their bag's deadline.
  case expire(TaskID)
  case reportEquivocation(Equivocation)
  /// Pays jurors that the AuditPool owes, as far as it reaches.
  case payOwed
}

/// What a node says of itself when it joins.
package struct Registration: Hashable, Sendable, Codable {
  package var operatorAddress: Address
  /// Where it stands; two replicas of a task never share a site. Keccak-256 of a name that the operator
  /// chose.
  package var site: Bytes32
  /// The `hwClass` of its receipts.
  package var hardwareClass: Bytes32

  package init(operatorAddress: Address, site: Bytes32, hardwareClass: Bytes32) {
    self.operatorAddress = operatorAddress
    self.site = site
    self.hardwareClass = hardwareClass
  }
}

/// Slots that a node would fill, from a price on, for a span of epochs. Where heat and electricity price
/// enter.
package struct Offer: Hashable, Sendable, Codable {
  /// The first so many of the node's slots.
  package var slots: UInt16
  package var minimumPrice: Amount
  /// Counts from here, yet never earlier than two epochs after the one in which it is on chain.
  package var fromEpoch: EpochNumber
  /// The last epoch in which it counts.
  package var toEpoch: EpochNumber

  package init(slots: UInt16, minimumPrice: Amount, fromEpoch: EpochNumber, toEpoch: EpochNumber) {
    self.slots = slots
    self.minimumPrice = minimumPrice
    self.fromEpoch = fromEpoch
    self.toEpoch = toEpoch
  }
}

/// A bag as the ledger needs it; everything else is behind the manifest's digest.
package struct BagOrder: Hashable, Sendable, Codable {
  package var manifest: ContentDigest
  package var taskCount: UInt32
  /// p, for one correct replica.
  package var price: UInt64
  /// T.
  package var trust: UInt32
  /// Rc.
  package var replicaCap: UInt32
  /// τ: blocks that a replica is expected to run.
  package var tau: UInt32
  /// Blocks from posting after which tasks that are still queued may be given back.
  package var queueBlocks: UInt64
  package var determinism: Determinism

  package init(
    manifest: ContentDigest, taskCount: UInt32, price: MicroEuros, trust: UInt32, replicaCap: UInt32,
    tau: UInt32,
    queueBlocks: UInt64, determinism: Determinism = .bitExact
  ) {
    self.manifest = manifest
    self.taskCount = taskCount
    self.price = price.value
    self.trust = trust
    self.replicaCap = replicaCap
    self.tau = tau
    self.queueBlocks = queueBlocks
    self.determinism = determinism
  }
}

/// The preimage of a commit: the receipt, its signature and the salt.
package struct Reveal: Hashable, Sendable, Codable {
  package var receipt: ExecutionReceipt
  package var signature: Signature
  package var salt: Bytes32

  package init(receipt: ExecutionReceipt, signature: Signature, salt: Bytes32) {
    self.receipt = receipt
    self.signature = signature
    self.salt = salt
  }
}

/// Proof that a node signed two receipts for one replica.
package struct Equivocation: Hashable, Sendable, Codable {
  package var first: ExecutionReceipt
  package var firstSignature: Signature
  package var second: ExecutionReceipt
  package var secondSignature: Signature

  package init(
    first: ExecutionReceipt, firstSignature: Signature, second: ExecutionReceipt, secondSignature: Signature
  ) {
    self.first = first
    self.firstSignature = firstSignature
    self.second = second
    self.secondSignature = secondSignature
  }
}
