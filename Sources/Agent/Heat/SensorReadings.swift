import Receipts
import Telemetry
import Workload

extension SensorReading {
  /// What a receipt says of the sensors: every temperature that is known, in millidegrees.
  static func readings(_ snapshot: HeatSnapshot) -> [SensorReading] {
    var readings = snapshot.tank.compactMap { layer in
      layer.temperature.usable.map { milli("tank.\(layer.name)", $0) }
    }
    if let outlet = snapshot.outlet?.usable { readings.append(milli("outlet", outlet)) }
    if let coolant = snapshot.coolant?.usable { readings.append(milli("coolant", coolant)) }
    return readings
  }

  private static func milli(_ name: String, _ temperature: Celsius) -> SensorReading {
    SensorReading(name: name, value: Int64((temperature.value * 1000).rounded()), unit: .millicelsius)
  }
}
