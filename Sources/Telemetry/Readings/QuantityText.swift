import Workload

extension Quantity where Scalar == Double {
  var tenths: String { Decimals.text(value, 1) }
  /// As exact as the kernel's millidegrees.
  var thousandths: String { Decimals.text(value, 3) }
}
