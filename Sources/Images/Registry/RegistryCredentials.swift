private import FoundationEssentials
private import Glibc
internal import Workload

/// Names and passwords for registries, as containers-auth.json(5) and Docker's config.json keep them: `auths`, by registry or
/// by repository, each with `auth`, the Base64 of `USER:PASSWORD`.
package struct RegistryCredentials: Sendable {
  package static let none = RegistryCredentials(file: nil, entries: [:])

  private let file: String?
  /// What stands after `Basic ` (RFC 7617), by `HOST[:PORT][/NAME]`; nothing for an entry without a password.
  private let entries: [String: String?]

  private init(file: String?, entries: [String: String?]) {
    self.file = file
    self.entries = entries
  }

  private static let greatestFile = ByteCount.mebibytes(1)

  /// Reads a file that belongs to this user and that nobody else may read.
  package init(file path: String) throws(ImageError) {
    let text = try Self.readPrivately(path)
    let form: Form
    do {
      form = try JSONDecoder().decode(Form.self, from: Data(text))
    } catch {
      throw .machine(
        "\(path) is no file of registry passwords; write one with: skopeo login --authfile \(path) REGISTRY")
    }
    var entries: [String: String?] = [:]
    for (key, entry) in form.auths ?? [:] {
      let auth = (entry.auth ?? "").isEmpty ? nil : entry.auth
      if let auth, !Self.isPassword(auth) {
        throw .machine(
          "the entry '\(printable(key))' of \(path) has an 'auth' that isn't the Base64 of USER:PASSWORD")
      }
      entries.updateValue(auth, forKey: Self.place(key))
    }
    self.init(file: path, entries: entries)
  }

  private struct Form: Decodable {
    struct Entry: Decodable { var auth: String? }
    var auths: [String: Entry]?
  }

  /// For the repository's nearest entry: its own, that of what it lies below, that of its registry.
  ///
  /// - Returns: nothing where there is none.
  /// - Throws: where the entry holds no password, but something that isn't understood here.
  func basic(for reference: RegistryReference) throws(ImageError) -> String? {
    var place = "\(reference.host)/\(reference.repository)"[...]
    while true {
      if let entry = entries[String(place)] {
        if let entry { return entry }
        throw .machine(
          "\(file ?? "") names \(place) without a password: identity tokens and credential helpers aren't asked here;"
            + " write it with: skopeo login --authfile \(file ?? "FILE") \(reference.host)")
      }
      guard let slash = place.lastIndex(of: "/") else { return nil }
      place = place[..<slash]
    }
  }

  /// Docker writes addresses for keys, and Docker Hub's by two other names.
  private static func place(_ key: String) -> String {
    var text = key[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
    while text.last == "/" { text = text.dropLast() }
    for version in ["/v1", "/v2"] where text.hasSuffix(version) { text = text.dropLast(version.count) }
    for alias in ["index.docker.io", "registry-1.docker.io"] {
      if text == alias || text.hasPrefix(alias + "/") { return "docker.io" + text.dropFirst(alias.count) }
    }
    return String(text)
  }

  private static func isPassword(_ text: String) -> Bool {
    guard let bytes = Data(base64Encoded: text) else { return false }
    return bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
  }

  private static func readPrivately(_ path: String) throws(ImageError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(FileError("open", path, code: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(FileError("look at", path, code: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw .machine(
        "\(path) holds passwords, so it must be a regular file of this user that nobody else may read: chmod 600 \(path)"
      )
    }
    return try filing { () throws(FileError) in
      try LocalFile.read(descriptor: descriptor, named: path, limit: greatestFile)
    }
  }
}

extension RegistryCredentials: CustomStringConvertible {
  /// Without the passwords: whoever logs a value that holds this one logs this text.
  package var description: String { file.map { "passwords of \($0)" } ?? "no passwords" }
}
