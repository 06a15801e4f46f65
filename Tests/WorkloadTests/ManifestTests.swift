import Testing
import Workload

@Suite struct ManifestTests {
  private static let bag = Bag(
    name: "golden",
    tasks: [
      TaskSpec(
        name: "golden-0001", command: ["/bin/p", "a \"b\"\\\u{1}\n", "é€😀"],
        inputs: [
          InputFile(path: "/in/x", digest: ContentDigest(of: []), size: ByteCount(0)),
          InputFile(
            path: "/bin/p", digest: ContentDigest(of: Array("abc".utf8)), size: ByteCount(3),
            isExecutable: true),
        ],
        outputs: ["z", "a/b"], environment: ["B": "2", "A": "1"],
        limits: Limits(
          milliCPUs: 500, memory: .mebibytes(64), disk: .mebibytes(1), processes: 4, wallMilliseconds: 10_000)
      )
    ],
    price: MicroEuros(2000), trust: 2, replicaCap: 5, deadlineMilliseconds: 7_200_000,
    expectedMilliseconds: 500,
    determinism: .bitExact)

  /// Written out by hand from RFC 8785, so that a change of the format is seen here and gets a new name.
  private static let golden =
    #"{"deadline_ms":7200000,"determinism":"BITEXACT","expected_ms":500,"format":"samovar.bag/1","name":"golden","#
    + #""price_micro_euros":2000,"replica_cap":5,"tasks":[{"command":["/bin/p","a \"b\"\\\u0001\n","é€😀"],"#
    + #""environment":{"A":"1","B":"2"},"inputs":[{"digest":"#
    + #""sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","#
    + #""executable":true,"path":"/bin/p","size":3},{"digest":"#
    + #""sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","#
    + #""executable":false,"path":"/in/x","size":0}],"limits":{"disk":1048576,"grace_ms":2000,"memory":67108864,"#
    + #""milli_cpus":500,"processes":4,"stream_bytes":1048576,"wall_ms":10000},"name":"golden-0001","#
    + #""outputs":["a/b","z"],"root":"empty"}],"trust":2}"#

