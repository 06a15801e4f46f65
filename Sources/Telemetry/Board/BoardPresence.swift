import Workload

/// A sensor of a board, and where its file names it.
struct PlacedSensor {
  enum Sensor {
    case temperature(TemperatureSource)
    case power(PowerSource)
    case fan(FanSource)
    case contact(ContactSource)
    /// Watts that the building asks for.
    case file(String)
  }

  /// From 1, as is the column.
  var line: Int
  var column: Int
  var sensor: Sensor
}

extension Board {
  /// Reads `board.yaml` of a directory, and looks whether each sensor that it names is there. Nothing is measured, so that a
  /// sensor which is there and broken is no mistake of the file: it is a fault when it is read.
  ///
  /// - Throws: `BoardError`; sensors that are not there as mistakes, all at once, each at its place in the file.
  package static func load(directory: String, checkingSensorsIn root: SysfsRoot) throws(BoardError) -> Board {
    let (path, text) = try read(directory: directory)
    do throws(Mistakes) {
      let (board, sensors) = try parsePlaced(text, file: path)
      let finding = SensorFinding(root)
      let missing = sensors.compactMap { sensor -> Mistake? in
        sensor.absence(finding).map {
          Mistake(file: path, line: sensor.line, column: sensor.column, message: $0.description)
        }
      }
      if !missing.isEmpty { throw Mistakes(missing) }
      return board
    } catch { throw .mistaken(error) }
  }
}

extension PlacedSensor {
  /// Why it can't be had.
  fileprivate func absence(_ finding: SensorFinding) -> SysfsError? {
    do throws(SysfsError) {
      switch sensor {
      case .temperature(let source): _ = try source.find(finding)
      case .power(let source): _ = try source.find(finding)
      case .fan(let source): _ = try source.find(finding)
      case .contact(let source): _ = try source.find(finding)
      case .file(let path): _ = try OpenAttribute(path, in: finding.root)
      }
      return nil
    } catch {
      return error
    }
  }
}
