import Testing
import Workload

@Suite struct BagFileTests {
  private static let program = ContentDigest(of: Array("program".utf8))
  private static let prices = ContentDigest(of: Array("prices".utf8))

  /// A disk that holds `efast` and `prices.csv`, so that reading is tested without one.
  private func identify(_ source: String) throws(InputFault) -> InputIdentity {
    switch source {
    case "efast": return InputIdentity(path: "/disk/efast", digest: Self.program, size: ByteCount(7))
    case "prices.csv": return InputIdentity(path: "/disk/prices.csv", digest: Self.prices, size: ByteCount(6))
    default: throw InputFault("does not exist", nearest: source == "prices.cvs" ? "prices.csv" : nil)
    }
  }

  private func resolve(_ text: String) throws(Mistakes) -> ResolvedBag {
    try BagFile(reading: text, file: "bag.yaml").resolve(identify)
  }

  private func mistakes(_ text: String) -> [String] {
    #expect(throws: Mistakes.self) { try resolve(text) }.map { $0.all.map(\.description) } ?? []
  }

  private static let model = """
    name: efast
    command: [/bin/efast, --seed, "{seed}", --strike, "{strike}", --note, "{{}}"]
    inputs:
      /bin/efast: {path: efast, executable: true}
      /in/prices.csv: prices.csv
    outputs: ["result-{seed}.json"]
    environment:
      SEED: "{seed}"
    limits: {cpus: 0.5, memory: 64 MiB, disk: 1 MiB, processes: 4, wall_time: 10 s}
    sweep:
      strike: [90, 100.5]
      seed: {from: 10, to: 4, step: -3}
    replicas: 2
    price: 0.002 EUR
    deadline: 2 h
    expected_time: 500 ms
    """