  @Test func aManifestHasTheBytesOfTheFormat() {
    #expect(String(decoding: Self.bag.manifest, as: UTF8.self) == Self.golden)
    // From `sha256sum` over the text above.
    #expect(
      Self.bag.manifestDigest.description
        == "sha256:4d13efa901b1a89e274537c657bef9cc54f35458a29824135c266a0e81f377af")
  }

  @Test func aManifestReadsBackAsTheSameBag() throws {
    #expect(try Bag(manifest: Self.bag.manifest, digest: Self.bag.manifestDigest) == Self.bag)
  }

  /// An image stands in a manifest by digest and repository, and in no other way.
  @Test func anImageReadsBackAndNothingElseIsTakenForOne() throws {
    var bag = Self.bag
    let image = PinnedImage(digest: ContentDigest(of: []), repository: "localhost:5000/a/b")
    bag.tasks[0].root = .image(image)
    bag.tasks[0].command = []
    let text = String(decoding: bag.manifest, as: UTF8.self)
    let root = #""root":{"image":"docker://localhost:5000/a/b@\#(ContentDigest(of: []))"}"#
    #expect(text.contains(root))
    #expect(try Bag(manifest: bag.manifest, digest: bag.manifestDigest) == bag)
    for other in [
      #"{"image":"\#(ContentDigest(of: []))"}"#, #"{"image":"docker://localhost:5000/a/b:latest"}"#,
      #"{"image":"docker://localhost:5000/a/b:latest@\#(ContentDigest(of: []))"}"#,
      #"{"image":"oci:/srv/x"}"#, #"{"image":"docker://a/b@\#(ContentDigest(of: []))"}"#, #"{"image":1}"#,
      #"{"image":"docker://localhost:5000/a/b@\#(ContentDigest(of: []))","tag":"x"}"#, #""full""#, "{}",
    ] {
      let fault = #expect(throws: ManifestFault.self, "\(other)") {
        try Bag(manifest: Array(text.replacing(root, with: "\"root\":" + other).utf8))
      }
      #expect(fault?.place.hasPrefix("tasks[0].root") == true, "\(String(describing: fault))")
    }
    // Without an image the command must be there.
    #expect(throws: ManifestFault.self) {
      try Bag(manifest: Array(text.replacing(root, with: #""root":"empty""#).utf8))
    }
  }

  @Test func ratesReadBackAndStandOnlyWhereTheyAreSet() throws {
    var bag = Self.bag
    bag.tasks[0].limits.deviceRates = DeviceRates(readBytes: 1 << 20, writeOperations: 500)
    let text = String(decoding: bag.manifest, as: UTF8.self)
    #expect(
      text.contains(#""processes":4,"rbps":1048576,"stream_bytes":1048576,"wall_ms":10000,"wiops":500}"#))
    #expect(try Bag(manifest: bag.manifest, digest: bag.manifestDigest) == bag)
    for (part, other) in [("1048576,\"stream", "1,\"stream"), ("\"wiops\":500", "\"wiops\":0")] {
      #expect(throws: ManifestFault.self) { try Bag(manifest: Array(text.replacing(part, with: other).utf8)) }
    }
  }

  @Test func otherBytesThanTheDigestNamesAreRefused() {
    let other = ContentDigest(of: [1])
    #expect(throws: ManifestFault.self) { try Bag(manifest: Self.bag.manifest, digest: other) }
  }

  /// Each changes one thing of the golden manifest; none may be taken.
  @Test(arguments: [
    (#""trust":2}"#, #""trust":2} "#, "byte"),
    (#""trust":2}"#, #""trust":2,"trust":2}"#, "byte"),
    (#""trust":2}"#, #""trust":2,"zeal":1}"#, "'zeal' is not known"),
    (#""trust":2}"#, #""trust":02}"#, "not canonical"),
    (#""trust":2}"#, #""trust":2.0}"#, "numbers are whole"),
    (#""trust":2}"#, #""trust":0}"#, "trust: a whole number from 1"),
    (#""trust":2}"#, #""trust":-0}"#, "not canonical"),
    (#""trust":2}"#, #""trust":99999999999999999999}"#, "not within"),
    (#""trust":2}"#, #""trust":"2"}"#, "trust: a whole number"),
    (#""trust":2}"#, #""trust":2"#, "byte"),
    (#""replica_cap":5"#, #""replica_cap":57"#, "replica_cap"),
    (#""replica_cap":5"#, #""replica_cap":1"#, "fewer replicas than the trust"),
    (#""price_micro_euros":2000"#, #""price_micro_euros":0"#, "price_micro_euros"),
    ("samovar.bag/1", "samovar.bag/2", "another version"),
    ("BITEXACT", "EXACT", "determinism"),
    (#""name":"golden","#, #""name":"../golden","#, "name: must be letters"),
    (#""root":"empty""#, #""root":{"directory":"/"}"#, "root"),
    (#""/bin/p","a"#, #""/bin/q","a"#, "command[0]"),
    (#""path":"/in/x""#, #""path":"/in/../x""#, "inputs[1].path"),
    (#""path":"/in/x""#, #""path":"/a/x""#, "not sorted"),
    (#"["a/b","z"]"#, #"["z","a/b"]"#, "not sorted"),
    (#"["a/b","z"]"#, #"["/etc/x","z"]"#, "outputs[0]"),
    (#""A":"1""#, #""A=":"1""#, "environment.A="),
    (#""A":"1""#, #""A":1"#, "is not text"),
    (#""disk":1048576"#, #""disk":0"#, "limits.disk"),
    ("sha256:ba78", "sha256:BA78", "digest"),
    ("\\n\"", "\\u000a\"", "not canonical"),
    ("\\u0001", "\u{1}", "control character"),
    ("é", "\\u00e9", "escaped by number"),
  ])
  func hostileManifestsAreRefusedWithTheReason(part: String, replacement: String, reason: String) throws {
    let range = try #require(Self.golden.firstRange(of: part), "the golden manifest has no \(part)")
    var text = Self.golden
    text.replaceSubrange(range, with: replacement)
    let fault = #expect(throws: ManifestFault.self) { try Bag(manifest: Array(text.utf8)) }
    #expect(try #require(fault).description.contains(reason))
  }

  @Test func noPrefixAndNoSingleByteChangeCrashesOrIsTakenForTheSame() throws {
    let bytes = Self.bag.manifest
    for count in 0..<bytes.count {
      #expect(throws: ManifestFault.self) { try Bag(manifest: Array(bytes[..<count])) }
    }
    for index in bytes.indices {
      for value in [0, 0x22, 0x7B, 0xC3, 0xFF, bytes[index] ^ 1] where value != bytes[index] {
        var changed = bytes
        changed[index] = UInt8(value)
        // A change of a letter in a text may be another right bag, but then it is another.
        if let other = try? Bag(manifest: changed) { #expect(other != Self.bag) }
      }
    }
  }

  @Test func nestingAndSizeHaveBounds() {
    let deep = Array(String(repeating: "[", count: 1_000_000).utf8)
    #expect(throws: ManifestFault.self) { try CanonicalJSONReader.read(deep) }
    let large = [UInt8](repeating: 0x20, count: BagBounds.manifestBytes + 1)
    #expect(throws: ManifestFault.self) { try Bag(manifest: large) }
  }

  @Test func keysAreSortedByTheirUTF16CodeUnits() {
    // The example of RFC 8785 §3.2.3, shortened.
    let value = CanonicalJSON.object([
      "\u{20AC}": .integer(Int64(1)), "\r": .integer(Int64(2)), "\u{FB33}": .integer(Int64(3)),
      "1": .integer(Int64(4)),
      "\u{1F600}": .integer(Int64(5)), "\u{80}": .integer(Int64(6)), "\u{F6}": .integer(Int64(7)),
    ])
    #expect(
      String(decoding: value.bytes, as: UTF8.self)
        == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{F6}\":7,\"\u{20AC}\":1,\"\u{1F600}\":5,\"\u{FB33}\":3}")
  }

  @Test func escrowIsAllReplicasAndTheAuditPremiumRoundedUp() {
    #expect(Self.bag.escrowPerTask() == MicroEuros(2000 * 5 + 120))
    var odd = Self.bag
    odd.price = MicroEuros(1)
    #expect(odd.escrowPerTask() == MicroEuros(6))
    odd.price = MicroEuros(BagBounds.price.upperBound)
    odd.replicaCap = BagBounds.replicaCap.upperBound
    odd.tasks = Array(repeating: odd.tasks[0], count: 10)
    #expect(odd.escrow() == MicroEuros(10 * (9_000_000_000_000 + 60_000_000_000)))
  }

  @Test func aTaskHasAnAddressOfItsOwn() {
    var other = Self.bag.tasks[0]
    #expect(other.specificationDigest == Self.bag.tasks[0].specificationDigest)
    other.environment["A"] = "3"
    #expect(other.specificationDigest != Self.bag.tasks[0].specificationDigest)
  }
}
