internal import Workload

/// A profile and its filter, ready for a run. A warm start reads the profile's bytes and one file of the cache: no YAML
/// is parsed and libseccomp does nothing.
package struct CompiledProfile: Sendable, Hashable {
  package var profile: Profile
  /// An array of struct sock_filter.
  package var filter: [UInt8]
  /// `SeccompPolicy.permitsLocalSocketsOnly`.
  let hasLocalSocketsOnly: Bool

  init(profile: Profile, filter: [UInt8]) {
    self.profile = profile
    self.filter = filter
    hasLocalSocketsOnly = profile.seccomp.permitsLocalSocketsOnly
  }

  /// Of the cache's entries. It changes with `ProfileCodec`, with what reading a profile means, and with what the
  /// compiler makes of a policy.
  static let format = 2

  /// Reads a profile's bytes, from the cache where they were read before.
  ///
  /// - Parameters:
  ///   - name: what it was asked for by.
  ///   - file: its path.
  ///   - cache: nothing keeps nothing.
  static func load(
    _ name: String, file: String, bytes: [UInt8], cache: CacheDirectory?, target: SeccompTarget = .current
  ) throws(SandboxError) -> CompiledProfile {
    let key = key(file: file, bytes: bytes, target: target)
    if let cache, let kept = cache.read(key), let compiled = try? CompiledProfile(name, entry: kept) {
      return compiled
    }
    var others: [Other] = []
    let profile: Profile
    do {
      profile = try Profile.read(bytes, name: name, file: file, target: target) { path in
        let bytes = HostFile.read(path)
        if let bytes { others.append(Other(path: path, digest: ContentDigest(of: bytes))) }
        return bytes
      }
    } catch {
      throw .badProfile(error)
    }
    let filter = try SeccompCompiler.program(for: profile.seccomp, cache: cache)
    let compiled = CompiledProfile(profile: profile, filter: filter)
    cache?.write(key, compiled.entry(others))
    return compiled
  }

  /// A file that a profile's seccomp section names, as it was when the entry was made.
  struct Other: Hashable, Sendable {
    var path: String
    var digest: ContentDigest
  }

  private static func key(file: String, bytes: [UInt8], target: SeccompTarget) -> ContentDigest {
    var writer = CacheWriter()
    writer.text("samovar profile \(format), \(SystemCalls.version)")
    writer.text("\(target.architecture), kernel \(target.kernel)")
    // A relative name in the file is looked for beside it.
    writer.text(file)
    writer.blob(bytes)
    return ContentDigest(of: writer.bytes)
  }

}

extension CompiledProfile {
  func entry(_ others: [Other]) -> [UInt8] {
    var writer = CacheWriter()
    writer.list(others) {
      $0.text($1.path)
      $0.text($1.digest.description)
    }
    profile.write(to: &writer)
    writer.blob(filter)
    return writer.bytes
  }

  /// Throws also where one of the other files has changed since.
  init(_ name: String, entry: [UInt8]) throws(MalformedEntry) {
    var reader = CacheReader(entry[...])
    let others = try reader.list { (inner) throws(MalformedEntry) in
      let path = try inner.text()
      guard let digest = ContentDigest(try inner.text()) else { throw MalformedEntry() }
      return Other(path: path, digest: digest)
    }
    self.init(profile: try Profile(name: name, from: &reader), filter: try reader.blob())
    try reader.expectEnd()
    guard !filter.isEmpty, filter.count.isMultiple(of: 8) else { throw MalformedEntry() }
    for other in others {
      guard let bytes = HostFile.read(other.path), ContentDigest(of: bytes) == other.digest else {
        throw MalformedEntry()
      }
    }
  }
}
