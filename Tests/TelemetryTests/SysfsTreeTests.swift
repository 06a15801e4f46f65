import Glibc
@testable import Telemetry
import TestSupport
import Testing
import Workload

@Suite struct SysfsTreeTests {
  @Test(arguments: [MachineTrees.intelServer, MachineTrees.amdServer, MachineTrees.boiler])
  func treesSurviveTheirText(tree: SysfsTree) throws {
    #expect(try SysfsTree(parsing: tree.text(comments: ["by hand"])) == tree)
  }

  @Test func filesOfEveryKindSurviveTheirText() throws {
    var random = SplitMix64(3)
    let parts = ["a", "\n", "\0", "EOF", "NULLBYTE", " ", "\r\n", "°", "Mode: 644", "\\EOF ", "#", ""]
    for number in 0..<300 {
      let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        parts.randomElement(using: &random) ?? ""
      }.joined()
      var tree = SysfsTree()
      tree.entries["sys/\(number)"] = SysfsTree.Entry(.file(Array(text.utf8)), mode: 0o444)
      tree.put("sys/after", "1")
      let again = try SysfsTree(parsing: tree.text())
      #expect(again == tree, "\(text.debugDescription)")
    }
  }

  /// The form of node_exporter's `collector/fixtures/sys.ttar`.
  @Test func theFormOfNodeExporterIsRead() throws {
    let text = """
      # Archive created by ttar -C collector/fixtures -c -f collector/fixtures/sys.ttar sys
      Directory: sys
      Mode: 755
      # ttar - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
      Path: sys/class/hwmon/hwmon0
      SymlinkTo: ../../devices/platform/coretemp.0/hwmon/hwmon0
      # ttar - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
      Path: sys/devices/platform/coretemp.0/hwmon/hwmon0/name
      Lines: 1
      coretempEOF
      Mode: 644
      # ttar - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
      Path: sys/devices/platform/coretemp.0/hwmon/hwmon0/temp1_input
      Lines: 1
      55000
      Mode: 644

      """
    let tree = try TemporaryTree(try SysfsTree(parsing: text))
    #expect(Hwmon.all(in: tree.root).devices.first?.temperatures.first?.input == .value(Celsius(55)))
  }

  @Test(arguments: [
    (
      "Path: a\nLines: 5\n1\nMode: 644\n",
      SysfsTreeError.malformed(line: 2, "'Lines: 5' is more than there are")
    ),
    ("Path: a\nLines: 1\n1\n", .malformed(line: 4, "'Mode:' is expected")),
    ("Path: a\nLines: 1\n1\nMode: 999\n", .malformed(line: 4, "'Mode: 999' is not octal")),
    ("nonsense", .malformed(line: 1, "'Path:' or 'Directory:' is expected")),
    ("Path: a\nErrno: 0\nMode: 444\n", .malformed(line: 2, "Errno is no error number")),
    ("Path: ../a\nLines: 0\nMode: 644\n", .unsafePath("../a")),
    ("Path: /etc/passwd\nLines: 0\nMode: 644\n", .unsafePath("/etc/passwd")),
    ("Directory: a/./b\nMode: 755\n", .unsafePath("a/./b")),
  ])
  func whatIsNoTreeSaysTheLine(text: String, error: SysfsTreeError) {
    #expect(throws: error) { try SysfsTree(parsing: text) }
  }

  @Test(arguments: ["/etc", "../../etc", "x/../../..", ""])
  func aLinkThatLeadsOutIsNeverUnpacked(target: String) throws {
    var tree = SysfsTree()
    tree.link("a/link", to: target)
    #expect(throws: SysfsTreeError.self) { try TemporaryTree(tree) }
  }

  @Test func nothingIsWrittenThroughALink() throws {
    var tree = SysfsTree()
    tree.link("a", to: "b")
    tree.put("a/file", "1")
    #expect(throws: SysfsTreeError.unsafePath("a/file")) { try TemporaryTree(tree) }
  }

  @Test(arguments: [MachineTrees.intelServer, MachineTrees.amdServer, MachineTrees.boiler])
  func aCaptureReadsAsTheMachineDoes(tree: SysfsTree) throws {
    let machine = try TemporaryTree(tree)
    let captured = try SysfsTree(parsing: SysfsCapture.take(from: machine.root).text())
    let copy = try TemporaryTree(captured)
    let before = HardwareReport.read(in: machine.root, board: nil, at: .zero).text
    let after = HardwareReport.read(in: copy.root, board: nil, at: .zero).text
    let anonymous = before.replacing(machine.path, with: copy.path)
      .split(separator: "\n").map { $0.contains("28-") ? $0.dropFirst(17) : $0 }
    #expect(after.split(separator: "\n").map { $0.contains("28-") ? $0.dropFirst(17) : $0 } == anonymous)
  }

  @Test func aCaptureHoldsNoSerialNumberAndNoAddress() throws {
    var tree = SysfsTree()
    tree.put("sys/bus/w1/devices/28-0316a2795cff/temperature", "20000")
    tree.put("sys/bus/w1/devices/28-0316a2795cff/id", "secret")
    tree.put("sys/class/hwmon/hwmon0/name", "hid_a4_c3_f0_12_34_56_battery")
    tree.put("sys/class/hwmon/hwmon0/temp1_label", "A4:C3:F0:12:34:56")
    tree.put("sys/class/hwmon/hwmon0/temp1_input", "20000")
    tree.put("sys/class/hwmon/hwmon0/serial_number", "12345")
    tree.put("sys/class/net/eth0/address", "a4:c3:f0:12:34:56")
    let captured = SysfsCapture.take(from: try TemporaryTree(tree).root)
    #expect(
      captured.entries.keys.sorted() == [
        "sys/bus/w1/devices/28-000000000001/temperature", "sys/class/hwmon/hwmon0/name",
        "sys/class/hwmon/hwmon0/temp1_input", "sys/class/hwmon/hwmon0/temp1_label",
      ])
    let text = captured.text()
    #expect(text.contains("hid_00_00_00_00_00_00_battery") && text.contains("00:00:00:00:00:00"))
    #expect(!text.lowercased().contains("a4"))
    #expect(
      SysfsCapture.blanked("12:34:56 to 13:00:00, 0000:03:00.0") == "12:34:56 to 13:00:00, 0000:03:00.0")
  }

  @Test func aBoardsOwnThermometersKeepTheirNames() throws {
    var tree = SysfsTree()
    tree.put("sys/bus/w1/devices/28-0316a2795cff/temperature", "20000")
    tree.put("sys/bus/w1/devices/28-0316a2795d00/temperature", "21000")
    tree.put("heat/coolant", "50000")
    tree.put("heat/secret", "1")
    let board = try Board.parse(
      """
      name: known
      tank: {layers: [{name: all, volume: 1 m3, sensor: {w1: 28-0316a2795d00}}], loss: 1 W/K}
      coolant: {file: /heat/coolant}
      power: {idle: 1 W, per_busy_core: 1 W, capture: 1}
      limits: {tank: 70 °C, coolant: 70 °C, processor: 90 °C}
      """, file: "b.yaml")
    let captured = SysfsCapture.take(from: try TemporaryTree(tree).root, board: board)
    #expect(
      captured.entries.keys.sorted() == [
        "heat/coolant", "sys/bus/w1/devices/28-000000000001/temperature",
        "sys/bus/w1/devices/28-0316a2795d00/temperature",
      ])
  }

  @Test func aSensorThatFailedFailsAgainFromItsCapture() throws {
    let machine = try TemporaryTree(MachineTrees.boiler)
    let broken = machine.root { $0.hasSuffix("b2/temperature") ? EIO : nil }
    let captured = try SysfsTree(parsing: SysfsCapture.take(from: broken).text())
    let copy = try TemporaryTree(captured)
    let found = W1Therm.all(in: captured.root(unpackedAt: copy.path)).devices
    #expect(found.map { $0.temperature.error?.errno } == [nil, nil, EIO, nil, nil, nil, nil])
  }

  @Test func thisMachineCanBeCaptured() throws {
    let tree = SysfsCapture.take(from: SysfsRoot())
    #expect(try SysfsTree(parsing: tree.text()) == tree)
    #expect(tree.entries.keys.allSatisfy { $0.hasPrefix("sys/") })
  }
}

