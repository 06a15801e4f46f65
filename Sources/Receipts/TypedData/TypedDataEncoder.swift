internal import Workload

/// EIP-712's `encodeType` and `encodeData` for types that are known at run time only.
struct TypedDataEncoder {
  let types: [String: [TypedData.Member]]

  /// Type hash and members of a struct.
  func encode(
    _ values: [String: JSONValue], as name: String, at place: String
  ) throws(TypedDataError) -> [UInt8] {
    guard let members = types[name] else { throw .unknownType(name, at: place) }
    var bytes = Keccak256.hash(encodedType(name)).bytes
    for member in members {
      let memberPlace = "\(place).\(member.name)"
      guard let value = values[member.name] else { throw .missing(at: memberPlace) }
      bytes += try word(value, as: member.type[...], at: memberPlace).bytes
    }
    return bytes
  }

  /// The struct's own type, then those that it refers to, by name.
  func encodedType(_ name: String) -> String {
    var found: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      guard let members = types[next], found.insert(next).inserted else { continue }
      open += members.map { String($0.type.prefix { $0 != "[" }) }
    }
    found.remove(name)
    return ([name] + found.sorted()).map { name in
      let members = (types[name] ?? []).map { "\($0.type) \($0.name)" }
      return "\(name)(\(members.joined(separator: ",")))"
    }.joined()
  }

  /// A member's word: itself, or the hash of what is longer.
  private func word(
    _ value: JSONValue, as type: Substring, at place: String
  ) throws(TypedDataError) -> Bytes32 {
    if type.hasSuffix("]") { return try array(value, as: type, at: place) }
    if types[String(type)] != nil {
      // As wallets do: a struct that is not there hashes to nothing.
      if value == .null { return .zero }
      guard case .object(let values) = value else { throw .unfit(type: String(type), at: place) }
      return Keccak256.hash(try encode(values, as: String(type), at: place))
    }
    guard isAtomic(type) else { throw .unknownType(String(type), at: place) }
    guard let word = atomic(value, as: type) else { throw .unfit(type: String(type), at: place) }
    return word
  }

  /// `T[]` or `T[n]`: the hash of the elements' words. The last bracket is the outermost.
  private func array(
    _ value: JSONValue, as type: Substring, at place: String
  ) throws(TypedDataError) -> Bytes32 {
    guard let bracket = type.lastIndex(of: "["), case .array(let elements) = value else {
      throw .unfit(type: String(type), at: place)
    }
    let count = type[type.index(after: bracket)...].dropLast()
    guard count.isEmpty || Int(count) == elements.count else { throw .unfit(type: String(type), at: place) }
    var hash = Keccak256()
    for (index, element) in elements.enumerated() {
      hash.update(try word(element, as: type[..<bracket], at: "\(place)[\(index)]"))
    }
    return hash.finalized()
  }

  private func atomic(_ value: JSONValue, as type: Substring) -> Bytes32? {
    switch value {
    case .bool(let flag): type == "bool" ? flag.abiWord : nil
    case .integer(let text): integer(text, as: type)
    case .string(let text):
      switch type {
      case "string": Keccak256.hash(text)
      case "bytes": text.hasPrefix("0x") ? Hex.decode(text).map { Keccak256.hash($0) } : nil
      case "address": Address(text)?.word
      default: type.hasPrefix("bytes") ? fixedBytes(text, as: type) : integer(text, as: type)
      }
    case .null, .array, .object: nil
    }
  }

  private func fixedBytes(_ text: String, as type: Substring) -> Bytes32? {
    guard let size = Self.size(of: type, after: "bytes"), text.hasPrefix("0x"), let bytes = Hex.decode(text),
      bytes.count == size
    else { return nil }
    return Bytes32(bytes + [UInt8](repeating: 0, count: 32 - size))
  }

  private func integer(_ text: String, as type: Substring) -> Bytes32? {
    if let bits = Self.size(of: type, after: "uint") {
      return WideInteger.word(text, bits: bits, isSigned: false)
    }
    if let bits = Self.size(of: type, after: "int") {
      return WideInteger.word(text, bits: bits, isSigned: true)
    }
    return nil
  }

  private func isAtomic(_ type: Substring) -> Bool {
    switch type {
    case "bool", "string", "bytes", "address": true
    default:
      if let size = Self.size(of: type, after: "bytes") {
        (1...32).contains(size)
      } else if let bits = Self.size(of: type, after: "uint") ?? Self.size(of: type, after: "int") {
        (8...256).contains(bits) && bits.isMultiple(of: 8)
      } else {
        false
      }
    }
  }

  private static func size(of type: Substring, after name: String) -> Int? {
    type.hasPrefix(name) ? Int(type.dropFirst(name.count)) : nil
  }
}
