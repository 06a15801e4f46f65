package import Telemetry
package import Workload

/// Makes heat plans by rule: thresholds with hysteresis for how many slots, a closed form for the price.
///
/// Pure: the same inputs give the same plan. Everything after it depends on `HeatPlan` only, so that a
/// planner with a forecast can take its place.
package struct HeatRule: Hashable, Sendable {
  package var board: Board
  package var capacity: NodeCapacity
  package var policy: HeatPolicy
  package var tariff: Tariff

  package init(board: Board, capacity: NodeCapacity, policy: HeatPolicy, tariff: Tariff) {
    self.board = board
    self.capacity = capacity
    self.policy = policy
    self.tariff = tariff
  }

  /// The plan for a moment.
  ///
  /// - Parameters:
  ///   - previous: the plan before, for the hysteresis; nothing after a start.
  ///   - now: by the clock that stamped the snapshot.
  package func plan(_ snapshot: HeatSnapshot, previous: HeatPlan?, now: Instant) -> HeatPlan {
    if policy.isVacation(at: now) {
      var away = self
      away.policy.vacations = []
      away.policy.comfort.minimum = Self.frost
      return away.plan(snapshot, previous: previous, now: now)
    }
    let known = knowledge(of: snapshot, now: now)
    guard let tank = known.tank else { return blind(known.losses, previous: previous, now: now) }
    let measured = HeatMeasured(
      tank: tank, coolant: snapshot.coolant?.usable, processor: snapshot.processors.compactMap(\.usable).max()
    )
    let latches = (previous?.latches ?? .unknown).next(measured, policy, limits)
    let demand = latches.demand
    let dangers = dangers(measured, latches)
    let ask = ask(worthOfHeat: AskPrice.worthOfHeat(tank, demand, tariff.heat), now: now)
    let (slots, reasons) = dangers.isEmpty ? offer(demand, tank, now) : (0, dangers)
    return HeatPlan(
      madeAt: now, validUntil: now + policy.validity, demand: demand, tank: tank, slots: slots,
      running: dangers.isEmpty ? .mayFinish : .mustStop, ask: ask, reasons: reasons, latches: latches)
  }

  /// The lower of the operator's cut-off and the board's limit.
  package var cutOff: Celsius { min(policy.cutOff, board.limits.tank) }

  private var limits: HeatLimits {
    HeatLimits(tank: cutOff, coolant: board.limits.coolant, processor: board.limits.processor)
  }

  /// Electrical power that one busy slot adds.
  package var slotPower: Watts {
    Watts(board.power.perBusyCore.value * Double(capacity.processorsPerSlot))
  }

  /// What is kept while nobody is there.
  private static let frost = Celsius(5)

  // MARK: What is known

  private func knowledge(of snapshot: HeatSnapshot, now: Instant) -> (tank: TankState?, losses: [HeatReason])
  {
    var losses: [HeatReason] = []
    let age = now - snapshot.takenAt
    let oldest = board.limits.sensors.lostAfter
    // A snapshot from the future means that a clock was set: it is as little worth as an old one.
    if age > oldest || age < .zero - oldest {
      losses.append(
        HeatReason(
          .snapshotTooOld,
          "the last temperatures are \(Decimals.trimmed(age.seconds, 0)) s old: "
            + "no heat from tasks until new ones come"))
    }
    if case .forbidden(let reasons) = snapshot.permission {
      losses.append(
        HeatReason(.sensorsLost, reasons.joined(separator: ", ") + ": no heat from tasks until it is back"))
    }
    guard losses.isEmpty else { return (nil, losses) }
    if let tank = TankState(snapshot, policy) { return (tank, []) }
    return (
      nil,
      [HeatReason(.sensorsLost, "the tank's sensors give no temperature: no heat from tasks until they do")]
    )
  }

  /// The fall-back "no heat from tasks": the backup heater keeps the water warm by its own thermostat.
  private func blind(_ reasons: [HeatReason], previous: HeatPlan?, now: Instant) -> HeatPlan {
    HeatPlan(
      madeAt: now, validUntil: now + policy.validity, demand: .unknown, tank: nil, slots: 0,
      running: .mustStop,
      ask: ask(worthOfHeat: .zero, now: now), reasons: reasons, latches: previous?.latches ?? .unknown)
  }

  // MARK: What is decided

  private func dangers(_ measured: HeatMeasured, _ latches: HeatLatches) -> [HeatReason] {
    var found: [HeatReason] = []
    func add(_ code: HeatReason.Code, _ what: String, _ temperature: Celsius?, _ limit: Celsius) {
      guard let temperature else { return }
      let restart = Celsius(limit.value - policy.hysteresisKelvin)
      found.append(
        HeatReason(
          code,
          "\(what) is \(text(temperature)); reached at \(text(limit)), its cut-off holds until it is below "
            + "\(text(restart)): nothing runs"))
    }
    if latches.isTankTooHot {
      add(.tankTooHot, "the tank's hottest layer", measured.tank.hottest, limits.tank)
    }
    if latches.isCoolantTooHot { add(.coolantTooHot, "the coolant", measured.coolant, limits.coolant) }
    if latches.isProcessorTooHot {
      add(.processorTooHot, "the hottest processor", measured.processor, limits.processor)
    }
    return found
  }

  private func offer(_ demand: HeatDemand, _ tank: TankState, _ now: Instant) -> (Int, [HeatReason]) {
    let all = capacity.slots
    guard all > 0 else {
      return (0, [HeatReason(.noCapacity, "the node has no processor for tasks: nothing is offered")])
    }
    let (isOffered, code, why) = verdict(demand, tank, tariff.electricity.price(at: now))
    guard isOffered else { return (0, [HeatReason(code, "\(why): nothing starts")]) }
    if let cap = policy.caps.power(at: now), slots(within: cap) < all {
      let slots = slots(within: cap)
      let what =
        slots == 0 ? "nothing starts" : slots == 1 ? "one slot is offered" : "\(slots) slots are offered"
      return (
        slots,
        [
          HeatReason(
            .powerCapped, "at this hour the servers may draw \(Decimals.trimmed(cap.value, 0)) W: \(what)"),
          HeatReason(code, why),
        ]
      )
    }
    return (all, [HeatReason(code, "\(why): \(all == 1 ? "its slot is" : "all \(all) slots are") offered")])
  }

  /// How many may be at work with the whole machine below that power.
  private func slots(within cap: Watts) -> Int {
    guard slotPower.value > 0 else { return cap.value > 0 ? capacity.slots : 0 }
    let left = max(0, cap.value - board.power.idle.value)
    return min(capacity.slots, Int((left / slotPower.value).rounded(.down)))
  }

  private func verdict(
    _ demand: HeatDemand, _ tank: TankState, _ electricity: EuroPerKilowattHour
  ) -> (isOffered: Bool, HeatReason.Code, why: String) {
    let mean = "the tank's mean is \(text(tank.mean))"
    let between =
      "\(mean), from the target of \(text(policy.comfort.target)) "
      + "to the maximum of \(text(policy.comfort.maximum))"
    switch demand {
    case .unknown: return (false, .sensorsLost, "the tank's temperature is not known")
    case .cutOff: return (false, .tankTooHot, "the cut-off holds")
    case .full: return (false, .tankFull, "\(mean) and it counts as full, at \(text(policy.comfort.maximum))")
    case .wanted: return (true, .belowTarget, "\(mean) and its target \(text(policy.comfort.target))")
    case .urgent:
      return (
        true, .belowComfort,
        "the outlet is \(text(tank.outlet)) and its comfort minimum \(text(policy.comfort.minimum)), "
          + "so heat counts in full"
      )
    case .surplus:
      guard let cheap = policy.cheapElectricity else {
        return (true, .priceDecides, "\(between), where heat counts for less the fuller it is")
      }
      return electricity <= cheap
        ? (true, .cheapElectricity, "\(between), and electricity at \(electricity) is cheap, up to \(cheap)")
        : (false, .dearElectricity, "\(between), and electricity at \(electricity) is dearer than \(cheap)")
    }
  }

  private func ask(worthOfHeat: EuroPerKilowattHour, now: Instant) -> AskPrice {
    AskPrice(
      slotPower: slotPower, electricity: tariff.electricity.mean(from: now, over: .seconds(3600)),
      wear: tariff.wear,
      capture: board.power.capture, worthOfHeat: worthOfHeat, slotHour: tariff.slotHour)
  }

  private func text(_ temperature: Celsius) -> String { "\(Decimals.trimmed(temperature.value, 1)) °C" }
}