@Suite struct SysfsRootTests {
  @Test func attributesAreReadWithoutBlanksAndOnlyOnePageOfThem() throws {
    let tree = try TemporaryTree()
    try tree.write("short", "  55000 \n\n")
    try tree.write("long", String(repeating: "x", count: 10_000))
    #expect(try tree.root.read("/short") == "55000")
    #expect(try tree.root.readBytes("/long").count == 4096)
  }

  @Test func errorsSayTheWholePathAndWhatTheSystemSaid() throws {
    let tree = try TemporaryTree()
    let error = #expect(throws: SysfsError.self) { try tree.root.read("/sys/class/hwmon/hwmon0/name") }
    #expect(error?.said == "cannot read \(tree.path)/sys/class/hwmon/hwmon0/name: No such file or directory")
    #expect(try tree.root.readIfPresent("/sys/class/hwmon/hwmon0/name") == nil)
    #expect(try tree.root.entriesIfPresent("/sys") == nil)
  }

  @Test func aPipeInTheTreeHoldsNobody() throws {
    let tree = try TemporaryTree()
    #expect(mkfifo(tree.path + "/pipe", 0o600) == 0)
    #expect(throws: SysfsError.self) { try tree.root.read("/pipe") }
  }

  @Test func linksThatLeaveTheRootResolveToNothing() throws {
    let tree = try TemporaryTree()
    #expect(symlink("/etc", tree.path + "/out") == 0)
    #expect(tree.root.resolve("/out") == nil)
  }

  @Test func numbersInNamesAreOrderedAsNumbers() {
    var random = SplitMix64(5)
    let names = [
      "hwmon0", "hwmon1", "hwmon2", "hwmon10", "hwmon010", "temp", "temp1", "temp1_input", "temp2",
    ]
    #expect(
      names.shuffled(using: &random).sorted(by: NaturalOrder.precedes) == [
        "hwmon0", "hwmon1", "hwmon2", "hwmon010", "hwmon10", "temp", "temp1", "temp1_input", "temp2",
      ])
    for left in names {
      for right in names {
        #expect((NaturalOrder.precedes(left, right) && NaturalOrder.precedes(right, left)) == false)
      }
    }
  }

  @Test func reportsOfABareMachineSayWhatIsMissing() throws {
    let tree = try TemporaryTree()
    let text = HardwareReport.read(in: tree.root, board: nil, at: .zero).text
    for missing in [
      "processors: the kernel does not tell", "hwmon chips: none; this kernel has no /sys/class/hwmon",
      "RAPL energy: none; this kernel has no /sys/class/powercap", "IIO thermometers: none",
    ] {
      #expect(text.contains(missing))
    }
  }
}
