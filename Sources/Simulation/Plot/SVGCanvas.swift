import Workload

/// A picture in SVG 1.1, as text: only what charts need, so that it needs no library and no browser.
struct SVGCanvas {
  let width: Double
  let height: Double
  private var body = ""

  /// Black and grey for what frames, and colours that people with any colour vision tell apart (Okabe and Ito, "Color
  /// universal design", 2008).
  enum Colour: String {
    case ink = "#222222"
    case grey = "#8a8a8a"
    case grid = "#e3e3e3"
    case vermilion = "#d55e00"
    case orange = "#e69f00"
    case blue = "#0072b2"
    case sky = "#56b4e9"
    case green = "#009e73"
    case purple = "#cc79a7"
  }

  enum Anchor: String { case start, middle, end }

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Colour, opacity: Double = 1
  ) {
    body +=
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(0, width)))\" height=\"\(n(max(0, height)))\" "
      + "fill=\"\(colour.rawValue)\" fill-opacity=\"\(n(opacity))\"/>\n"
  }

  mutating func line(
    _ points: [(x: Double, y: Double)], _ colour: Colour, width: Double = 1.5, dashes: String? = nil
  ) {
    let list = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    let dash = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    body +=
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour.rawValue)\" stroke-width=\"\(n(width))\" "
      + "stroke-linejoin=\"round\"\(dash)/>\n"
  }

  /// Filled down to a baseline.
  mutating func area(_ points: [(x: Double, y: Double)], base: Double, _ colour: Colour, opacity: Double) {
    guard let first = points.first, let last = points.last else { return }
    let closed = [(x: first.x, y: base)] + points + [(x: last.x, y: base)]
    let list = closed.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    body += "<polygon points=\"\(list)\" fill=\"\(colour.rawValue)\" fill-opacity=\"\(n(opacity))\"/>\n"
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, _ anchor: Anchor = .start,
    colour: Colour = .ink, bold: Bool = false
  ) {
    let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    body +=
      "<text x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"\(n(size))\" text-anchor=\"\(anchor.rawValue)\" "
      + "fill=\"\(colour.rawValue)\"\(bold ? " font-weight=\"bold\"" : "")>\(escaped)</text>\n"
  }

  var svg: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
    viewBox="0 0 \(n(width)) \(n(height))" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
    <rect width="\(n(width))" height="\(n(height))" fill="#ffffff"/>
    \(body)</svg>

    """
  }

  private func n(_ value: Double) -> String { Decimals.trimmed(value, 2) }
}
