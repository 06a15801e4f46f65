/// A parameter sweep: one task for each combination of the values of its axes, the first axis slowest.
package struct Sweep: Hashable, Sendable {
  package struct Axis: Hashable, Sendable {
    package var name: String
    package var values: [String]
    /// Where the file names it.
    var place: Place
  }

  package var axes: [Axis]

  /// How many combinations there are; nothing where they pass what fits a number.
  package var count: Int? {
    var product = 1
    for axis in axes {
      let (next, overflow) = product.multipliedReportingOverflow(by: axis.values.count)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// The values of the combination `index`, by axis. Precondition: `index` is below `count`.
  func point(_ index: Int) -> [String: String] {
    var rest = index
    var point: [String: String] = [:]
    for axis in axes.reversed() {
      point[axis.name] = axis.values[rest % axis.values.count]
      rest /= axis.values.count
    }
    return point
  }
}

/// A line and a column of a file, both from 1.
struct Place: Hashable, Sendable {
  var line: Int
  var column: Int
}

/// A value, and where the file has it.
struct Written<Value: Sendable>: Sendable {
  var value: Value
  var place: Place
}
