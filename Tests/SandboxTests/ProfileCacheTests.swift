import Foundation
import Glibc
import TestSupport
import Testing
import Workload

@testable import Sandbox

@Suite struct ProfileCodecTests {
  private static func profile(_ generator: inout SplitMix64) -> Profile {
    func text() -> String {
      let alphabet = Array("/abc.äé€𝄞 \n=:-\0")
      return String(
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in alphabet[pick(alphabet.count)] })
    }
    func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
    func number<Number: FixedWidthInteger>() -> Number { .random(in: .min ... .max, using: &generator) }
    func texts() -> [String] { (0..<pick(5)).map { _ in text() } }
    func action() -> SeccompPolicy.Action {
      [.allow, .log, .errno(number()), .trap, .killThread, .killProcess][pick(6)]
    }
    let destinations = ["a.example:1", "*.b.example:65535", "10.1.2.3:80", "[2001:db8::1]:443"]
    return Profile(
      name: "t", description: text(),
      limits: ProfileLimits(
        openFiles: number(), temporary: ByteCount(number()), workFiles: number(), stack: ByteCount(number()),
        lockedMemory: ByteCount(number())),
      mounts: texts(), devices: texts(),
      network: destinations.prefix(pick(5)).compactMap { try? NetworkDestination($0) },
      proc: [.masked, .processes][pick(2)], maskedPaths: texts(), readOnlyPaths: texts(),
      seccomp: SeccompPolicy(
        defaultAction: action(),
        rules: (0..<pick(6)).map { _ in
          SeccompPolicy.Rule(
            names: texts(), action: action(),
            arguments: (0..<pick(3)).map { _ in
              SeccompPolicy.Argument(
                index: UInt32(pick(6)), value: number(), valueTwo: number(),
                comparison: SeccompPolicy.Comparison.allCases[pick(7)])
            })
        }), digest: ContentDigest(of: Array(text().utf8)))
  }

  private static func compiled(seed: UInt64) -> CompiledProfile {
    var generator = SplitMix64(seed)
    let profile = profile(&generator)
    let filter: [UInt8] = (0..<8 * Int.random(in: 1...9, using: &generator)).map { _ in
      .random(in: 0...255, using: &generator)
    }
    return CompiledProfile(profile: profile, filter: filter)
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func whatIsWrittenIsRead(seed: UInt64) throws {
    let compiled = Self.compiled(seed: seed)
    #expect(try CompiledProfile("t", entry: compiled.entry([])) == compiled)
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func everyCutIsMalformed(seed: UInt64) {
    let bytes = Self.compiled(seed: seed).entry([])
    for count in bytes.indices {
      #expect(throws: MalformedEntry.self) { try CompiledProfile("t", entry: Array(bytes[..<count])) }
    }
    #expect(throws: MalformedEntry.self) { try CompiledProfile("t", entry: bytes + [0]) }
  }

  /// What a changed entry comes to is written as it was read, or is malformed: never a crash.
  @Test(arguments: 0..<200 as Range<UInt64>) func changedBytesAreAValueOrMalformed(seed: UInt64) throws {
    var generator = SplitMix64(seed &+ 1000)
    var bytes = Self.compiled(seed: seed).entry([])
    for _ in 0..<3 {
      bytes[Int.random(in: 4..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
    }
    guard let read = try? CompiledProfile("t", entry: bytes) else { return }
    #expect(try CompiledProfile("t", entry: read.entry([])) == read)
  }
}

@Suite struct ProfileCacheTests {
  private let place: TemporaryDirectory
  private let cache: CacheDirectory
  private let file: String

  init() throws {
    place = try TemporaryDirectory()
    cache = CacheDirectory(place.path + "/a/cache")
    file = place.path + "/p.yaml"
    try write("description: one\nseccomp: other.json\n", to: "p.yaml")
    try write(#"{"defaultAction": "SCMP_ACT_ERRNO"}"#, to: "other.json")
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(place.path)/\(name)"))
  }

  private func load() throws -> CompiledProfile {
    try ProfileFile(file, directories: []).compiled(cache: cache)
  }

  private var entries: [String] { HostFile.names(in: cache.path) ?? [] }

  /// Gives every entry the bytes of `profile`, as an entry that is right in itself.
  private func plant(_ planted: CompiledProfile) {
    for name in entries {
      guard let key = ContentDigest("sha256:" + name) else { continue }
      cache.write(key, planted.entry([]))
    }
  }

  private func planted() throws -> CompiledProfile {
    var planted = try load()
    planted.profile.description = "planted"
    return planted
  }

  @Test func aWarmLoadReadsTheCacheAndNothingElse() throws {
    let cold = try load()
    #expect(cold.profile.description == "one")
    #expect(cold.filter == (try SeccompCompiler.program(for: cold.profile.seccomp)))
    #expect(try load() == cold)
    plant(try planted())
    #expect(try load().profile.description == "planted", "else the file was parsed again")
    #expect(try ProfileFile(file, directories: []).compiled(cache: nil) == cold)
  }

  @Test func aChangeOfEitherFileIsSeen() throws {
    let first = try load()
    try write(#"{"defaultAction": "SCMP_ACT_KILL_PROCESS"}"#, to: "other.json")
    let second = try load()
    #expect(second.profile.seccomp.defaultAction == .killProcess)
    #expect(second.filter != first.filter)
    try write("description: two\nseccomp: other.json\n", to: "p.yaml")
    #expect(try load().profile.description == "two")
    try FileManager.default.removeItem(atPath: place.path + "/other.json")
    #expect(throws: SandboxError.self) { try load() }
  }

  @Test func entriesAreForThisUserOnly() throws {
    _ = try load()
    #expect(!entries.isEmpty)
    for path in [cache.path] + entries.map({ cache.path + "/" + $0 }) {
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o077 == 0, "\(path)")
    }
  }

  @Test(arguments: [0o720, 0o702, 0o777] as [mode_t])
  func aDirectoryThatOthersMayWriteToIsNotUsed(mode: mode_t) throws {
    _ = try load()
    plant(try planted())
    chmod(cache.path, mode)
    #expect(try load().profile.description == "one")
    chmod(cache.path, 0o700)
    #expect(try load().profile.description == "planted")
  }

  @Test func anEntryThatOthersMayWriteToOrThatIsALinkIsNotUsed() throws {
    _ = try load()
    plant(try planted())
    for name in entries { chmod(cache.path + "/" + name, 0o666) }
    #expect(try load().profile.description == "one")
    plant(try planted())
    for name in entries {
      rename(cache.path + "/" + name, place.path + "/" + name)
      symlink(place.path + "/" + name, cache.path + "/" + name)
    }
    #expect(try load().profile.description == "one")
  }

  @Test func aLinkToADirectoryIsNotUsed() throws {
    _ = try load()
    plant(try planted())
    rename(cache.path, place.path + "/b")
    symlink(place.path + "/b", cache.path)
    #expect(try load().profile.description == "one")
  }

  @Test(.enabled("giving a directory away needs root") { geteuid() == 0 })
  func aDirectoryOfAnotherUserIsNotUsed() throws {
    _ = try load()
    plant(try planted())
    chown(cache.path, 1234, 1234)
    #expect(try load().profile.description == "one")
  }

  @Test func aDamagedEntryIsMadeAgain() throws {
    let cold = try load()
    for name in entries {
      let path = cache.path + "/" + name
      var bytes = try #require(HostFile.read(path))
      for place in [0, bytes.count / 2, bytes.count - 1] {
        bytes[place] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        #expect(try load() == cold)
      }
      truncate(path, 10)
      #expect(try load() == cold)
    }
  }

  @Test func theNumberOfEntriesIsBounded() throws {
    for number in 0..<200 { cache.write(ContentDigest(of: Array("\(number)".utf8)), [1]) }
    #expect(entries.count <= 64)
    #expect(cache.read(ContentDigest(of: Array("199".utf8))) == [1])
    cache.write(ContentDigest(of: [2]), [UInt8](repeating: 0, count: 2 << 20))
    #expect(cache.read(ContentDigest(of: [2])) == nil)
  }

  /// A filter by itself is kept by its policy, for callers that have one without a file.
  @Test func filtersAreKeptByTheirPolicy() throws {
    func policy(_ errno: UInt16) -> SeccompPolicy { SeccompPolicy(defaultAction: .errno(errno), rules: []) }
    let program = try SeccompCompiler.program(for: policy(4001), cache: cache)
    #expect(cache.read(SeccompCompiler.key(policy(4001))) == program)
    cache.write(SeccompCompiler.key(policy(4002)), [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try SeccompCompiler.program(for: policy(4002), cache: cache) == [1, 2, 3, 4, 5, 6, 7, 8])
    cache.write(SeccompCompiler.key(policy(4003)), [1, 2, 3])
    #expect(try SeccompCompiler.program(for: policy(4003), cache: cache).count > 8, "no whole instructions")
  }

  @Test func itsPlace() {
    let found = CacheDirectory.standard(environment: ["HOME": "/home/x"])?.path
    if geteuid() == 0 {
      #expect(found == "/var/cache/samovar/seccomp")
    } else {
      #expect(found == "/home/x/.cache/samovar/seccomp")
      #expect(
        CacheDirectory.standard(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/c"])?.path
          == "/c/samovar/seccomp")
      #expect(CacheDirectory.standard(environment: ["XDG_CACHE_HOME": "relative"]) == nil)
    }
  }
}
