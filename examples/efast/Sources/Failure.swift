/// Why the program ends without a result, and with which status: those of sysexits.h, but 2 for a wrong call, as most
/// tools have it.
struct Failure: Error {
  enum Status: Int32 {
    case usage = 2
    /// EX_DATAERR
    case data = 65
    /// EX_NOINPUT
    case input = 66
    /// EX_IOERR
    case output = 74
  }

  var status: Status
  var message: String

  init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }
}
