import Glibc

/// E-FAST in small: prices options by Monte-Carlo and measures the risk of a portfolio, from a table of prices. The
/// same call gives the same bytes on every machine.
@main
struct EFast {
  static func main() {
    do throws(Failure) {
      try run()
    } catch {
      TextFile.say(error.message)
      exit(error.status.rawValue)
    }
  }

  private static func run() throws(Failure) {
    let arguments = try Arguments(CommandLine.arguments.dropFirst())
    switch arguments.work {
    case .help:
      try TextFile.write(Arguments.usage + "\n", to: "-")
    case .makePrices:
      try TextFile.write(
        SyntheticPrices.csv(seed: arguments.seed, days: arguments.days), to: arguments.output)
    case .report:
      let table = try PriceTable(csv: try TextFile.read(arguments.prices), file: arguments.prices)
      let market = try Market(table, file: arguments.prices)
      try TextFile.write(Report(arguments: arguments, market: market).text, to: arguments.output)
    }
  }
}
