/// A JSON object of a manifest while it is read: each key is asked for once, and none may be left over.
struct ManifestObject {
  private let members: [String: CanonicalJSON]
  /// Of the object, such as `tasks[3]`.
  let place: String

  /// - Parameter optional: keys that need not be there.
  init(
    _ value: CanonicalJSON, at place: String, keys: Set<String>, optional: Set<String> = []
  ) throws(ManifestFault) {
    guard case .object(let members) = value else {
      throw ManifestFault(place: place, problem: "an object was expected")
    }
    self.members = members
    self.place = place
    if let spare = members.keys.sorted().first(where: { !keys.contains($0) && !optional.contains($0) }) {
      throw ManifestFault(place: place, problem: "the key '\(spare)' is not known")
    }
    if let absent = keys.sorted().first(where: { members[$0] == nil }) {
      throw ManifestFault(place: place, problem: "the key '\(absent)' is missing")
    }
  }

  func place(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  func fault(_ key: String, _ problem: String) -> ManifestFault {
    ManifestFault(place: place(of: key), problem: problem)
  }

  func value(_ key: String) throws(ManifestFault) -> CanonicalJSON {
    guard let value = members[key] else { throw fault(key, "it is missing") }
    return value
  }

  func has(_ key: String) -> Bool { members[key] != nil }

  func string(_ key: String) throws(ManifestFault) -> String {
    guard case .string(let text) = try value(key) else { throw fault(key, "text was expected") }
    return text
  }

  func bool(_ key: String) throws(ManifestFault) -> Bool {
    guard case .bool(let flag) = try value(key) else { throw fault(key, "true or false was expected") }
    return flag
  }

  func integer<Number: FixedWidthInteger>(
    _ key: String, _ range: ClosedRange<Number>
  ) throws(ManifestFault) -> Number {
    guard case .integer(let number) = try value(key), let number = Number(exactly: number),
      range.contains(number)
    else { throw fault(key, "a whole number from \(range.lowerBound) to \(range.upperBound) was expected") }
    return number
  }

  func array(_ key: String, atMost bound: Int) throws(ManifestFault) -> [CanonicalJSON] {
    guard case .array(let elements) = try value(key) else { throw fault(key, "a list was expected") }
    guard elements.count <= bound else {
      throw fault(key, "\(elements.count) elements; \(bound) are the most")
    }
    return elements
  }

  func strings(_ key: String, atMost bound: Int) throws(ManifestFault) -> [String] {
    var texts: [String] = []
    for element in try array(key, atMost: bound) {
      guard case .string(let text) = element else { throw fault(key, "a list of texts was expected") }
      texts.append(text)
    }
    return texts
  }

  func stringMap(_ key: String, atMost bound: Int) throws(ManifestFault) -> [String: String] {
    guard case .object(let members) = try value(key) else { throw fault(key, "an object was expected") }
    guard members.count <= bound else { throw fault(key, "\(members.count) members; \(bound) are the most") }
    var map: [String: String] = [:]
    for (name, value) in members {
      guard case .string(let text) = value else { throw fault(key, "the value of '\(name)' is not text") }
      map[name] = text
    }
    return map
  }
}
