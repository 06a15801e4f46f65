/// Reads canonical JSON from bytes that nobody vouches for: every length, depth and number has a bound, and what is
/// not canonical is refused, so that one value has one digest.
package struct CanonicalJSONReader {
  /// How deep lists and objects nest at most; a manifest needs four.
  package static let greatestDepth = 16

  private let bytes: [UInt8]
  private var offset = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// - Throws: what is wrong and at which byte.
  package static func read(_ bytes: [UInt8]) throws(ManifestFault) -> CanonicalJSON {
    var reader = CanonicalJSONReader(bytes)
    let value = try reader.value(depth: 0)
    guard reader.offset == bytes.count else { throw reader.fault("something follows the value") }
    // Order of keys, white space and escapes have one form: the one that writing gives.
    let canonical = value.bytes
    guard canonical == bytes else {
      let place = zip(canonical, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      throw ManifestFault(
        place: "byte \(place ?? min(canonical.count, bytes.count))",
        problem: "the JSON is not canonical (RFC 8785): its keys are unsorted, or it has spare characters")
    }
    return value
  }

  private func fault(_ problem: String) -> ManifestFault {
    ManifestFault(place: "byte \(offset)", problem: problem)
  }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ character: UInt8) -> Bool {
    guard next == character else { return false }
    offset += 1
    return true
  }

  private mutating func take(_ word: StaticString, as value: CanonicalJSON) throws(ManifestFault)
    -> CanonicalJSON
  {
    for character in word.description.utf8 {
      guard take(character) else { throw fault("\(word) is cut short") }
    }
    return value
  }

  private mutating func value(depth: Int) throws(ManifestFault) -> CanonicalJSON {
    guard depth < Self.greatestDepth else {
      throw fault("lists and objects nest deeper than \(Self.greatestDepth)")
    }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try take("true", as: .bool(true))
    case UInt8(ascii: "f"): return try take("false", as: .bool(false))
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return .integer(try integer())
    case nil: throw fault("the JSON ends too early")
    default: throw fault("a value was expected")
    }
  }

  private mutating func object(depth: Int) throws(ManifestFault) -> CanonicalJSON {
    offset += 1
    var members: [String: CanonicalJSON] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      guard next == UInt8(ascii: "\"") else { throw fault("a key was expected") }
      let key = try string()
      guard members[key] == nil else { throw fault("the key '\(key)' stands twice") }
      guard take(UInt8(ascii: ":")) else { throw fault("':' was expected") }
      members[key] = try value(depth: depth + 1)
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or '}' was expected") }
    }
  }

  private mutating func array(depth: Int) throws(ManifestFault) -> CanonicalJSON {
    offset += 1
    var elements: [CanonicalJSON] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw fault("',' or ']' was expected") }
    }
  }

  private mutating func integer() throws(ManifestFault) -> Int64 {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { offset += 1 }
    if let character = next, ".eE".utf8.contains(character) { throw fault("numbers are whole here") }
    guard let number = Int64(String(decoding: bytes[start..<offset], as: UTF8.self)),
      number.magnitude <= CanonicalJSON.greatestInteger.magnitude
    else { throw fault("the number is not within ±(2^53 - 1)") }
    return number
  }

  private mutating func string() throws(ManifestFault) -> String {
    offset += 1
    var text: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw fault("the text is not UTF-8")
        }
        return string
      case UInt8(ascii: "\\"): text.append(try escaped())
      case 0..<0x20: throw fault("a control character stands bare in a text")
      default: text.append(byte)
      }
    }
    throw fault("a text does not end")
  }

  private mutating func escaped() throws(ManifestFault) -> UInt8 {
    guard let letter = next else { throw fault("a text does not end") }
    offset += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return letter
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "u"):
      guard bytes.count - offset >= 4,
        let code = Hex.decode(String(decoding: bytes[offset..<offset + 4], as: UTF8.self)), code.count == 2,
        code[0] == 0, code[1] < 0x20
      else { throw fault("only control characters are escaped by number in canonical JSON") }
      offset += 4
      return code[1]
    default: throw fault("no such escape")
    }
  }
}

/// Why bytes are no manifest: which place of them, and what is wrong there.
package struct ManifestFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// `byte 17`, or a path into the value such as `tasks[3].command[0]`.
  package var place: String
  package var problem: String

  package init(place: String, problem: String) {
    self.place = place
    self.problem = problem
  }

  package var description: String { "the manifest is refused at \(place): \(problem)" }
}
