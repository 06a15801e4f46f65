/// What stands at a site and what it earns, as the planner needs it.
package struct HeatSite: Hashable, Sendable {
  package var store: StoreDescription
  package var servers: ServerDescription
  package var economics: HeatEconomics
  /// Lowest temperature of the outlet, in °C.
  package var comfort: Double
  /// Days between legionella cycles; nothing where there are none.
  package var legionellaDays: Double?

  package init(
    store: StoreDescription, servers: ServerDescription, economics: HeatEconomics, comfort: Double,
    legionellaDays: Double? = nil
  ) {
    self.store = store
    self.servers = servers
    self.economics = economics
    self.comfort = comfort
    self.legionellaDays = legionellaDays
  }
}

package struct ServerDescription: Hashable, Sendable {
  package var slots: Int
  /// Electrical power of one slot that idles, in kW.
  package var idleKilowatts: Double
  /// Share of the electricity that reaches the loop as heat.
  package var capture: Double

  /// Of all slots, at work or not, in kW.
  package var allIdleKilowatts: Double { Double(slots) * idleKilowatts }

  package init(slots: Int, idleKilowatts: Double, capture: Double) {
    self.slots = slots
    self.idleKilowatts = idleKilowatts
    self.capture = capture
  }
}

/// Worth and cost of what happens at a site, in EUR.
package struct HeatEconomics: Hashable, Sendable {
  /// For each kWh that tasks use.
  package var wear: Double
  /// Electricity of the fan for each kWh of heat that is blown outside.
  package var fanShare: Double
  /// Lost for a started task that misses its deadline, as a share of its revenue.
  package var missPenalty: Double
  /// For each kWh of heat that was asked for and could not be given.
  package var unmet: Double
  /// For each kelvin below comfort and hour.
  package var cold: Double
  /// For each kWh above a cap.
  package var overCap: Double
  /// Worth of one kWh in the store at the end of the run; nothing where the plant goes on.
  package var terminal: Double?
  /// Added to the price of electricity for its carbon dioxide: EUR/kg. 0: it doesn't count.
  package var carbon: Double

  package init(
    wear: Double, fanShare: Double = 0.04, missPenalty: Double = 0.5, unmet: Double = 1, cold: Double = 0.2,
    overCap: Double = 1, terminal: Double? = nil, carbon: Double = 0
  ) {
    self.wear = wear
    self.fanShare = fanShare
    self.missPenalty = missPenalty
    self.unmet = unmet
    self.cold = cold
    self.overCap = overCap
    self.terminal = terminal
    self.carbon = carbon
  }
}
