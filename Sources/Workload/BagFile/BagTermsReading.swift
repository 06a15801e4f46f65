extension BagFile {
  /// Trust that asks for the given number of replicas, by r(T) of Proof-of-Contribution.
  private static let trustOfReplicas: [UInt32] = [1, 2, 100_000]

  /// What the requester offers and asks for. Looks at the limits, which are read before.
  func readTerms(_ root: YAMLMapping) -> Terms? {
    let price = root.required("price") { value -> MicroEuros? in
      guard let price = value.microEuros() else { return nil }
      guard price.value > 0 else {
        return value.mistake("price must be more than nothing: nodes work for no bag at 0")
      }
      guard BagBounds.price.contains(price.value) else {
        return value.mistake(
          "price must be at most \(BagBounds.price.upperBound / 1_000_000) EUR for one replica")
      }
      return price
    }
    let trust = readTrust(root)
    let cap = readCap(root, trust: trust)
    let expected = readExpected(root)
    let deadline = root.optional("deadline", default: 86_400_000) { value -> UInt64? in
      guard let deadline = value.milliseconds(BagBounds.deadlineMilliseconds) else { return nil }
      if let expected, deadline < expected {
        return value.mistake("deadline is \(deadline) ms, but one task is expected to run \(expected) ms")
      }
      return deadline
    }
    let determinism = root.optional("determinism", default: Determinism.bitExact) {
      $0.choice(["bit-exact": .bitExact, "hardware-class": .hardwareClass])
    }
    guard let price, let trust, let cap, let expected, let deadline, let determinism else { return nil }
    return Terms(
      price: price, trust: trust, replicaCap: cap, deadlineMilliseconds: deadline,
      expectedMilliseconds: expected,
      determinism: determinism)
  }

  private func readTrust(_ root: YAMLMapping) -> UInt32? {
    let replicas = root["replicas"]
    guard let trust = root["trust"] else {
      guard let replicas else { return Self.trustOfReplicas[1] }
      return replicas.integer(1...Self.trustOfReplicas.count).map { Self.trustOfReplicas[$0 - 1] }
    }
    if let replicas {
      return replicas.mistake("'replicas' and 'trust' ask for the same thing in two ways; keep one of them")
    }
    return trust.integer(BagBounds.trust)
  }

  private func readCap(_ root: YAMLMapping, trust: UInt32?) -> UInt32? {
    // Room for one replacement of each replica, and one more to decide.
    let replicas = Bag.replicas(forTrust: trust ?? 1)
    return root.optional("replica_cap", default: 2 * replicas + 1) { value -> UInt32? in
      guard let cap = value.integer(BagBounds.replicaCap) else { return nil }
      guard cap >= replicas else {
        return value.mistake(
          "replica_cap is \(cap), but the trust asked for starts with \(replicas) replicas")
      }
      return cap
    }
  }

  private func readExpected(_ root: YAMLMapping) -> UInt64? {
    let wall = limits?.wallMilliseconds
    return root.optional("expected_time", default: wall ?? 1) { value -> UInt64? in
      guard let expected = value.milliseconds(BagBounds.expectedMilliseconds) else { return nil }
      if let wall, expected > wall {
        return value.mistake("expected_time is \(expected) ms, but wall_time ends each task after \(wall) ms")
      }
      return expected
    }
  }
}
