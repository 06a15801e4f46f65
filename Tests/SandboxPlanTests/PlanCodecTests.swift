import SandboxPlan
import TestSupport
import Testing

extension SetupPlan {
  /// Every kind of step, with values of every size.
  static func random(_ generator: inout SplitMix64) -> SetupPlan {
    func text() -> String {
      let alphabet = Array("/abc.äé€𝄞 \n=:-")
      return String(
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? "x"
        })
    }
    func number<Number: FixedWidthInteger>() -> Number { .random(in: .min ... .max, using: &generator) }
    func blob() -> [UInt8] { (0..<Int.random(in: 0...40, using: &generator)).map { _ in number() } }
    func flag() -> Bool { .random(using: &generator) }
    func texts() -> [String] { (0..<Int.random(in: 0...4, using: &generator)).map { _ in text() } }
    func steps() -> [SetupStep] {
      let all: [SetupStep] = [
        .openCgroup(path: text()),
        .cloneTree(slot: number(), path: text(), isRecursive: flag(), attributes: number()),
        .openFile(slot: number(), path: text()), .oomScore(number()), .cloneInit(namespaces: number()),
        .makeGroup(path: text()), .setGroup(path: text(), value: text(), mayBeMissing: flag()),
        .openGroup(slot: number(), path: text()),
        .mapTrees(firstSlot: number(), count: number(), stored: number(), shown: number()),
        .makeDevices(
          slot: number(),
          nodes: texts().map { _ in
            DeviceNode(device: number(), mode: number(), user: number(), group: number())
          }),
        .mapIDs(
          IDMapping(
            insideUser: number(), insideGroup: number(), user: number(), group: number(),
            writer: [.privileged, .tools, .own].randomElement(using: &generator) ?? .own)),
        .joinGroup(slot: number()), .unshare(number()),
        .makeMountsPrivate, .becomeID(user: number(), group: number(), clearsGroups: flag()),
        .mountOverlay(path: text(), options: text()), .pivotTo(path: text()), .listen(port: number()),
        .newKeyring, .lockSecurebits,
        .landlock(
          LandlockFence(
            files: number(), network: number(), scopes: number(),
            rules: texts().map { LandlockFence.Rule(path: $0, files: number()) })),
        .newFilesystem(
          slot: number(), type: text(), options: texts().map { MountOption($0, text()) }, attributes: number()
        ),
        .pivot(slot: number()), .makeDirectory(path: text(), mode: number()),
        .makeFile(path: text(), mode: number(), contents: blob()), .makeLink(path: text(), target: text()),
        .attachTree(slot: number(), path: text()),
        .copyFile(slot: number(), path: text(), mode: number(), size: number()), .mask(path: text()),
        .makeReadOnly(path: text(), isMount: flag()), .hostname(text()), .hideInit, .handOver(path: text()),
        .startPayload, .newSession, .changeDirectory(path: text()), .limitResource(number(), number()),
        .affinity(blob()), .noNewPrivileges, .dropCapabilities, .closeDescriptors, .filter(program: blob()),
        .execute(path: text(), arguments: texts(), environment: texts()),
      ]
      return all.shuffled(using: &generator)
    }
    return SetupPlan(
      launcherSteps: steps(), initSteps: steps(), payloadSteps: steps(),
      supervision: Supervision(
        setupMilliseconds: number(), wallMilliseconds: number(), graceMilliseconds: number(),
        streamBytes: number(),
        processorTime: flag()
          ? ProcessorTime(
            limitMicroseconds: number(), path: text(), key: text(), unitsPerMicrosecond: number(),
            processors: number()) : nil,
        freezer: flag() ? Freezer(path: text(), frozen: text(), thawed: text()) : nil))
  }
}

@Suite struct PlanCodecTests {
  @Test(arguments: 0..<200 as Range<UInt64>) func whatIsWrittenIsRead(seed: UInt64) throws {
    var generator = SplitMix64(seed)
    let plan = SetupPlan.random(&generator)
    #expect(try SetupPlan(decoding: plan.encoded) == plan)
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func everyCutIsMalformed(seed: UInt64) {
    var generator = SplitMix64(seed)
    let bytes = SetupPlan.random(&generator).encoded
    for count in bytes.indices {
      #expect(throws: MalformedPlan.self) { try SetupPlan(decoding: Array(bytes[..<count])) }
    }
    #expect(throws: MalformedPlan.self) { try SetupPlan(decoding: bytes + [0]) }
  }

  /// A flipped byte is another plan or none; it never crashes, and never asks for memory that isn't there.
  @Test(arguments: 0..<20 as Range<UInt64>) func hostileBytesAreReadOrRefused(seed: UInt64) {
    var generator = SplitMix64(seed)
    let good = SetupPlan.random(&generator).encoded
    var read = 0
    for _ in 0..<500 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
          in: .min ... .max, using: &generator)
      }
      guard let plan = try? SetupPlan(decoding: bytes) else { continue }
      read += 1
      #expect((try? SetupPlan(decoding: plan.encoded)) == plan)
    }
    #expect(read > 0, "some flips hit a number or a letter, and still make a plan")
  }

  @Test func aLyingCountAsksForNothing() {
    let head = [2] + [UInt8](repeating: 0, count: 34)
    #expect(throws: MalformedPlan.self) { try SetupPlan(decoding: head + [0xff, 0xff, 0xff, 0xff]) }
    #expect(throws: MalformedPlan.self) { try SetupPlan(decoding: [1] + head.dropFirst()) }
    #expect(throws: MalformedPlan.self) { try SetupPlan(decoding: []) }
  }

  /// The bytes on the wire: helper and daemon may be of different builds for a moment during an upgrade.
  @Test func theBytesOfASmallPlan() {
    let plan = SetupPlan(
      launcherSteps: [.oomScore(-2)], initSteps: [.hideInit, .hostname("ab")],
      payloadSteps: [.limitResource(7, 258)],
      supervision: Supervision(
        setupMilliseconds: 1, wallMilliseconds: 2, graceMilliseconds: 3, streamBytes: 4))
    let expected: [UInt8] =
      [2, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
      + [0, 0]
      + [1, 0, 0, 0, 4, 0xfe, 0xff, 0xff, 0xff]
      + [2, 0, 0, 0, 45, 44, 2, 0, 0, 0, 0x61, 0x62]
      + [1, 0, 0, 0, 66, 7, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]
    #expect(plan.encoded == expected)
  }
}

@Suite struct SetupReportTests {
  @Test(arguments: [
    SetupReport.started, .listening, .ended, .failed(step: 0, errno: 1), .failed(step: 70, errno: 133),
    .payloadEnded(code: 1, status: 255), .payloadEnded(code: 2, status: 31),
    .payloadEnded(code: 3, status: 11),
  ])
  func eachReportIsEightBytesAndItself(report: SetupReport) throws {
    #expect(report.encoded.count == SetupReport.size)
    #expect(try SetupReport(decoding: report.encoded) == report)
  }

  @Test func anEndReportIsItself() throws {
    var end = EndReport()
    end.code = 2
    end.status = 9
    end.isTimedOut = true
    end.isErrorTruncated = true
    end.captureErrno = 28
    end.wallMicroseconds = 1 << 40
    end.processorMicroseconds = 7
    end.maxResidentKibibytes = 99
    #expect(end.encoded.count == EndReport.size)
    #expect(try EndReport(decoding: end.encoded) == end)
    #expect(throws: MalformedPlan.self) { try EndReport(decoding: Array(end.encoded.dropLast())) }
  }
}
