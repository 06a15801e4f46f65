package import Scheduling

/// A boiler site, those who live there, and the work that comes: what a simulation needs to be told.
package struct SiteScenario: Hashable, Sendable {
  package var name: String
  package var start: CivilDate
  package var days: Int
  package var seed: UInt64
  package var clock: LocalClock
  package var site: HeatSite
  package var demand: HouseholdDemand
  package var climate: Climate
  package var electricity: ElectricitySource
  package var tasks: TaskFlow
  package var planning: PlanningPace

  package init(
    name: String, start: CivilDate, days: Int, seed: UInt64, clock: LocalClock, site: HeatSite,
    demand: HouseholdDemand, climate: Climate, electricity: ElectricitySource, tasks: TaskFlow,
    planning: PlanningPace
  ) {
    self.name = name
    self.start = start
    self.days = days
    self.seed = seed
    self.clock = clock
    self.site = site
    self.demand = demand
    self.climate = climate
    self.electricity = electricity
    self.tasks = tasks
    self.planning = planning
  }

  /// Steps of a simulation: a quarter of an hour, as markets settle.
  package static let stepsPerDay = 96
  static let stepHours = 0.25
  package var steps: Int { days * Self.stepsPerDay }
}

/// Who draws hot water, and what the rooms need.
package struct HouseholdDemand: Hashable, Sendable {
  package var profile: TappingProfile
  package var homes: Int
  /// Heat for the rooms for each kelvin that it is colder outside than `heatingLimit`: kW/K.
  package var heatingKilowattsPerKelvin: Double
  /// °C.
  package var heatingLimit: Double

  package init(
    profile: TappingProfile, homes: Int, heatingKilowattsPerKelvin: Double = 0, heatingLimit: Double = 16
  ) {
    self.profile = profile
    self.homes = homes
    self.heatingKilowattsPerKelvin = heatingKilowattsPerKelvin
    self.heatingLimit = heatingLimit
  }
}

/// Temperatures over the year, in °C: a wave, and for the air a weather that lasts some days.
package struct Climate: Hashable, Sendable {
  package var outdoorMean: Double
  /// From the mean to the coldest or warmest day of a usual year: K.
  package var outdoorSwing: Double
  package var mainsColdest: Double
  package var mainsWarmest: Double

  package init(
    outdoorMean: Double = 11, outdoorSwing: Double = 9, mainsColdest: Double = 7, mainsWarmest: Double = 17
  ) {
    self.outdoorMean = outdoorMean
    self.outdoorSwing = outdoorSwing
    self.mainsColdest = mainsColdest
    self.mainsWarmest = mainsWarmest
  }
}

/// Where the price of electricity comes from.
package enum ElectricitySource: Hashable, Sendable {
  /// As an agent is told it.
  case tariff(ElectricityPrice)
  case synthetic(SyntheticPrices)
}

/// Work that comes to the site, as a Poisson process that is denser by day.
package struct TaskFlow: Hashable, Sendable {
  /// Slots that it would keep at work if all were done.
  package var load: Double
  /// Median of what a task pays for each kWh that it uses: EUR.
  package var value: Double
  /// Spread of the logarithm of that.
  package var valueSigma: Double
  /// Median of the time that a task takes: hours.
  package var hours: Double
  /// Powers above idling, each as common: kW.
  package var kilowatts: [Double]
  /// Share of the tasks that may be suspended.
  package var preemptible: Double

  package init(
    load: Double, value: Double = 0.165, valueSigma: Double = 0.5, hours: Double = 2.4,
    kilowatts: [Double] = [0.12, 0.18, 0.24, 0.3, 0.3, 0.36], preemptible: Double = 0.3
  ) {
    self.load = load
    self.value = value
    self.valueSigma = valueSigma
    self.hours = hours
    self.kilowatts = kilowatts
    self.preemptible = preemptible
  }
}

/// How finely and how far the planner plans: a simulation of a year makes thousands of plans.
package struct PlanningPace: Hashable, Sendable {
  /// Steps of the simulation for one of the plan; a plan is made in each of the plan's. It divides 96.
  package var stride: Int
  package var horizonHours: Int
  /// Rounds of the price search.
  package var rounds: Int
  /// Days of past arrivals that stand for the future.
  package var marketDays: Int

  package init(stride: Int = 4, horizonHours: Int = 24, rounds: Int = 2, marketDays: Int = 1) {
    self.stride = stride
    self.horizonHours = horizonHours
    self.rounds = rounds
    self.marketDays = marketDays
  }

  var tuning: PlanTuning {
    var tuning = PlanTuning()
    tuning.horizon = max(1, horizonHours * SiteScenario.stepsPerDay / 24 / stride)
    tuning.rounds = rounds
    tuning.marketDays = marketDays
    // The backup heater looks two hours ahead, as in the agent.
    tuning.backupSteps = max(2, 8 / stride)
    return tuning
  }
}
