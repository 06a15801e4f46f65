/// What the rules leave open, fixed for the life of a chain by its genesis. Defaults are those of the rules'
/// page "Parameters" and "Timers"; a short demo network overrides the spans.
package struct Parameters: Hashable, Sendable, Codable {
  /// Milliseconds between heights. The rules count blocks; this only turns days into blocks.
  package var blockMilliseconds: UInt64 = 5_000
  package var epochBlocks: UInt64 = 100

  /// KMIN: with less credibility a node's word counts as one among equals.
  package var minimumCredibility: UInt32 = 5
  /// KCAP.
  package var maximumCredibility: UInt32 = 400
  /// The most that a node's credibility grows in a day by work for one requester.
  package var dailyCredibilityGain: UInt32 = 4
  /// From this trust on three operators must agree; from 2 on, two.
  package var tripleTrust: UInt32 = 100_000
  /// The most replicas that the first draw takes.
  package var maximumFirstDraw: UInt32 = 6
  /// The largest Rc that a bag may ask for. Odds of up to nine operators are exact in 128 bits.
  package var maximumReplicaCap: UInt32 = 9
  package var maximumReplicasPerTask: UInt32 = 56
  package var maximumReplacementRounds: UInt32 = 3
  /// Fewer eligible operators than this times the first draw: LOW_DIVERSITY.
  package var diversityFactor: UInt32 = 3

  /// d below `highTrust`, and from it on.
  package var juryLead: UInt32 = 3
  package var juryLeadHighTrust: UInt32 = 4
  package var highTrust: UInt32 = 10_000
  package var maximumJurors: UInt32 = 25
  package var jurorMinimumCredibility: UInt32 = 5

  /// q in basis points: how often a sealed round gets an auditor, and where one replica is enough.
  package var auditRate: UInt64 = 500
  package var auditRateSingle: UInt64 = 1_000
  /// q for one hold after a ban for collusion; divided by 1 + k it is the least for a group whose least
  /// credibility is k, so that newcomers are audited as often.
  package var auditRateAlert: UInt64 = 2_500

  package var feeBasisPoints: UInt64 = 200
  package var auditPremiumBasisPoints: UInt64 = 600
  /// A slot takes a price of at most its bond divided by this.
  package var bondFactor: UInt64 = 40
  package var strikesToJail: UInt32 = 3
  package var jailBlocks: UInt64 = 518_400
  /// The share of an operator's nodes, in basis points, above which bans of nodes ban the operator.
  package var operatorBanBasisPoints: UInt64 = 2_000

  /// From a verdict to payment: 72 h of blocks.
  package var holdBlocks: UInt64 = 51_840
  package var unbondingBlocks: UInt64 = 51_840 + 48 * 17_280 + 100
  package var accept = BlockTimer(floor: 12, tauThousandths: 100)
  package var commit = BlockTimer(floor: 1, tauThousandths: 3_000)
  package var reveal = BlockTimer(floor: 24, tauThousandths: 250)
  /// From assignment until a task without a verdict is INCONCLUSIVE.
  package var hardStop = BlockTimer(floor: 1, tauThousandths: 48_000)
  /// How long a dispute or a re-audit waits for somebody who is eligible before it is INCONCLUSIVE, and a
  /// sealed round for its auditor before it goes on without.
  package var search = BlockTimer(floor: 24, tauThousandths: 3_000)
  /// Blocks between a commit and the beacon that draws on it: the beacon is then beyond the committer's
  /// reach.
  package var beaconDelay: UInt64 = 2

  /// The largest τ that a bag may state, in blocks; a day.
  package var maximumTau: UInt32 = 17_280
  package var maximumNodes: UInt32 = 10_000
  package var maximumSlotsPerNode: UInt32 = 256
  package var maximumTasksPerBag: UInt32 = 65_536
  /// How many places of the permutation one draw may look at.
  package var maximumDrawSteps: UInt32 = 4_096

  package init() {}

  /// For three operators on one machine: short spans, and juries of one juror without experience. It shows
  /// the path of a task and catches a liar; it is no security.
  package static var demonstration: Parameters {
    var parameters = Parameters()
    parameters.blockMilliseconds = 250
    parameters.epochBlocks = 4
    parameters.juryLead = 1
    parameters.juryLeadHighTrust = 1
    parameters.jurorMinimumCredibility = 0
    parameters.holdBlocks = 8
    parameters.maximumTau = 240
    parameters.unbondingBlocks = 8 + 48 * 240 + 4
    parameters.accept = BlockTimer(floor: 24, tauThousandths: 100)
    parameters.commit = BlockTimer(floor: 120, tauThousandths: 3_000)
    parameters.reveal = BlockTimer(floor: 40, tauThousandths: 250)
    parameters.hardStop = BlockTimer(floor: 480, tauThousandths: 48_000)
    parameters.search = BlockTimer(floor: 120, tauThousandths: 3_000)
    return parameters
  }

  /// Blocks of a day, at least one.
  package var dayBlocks: UInt64 { max(1, 86_400_000 / max(1, blockMilliseconds)) }

  /// r(T): how many distinct operators must agree.
  package func requiredOperators(trust: UInt32) -> Int {
    trust <= 1 ? 1 : trust < tripleTrust ? 2 : 3
  }

  /// q in basis points for a group whose least credibility is `leastCredibility`.
  package func auditRate(trust: UInt32, leastCredibility: UInt32, isAlert: Bool) -> UInt64 {
    let base = requiredOperators(trust: trust) == 1 ? auditRateSingle : auditRate
    return max(base, isAlert ? auditRateAlert : auditRateAlert / (1 + UInt64(leastCredibility)))
  }

  /// d: by how many fresh jurors a root must lead every other.
  package func juryLead(trust: UInt32) -> Int {
    Int(trust < highTrust ? juryLead : juryLeadHighTrust)
  }

  /// fee = ⌊p · fee rate⌋.
  package func fee(price: Amount) -> Amount { price.basisPoints(feeBasisPoints) }

  /// ⌈p · premium rate⌉.
  package func premium(price: Amount) -> Amount { price.basisPointsRoundedUp(auditPremiumBasisPoints) }

  /// E = p · Rc + premium: what one task locks.
  package func escrowPerTask(price: Amount, replicaCap: UInt32) -> Amount {
    price * Amount(replicaCap) + premium(price: price)
  }

  /// What makes these parameters unusable, in words; empty where they are sound.
  package var mistakes: [String] {
    var found: [String] = []
    func require(_ holds: Bool, _ text: String) { if !holds { found.append(text) } }
    require(blockMilliseconds >= 1, "blockMilliseconds must be at least 1")
    require(epochBlocks >= 1, "epochBlocks must be at least 1")
    require(juryLead >= 1 && juryLeadHighTrust >= 1, "a jury's lead must be at least 1")
    require(feeBasisPoints <= 5_000, "feeBasisPoints must be at most 5000: half a price must cover the fee")
    require(auditPremiumBasisPoints <= 10_000, "auditPremiumBasisPoints must be at most 10000")
    require(bondFactor >= 1, "bondFactor must be at least 1: a slash of the price must not exceed the bond")
    require(
      (1...9).contains(maximumReplicaCap),
      "maximumReplicaCap must be from 1 to 9: odds are exact to 9 operators")
    require(maximumFirstDraw >= 3, "maximumFirstDraw must be at least 3: that many may have to agree")
    require((1...56).contains(maximumReplicasPerTask), "maximumReplicasPerTask must be from 1 to 56")
    require(minimumCredibility >= 1, "minimumCredibility must be at least 1")
    require(maximumTau >= 1, "maximumTau must be at least 1")
    require(dailyCredibilityGain <= maximumCredibility, "dailyCredibilityGain is above maximumCredibility")
    require(maximumCredibility <= 1_000_000, "maximumCredibility must be at most 1000000")
    require(operatorBanBasisPoints <= 10_000, "operatorBanBasisPoints must be at most 10000")
    require(bondFactor <= 1_000_000, "bondFactor must be at most 1000000")
    require(diversityFactor <= 1_000, "diversityFactor must be at most 1000")
    require(maximumSlotsPerNode <= 4_096, "maximumSlotsPerNode must be at most 4096")
    require(maximumTasksPerBag <= 1_048_576, "maximumTasksPerBag must be at most 1048576")
    require(
      [auditRate, auditRateSingle, auditRateAlert].allSatisfy { $0 <= 10_000 },
      "audit rates must be at most 10000 basis points")
    let timers = [accept, commit, reveal, hardStop, search]
    require(
      timers.allSatisfy { $0.tauThousandths <= 1_000_000 && $0.floor <= 1 << 40 },
      "a timer is longer than any chain")
    require(
      holdBlocks <= 1 << 40 && jailBlocks <= 1 << 40 && unbondingBlocks <= 1 << 41 && beaconDelay <= 64,
      "a span is longer than any chain")
    if found.isEmpty {
      require(
        unbondingBlocks >= holdBlocks + hardStop.blocks(tau: maximumTau) + epochBlocks,
        "unbondingBlocks must be at least holdBlocks + hardStop of maximumTau + epochBlocks: "
          + "a bond must outlive every verdict that may slash it")
    }
    return found
  }
}
