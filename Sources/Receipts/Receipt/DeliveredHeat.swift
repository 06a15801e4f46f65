package import Workload

/// Heat of one run that reached water or rooms, and how it was found: the node's own word.
package struct DeliveredHeat: Hashable, Sendable, Codable {
  package enum Method: String, Hashable, Sendable, Codable {
    /// All electric energy of the run became heat where it was wanted.
    case electricEnergy = "electric-energy"
    /// Electric energy of the run times the part that the board states to arrive in the water.
    case captureRatio = "electric-energy-times-capture-ratio"
    /// The rise of the tank's temperature, less what the other runs put in.
    case tankBalance = "tank-balance"
    /// A simulated boiler took it in.
    case simulatedBoiler = "simulated-boiler"
  }

  package var heat: Joules
  package var method: Method

  package init(heat: Joules, method: Method) {
    self.heat = heat
    self.method = method
  }
}
