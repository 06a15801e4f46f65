import Glibc
import Workload

/// A rectangle of a picture with two axes.
struct ChartPanel {
  var left: Double
  var top: Double
  var width: Double
  var height: Double
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>

  func place(_ valueX: Double, _ valueY: Double) -> (x: Double, y: Double) {
    (atX(valueX), atY(valueY))
  }

  func atX(_ value: Double) -> Double {
    left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * width
  }

  func atY(_ value: Double) -> Double {
    top + height - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * height
  }

  /// Title, horizontal grid with numbers, and what the axis counts.
  func frame(_ canvas: inout SVGCanvas, title: String, unit: String, places: Int = 0) {
    canvas.text(title, left, top - 12, size: 13, bold: true)
    let step = Self.niceStep(y.upperBound - y.lowerBound)
    var tick = (y.lowerBound / step).rounded(.up) * step
    while tick <= y.upperBound + step * 1e-9 {
      let at = atY(tick)
      canvas.line([(left, at), (left + width, at)], .grid, width: 1)
      canvas.text(Decimals.text(tick, places), left - 6, at + 4, size: 11, .end, colour: .grey)
      tick += step
    }
    canvas.text(unit, left - 6, top - 12, size: 11, .end, colour: .grey)
  }

  /// Legend in one row, right-aligned above the panel.
  func legend(_ canvas: inout SVGCanvas, _ entries: [(text: String, colour: SVGCanvas.Colour)]) {
    var right = left + width
    for entry in entries.reversed() {
      canvas.text(entry.text, right, top - 12, size: 11, .end)
      right -= Double(entry.text.count) * 6.4 + 6
      canvas.rectangle(right - 12, top - 20, 12, 8, entry.colour)
      right -= 26
    }
  }

  /// 1, 2 or 5 times a power of ten, so that there are some five lines.
  static func niceStep(_ span: Double) -> Double {
    let raw = span / 5
    let power = pow(10, log10(raw).rounded(.down))
    let digit = raw / power
    return (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10) * power
  }
}
