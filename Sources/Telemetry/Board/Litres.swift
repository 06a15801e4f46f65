import Workload

/// A volume of water in litres.
package struct Litres: Quantity {
  package var value: Double
  package init(_ value: Double) { self.value = value }
}