  @Test func aSweepExpandsToTheProductOfItsAxesTheFirstSlowest() throws {
    let resolved = try resolve(Self.model)
    let bag = resolved.bag
    #expect(bag.tasks.map(\.name) == (1...6).map { "efast-000\($0)" })
    #expect(
      bag.tasks.map { [$0.command[2], $0.command[4]] } == [
        ["10", "90"], ["7", "90"], ["4", "90"], ["10", "100.5"], ["7", "100.5"], ["4", "100.5"],
      ])
    let task = bag.tasks[1]
    #expect(task.command == ["/bin/efast", "--seed", "7", "--strike", "90", "--note", "{}"])
    #expect(task.outputs == ["result-7.json"])
    #expect(task.environment == ["SEED": "7"])
    #expect(
      task.inputs == [
        InputFile(path: "/bin/efast", digest: Self.program, size: ByteCount(7), isExecutable: true),
        InputFile(path: "/in/prices.csv", digest: Self.prices, size: ByteCount(6)),
      ])
    #expect(
      task.limits
        == Limits(
          milliCPUs: 500, memory: .mebibytes(64), disk: .mebibytes(1), processes: 4, wallMilliseconds: 10_000)
    )
    #expect(bag.price == MicroEuros(2000))
    #expect(bag.trust == 2)
    #expect(bag.replicaCap == 5)
    #expect(bag.deadlineMilliseconds == 7_200_000)
    #expect(bag.expectedMilliseconds == 500)
    #expect(resolved.sources == [Self.program: "/disk/efast", Self.prices: "/disk/prices.csv"])
  }

  @Test func withoutASweepThereIsOneTaskOfTheBagsName() throws {
    let bag = try resolve(
      "name: one\ncommand: [/p]\ninputs: {/p: {path: efast, executable: true}}\nprice: 1 ct\n"
    ).bag
    #expect(bag.tasks.map(\.name) == ["one"])
    #expect(bag.price == MicroEuros(10_000))
    #expect(bag.determinism == .bitExact)
  }

  @Test func ratesOfDisksAreReadWithTheirUnits() throws {
    let text = inImage(
      "docker://docker.io/library/x@\(Self.digest)",
      "limits: {read_rate: 20 MiB/s, write_rate: 512 kB/s, read_iops: 1000}")
    #expect(
      try resolve(text).bag.tasks[0].limits.deviceRates
        == DeviceRates(readBytes: 20 << 20, writeBytes: 512_000, readOperations: 1000))
    let wrong = text.replacing("20 MiB/s", with: "20 MiB").replacing("512 kB/s", with: "1 B/s")
      .replacing("1000", with: "1")
    #expect(
      mistakes(wrong) == [
        "bag.yaml:4:21: read_rate must be a rate, but '20 MiB' has the unit 'MiB'; use one of B/s, kB/s, KiB/s, MB/s, MiB/s, GB/s, GiB/s",
        "bag.yaml:4:41: write_rate must be from 65536 B/s to 1125899906842624 B/s, not 1 B/s",
        "bag.yaml:4:59: read_iops must be from 10 to 1000000000, not 1",
      ])
  }

  @Test func anInputByDigestNeedsNoFile() throws {
    let resolved = try resolve(
      """
      name: one
      command: [/p]
      inputs:
        /p: {digest: "\(Self.program)", size: 7 B, executable: true}
      price: 1 EUR
      """)
    #expect(resolved.bag.tasks[0].inputs[0].digest == Self.program)
    #expect(resolved.sources.isEmpty)
  }

  private static let digest = ContentDigest(of: Array("manifest".utf8))

  private func inImage(_ image: String, _ more: String = "") -> String {
    "name: one\nimage: \(image)\nprice: 1 EUR\n\(more)"
  }

  @Test func anImageByDigestNeedsNoCommandAndNobodyToAsk() throws {
    let file = BagFile(
      reading: inImage("docker://registry.example:5000/tools/x:v1@\(Self.digest)"), file: "bag.yaml")
    #expect(file.unpinnedImage == nil)
    let task = try file.resolve(identify).bag.tasks[0]
    #expect(task.command == [])
    // The tag goes: the digest says all.
    let image = PinnedImage(digest: Self.digest, repository: "registry.example:5000/tools/x")
    #expect(task.root == .image(image))
    #expect(image.reference?.description == "docker://registry.example:5000/tools/x@\(Self.digest)")
  }

  @Test func aTagBecomesTheDigestThatTheRegistryGives() throws {
    let text = inImage(
      "docker://docker.io/library/busybox:1.36", "command: [sh, -c, 'echo {n}']\nsweep: {n: [1, 2]}")
    let file = BagFile(reading: text, file: "bag.yaml")
    #expect(file.unpinnedImage?.description == "docker://docker.io/library/busybox:1.36")
    let bag = try file.resolve(imageDigest: .success(Self.digest), identify).bag
    let image = RootFilesystem.image(
      PinnedImage(digest: Self.digest, repository: "docker.io/library/busybox"))
    #expect(bag.tasks.map(\.root) == [image, image])
    #expect(bag.tasks[1].command == ["sh", "-c", "echo 2"])
    #expect(try Bag(manifest: bag.manifest, digest: bag.manifestDigest) == bag)
  }

  @Test func anImageThatCannotBePinnedIsAMistakeAtItsPlaceWithAllOthers() {
    let text = inImage("docker://docker.io/library/busybox:1.36", "outputs: [/etc/x]")
    let file = BagFile(reading: text, file: "bag.yaml")
    for (digest, part) in [
      (Result<ContentDigest, InputFault>?.some(.failure(InputFault("isn't there"))), "isn't there"),
      (nil, "is named by a tag, and nobody asked its registry for the digest"),
    ] {
      let mistakes = #expect(throws: Mistakes.self) { try file.resolve(imageDigest: digest, identify) }
      #expect(
        mistakes?.all.map(\.description) == [
          "bag.yaml:2:8: the image 'docker://docker.io/library/busybox:1.36' \(part)",
          "bag.yaml:4:11: outputs[0] must lie in /work, the one place that a task can write to",
        ])
    }
  }

  @Test func everyMistakeIsSaidAtOnceWithItsPlace() {
    let text = """
      name: e fast
      comand: [/bin/efast]
      command: [bin/efast, "{sed}", "a{b"]
      image: debian:12
      inputs:
        /bin/efast: efast
        /in/../x: prices.csv
        /work/p: prices.cvs
        /proc/x: {digest: abc}
      outputs: [/work/a, /etc/passwd, ../b, a/b, a]
      environment: {1A: x, B: yes, C: }
      limits: {memory: 64, cpu: 1, processes: 0, wall_time: 1 week}
      sweep:
        seed: []
        strike: {from: 1, to: 5, step: -1}
      replicas: 7
      price: 0 EUR
      determinism: exact
      """
    #expect(
      mistakes(text) == [
        "bag.yaml:1:7: name must be letters, digits, '.', '_' and '-' and start with a letter or digit, but is 'e fast'",
        "bag.yaml:2:1: unknown key 'comand' in the file; did you mean 'command'?",
        "bag.yaml:3:31: command[2] has a '{' without '}'; write '{{' for a brace",
        "bag.yaml:4:8: image must be docker://HOST/NAME with :TAG or @DIGEST, but is 'debian:12': it doesn't begin with docker://",
        "bag.yaml:8:12: the input 'prices.cvs' does not exist; did you mean 'prices.csv'?",
        "bag.yaml:9:21: digest must be sha256: and 64 lower-case hexadecimal digits, not 'abc'",
        "bag.yaml:11:15: a variable's name must be letters, digits and '_' and start with none of the digits, but is '1A'",
        "bag.yaml:11:33: C has no value; write \"\" for empty text",
        "bag.yaml:12:18: memory must be a size, but '64' has no unit; use one of B, kB, KiB, MB, MiB, GB, GiB, TiB",
        "bag.yaml:12:22: unknown key 'cpu' in limits; did you mean 'cpus'?",
        "bag.yaml:12:41: processes must be from 1 to 32768, not 0",
        "bag.yaml:12:55: wall_time must be a time, but '1 week' has the unit 'week'; use one of ms, s, min, h, d",
        "bag.yaml:14:9: seed has no values, so the bag would have no task",
        "bag.yaml:15:11: strike has no values: from 1 by -1 never comes to 5",
        "bag.yaml:16:11: replicas must be from 1 to 3, not 7",
        "bag.yaml:17:8: price must be more than nothing: nodes work for no bag at 0",
        "bag.yaml:18:14: determinism must be one of bit-exact, hardware-class, not 'exact'",
      ])
  }

  @Test func whatBreaksTheRulesOfATaskIsSaidAtTheTextThatMakesIt() {
    let text = """
      name: e
      command: [/bin/efats, "{sed}"]
      inputs:
        /bin/efast: efast
        /in/../x: prices.csv
        /work/p: prices.cvs
        /dev/{seed}: {path: prices.csv, digest: "sha256:\(String(repeating: "0", count: 64))", size: 9 B}
        /in/a: prices.csv
        /in/a/b: prices.csv
      outputs: [/work/a, /etc/passwd, ../b, a/b, a, "o/{seed}", "", stdout]
      sweep: {seed: [1, 2, 3], strike: [1]}
      price: 1 EUR
      """
    #expect(
      mistakes(text) == [
        "bag.yaml:2:11: command[0] is '/bin/efats', but the task sees nothing but its inputs; did you mean '/bin/efast'? (and in 2 more tasks)",
        "bag.yaml:2:23: '{sed}' is no axis of the sweep; did you mean '{seed}'?",
        "bag.yaml:5:3: the input's path must not go through '..': '/in/../x' (and in 2 more tasks)",
        "bag.yaml:6:3: the input's path is '/work/p', but /work is the task's own writable directory; take another, such as /in (and in 2 more tasks)",
        "bag.yaml:6:12: the input 'prices.cvs' does not exist; did you mean 'prices.csv'? (and in 2 more tasks)",
        "bag.yaml:7:3: the input's path is '/dev/1', but /dev is the kernel's (and in 2 more tasks)",
        "bag.yaml:7:23: 'prices.csv' has 6 bytes, not 9 (and in 2 more tasks)",
        "bag.yaml:7:43: 'prices.csv' is \(Self.prices), not what is written here (and in 2 more tasks)",
        "bag.yaml:9:3: the input's path is '/in/a/b', but '/in/a' is a file of the same task, not a directory (and in 2 more tasks)",
        "bag.yaml:10:11: outputs[0] is kept from /work: write 'a', not '/work/a' (and in 2 more tasks)",
        "bag.yaml:10:20: outputs[1] must lie in /work, the one place that a task can write to (and in 2 more tasks)",
        "bag.yaml:10:33: outputs[2] must not go through '..': '../b' (and in 2 more tasks)",
        "bag.yaml:10:39: outputs[3] is 'a/b', but 'a' is a file of the same task, not a directory (and in 2 more tasks)",
        "bag.yaml:10:59: outputs[6] has an empty part: '' (and in 2 more tasks)",
        "bag.yaml:10:63: outputs[7] is the name of a captured stream, which is kept anyway; name the file otherwise (and in 2 more tasks)",
        "bag.yaml:11:26: the axis 'strike' is never used, so its tasks would be equal; write '{strike}' somewhere",
      ])
  }

  @Test func missingInputsAreFoundThoughTheSweepIsMistaken() {
    let found = mistakes(
      "name: e\ncommand: [/p]\ninputs: {/p: {path: nowhere, executable: true}}\nsweep: {seed: 5}\nprice: 1 EUR\n"
    )
    #expect(
      found == [
        "bag.yaml:3:21: the input 'nowhere' does not exist", "bag.yaml:4:15: seed must be a list, not '5'",
      ])
  }

  private func short(_ lines: String) -> String {
    "name: e\ncommand: [/p, \"{a}\"]\ninputs: {/p: {path: efast, executable: true}}\nprice: 1 EUR\n\(lines)"
  }

  @Test(arguments: [
    ("sweep: {a: {from: 1, to: 10001}}", "5:12: a has 10001 values; a bag holds at most 10000 tasks"),
    (
      "sweep: {a: {from: 1, to: 101}, b: {from: 1, to: 100}}\ntask_name: \"{a}-{b}\"",
      "5:8: the sweep makes 10100 tasks; a bag holds at most 10000"
    ),
    (
      "sweep: {a: [1, 2]}\ntask_name: x",
      "6:12: task_name makes 'x' more than once; name in it each of {a}"
    ),
    (
      "sweep: {a: [1, 2]}\ntask_name: \"{a}/x\"",
      "6:12: the task's name must be letters, digits, '.', '_' and '-' and start with a letter or digit, but is '1/x' (and in 1 more task)"
    ),
    ("sweep: {a: [1, 1]}", "5:16: a[1] is '1', which stands twice"),
    ("sweep: {a: {from: 1, to: 2, step: 0}}", "5:35: step must not be 0"),
    (
      "sweep: {a: [1]}\nreplicas: 2\ntrust: 5",
      "6:11: 'replicas' and 'trust' ask for the same thing in two ways; keep one of them"
    ),
    (
      "sweep: {a: [1]}\nreplicas: 3\nreplica_cap: 2",
      "7:14: replica_cap is 2, but the trust asked for starts with 3 replicas"
    ),
    (
      "sweep: {a: [1]}\nexpected_time: 2 h",
      "6:16: expected_time is 7200000 ms, but wall_time ends each task after 3600000 ms"
    ),
  ])
  func boundsAndContradictionsAreMistakes(lines: String, expected: String) {
    #expect(mistakes(short(lines)) == ["bag.yaml:" + expected])
  }

  @Test func moneyIsNotRoundedInSilence() {
    #expect(
      mistakes(
        "name: e\ncommand: [/p]\ninputs: {/p: {path: efast, executable: true}}\nprice: 0.0000015 EUR\n") == [
          "bag.yaml:4:8: price has a part that is smaller than a millionth of a euro"
        ])
  }

  @Test func aProgramThatIsNotExecutableIsAMistake() {
    #expect(
      mistakes("name: e\ncommand: [/p]\ninputs: {/p: efast}\nprice: 1 EUR\n") == [
        "bag.yaml:2:11: command[0] is the input '/p', which is not executable; give that input 'executable: true'"
      ])
  }

  @Test func anEmptyCommandIsAMistake() {
    #expect(
      mistakes("name: e\ncommand: []\nprice: 1 EUR\n") == ["bag.yaml:2:10: command must not be empty"])
  }

  @Test(arguments: [
    "", "- a", "{", "a: 1\na: 2\n", String(repeating: "[", count: 100_000), "&a [*a, *b]", "\u{0}",
  ])
  func whatIsNoBagFileIsAMistakeAndNeverACrash(text: String) {
    #expect(!mistakes(text).isEmpty)
  }

  @Test func aFileThatIsTooLargeIsNotRead() {
    let text = "name: " + String(repeating: "x", count: BagFile.greatestTextBytes)
    #expect(mistakes(text).count == 1)
  }
}
