/// Foundation's decoding errors, as a sentence with the place in the document.
enum JSONFault {
  static func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "'\(path(context.codingPath + [key]))' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(path(context.codingPath))': \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is not JSON: \(context.debugDescription)"
        : "'\(path(context.codingPath))': \(context.debugDescription)"
    case EncodingError.invalidValue(_, let context):
      "'\(path(context.codingPath))': \(context.debugDescription)"
    default: "\(error)"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}
