import Ledger
import Receipts
import Testing
import Workload

@Suite struct TaskReferenceTests {
  private let bags = (0..<3).map { number in
    BagOutline(
      id: BagID(domainSeparator: .zero, requester: address(number, 9), nonce: 1),
      taskCount: number == 2 ? 1 : 300)
  }

  private func resolve(_ text: String) throws(TaskReferenceError) -> TaskID {
    try TaskReference(text).resolve(among: bags)
  }

  @Test func aTaskIsFoundByItsNameItsFirstDigitsAndItsNumber() throws {
    let task = bags[1].id.task(258)
    #expect(try resolve(task.description) == task)
    #expect(try resolve(task.word.hex.uppercased()) == task)
    #expect(try resolve("\(bags[1].id.word.hex.prefix(6))/258") == task)
    #expect(try resolve("0x\(bags[1].id.word.hex.prefix(12))/0x".dropLast(2) + "258") == task)
    // The only task of its bag needs no number.
    #expect(try resolve(String(bags[2].id.word.hex.prefix(8))) == bags[2].id.task(0))
    // Digits beyond the bag's own count as well: 0x0000012… is of 288…299.
    #expect(try resolve("\(task.word.hex.prefix(62))02") == task)
  }

  @Test func whatNamesNoTaskOrSeveralSaysWhatThereIs() throws {
    let start = String(bags[0].id.word.hex.prefix(8))
    let several = #expect(throws: TaskReferenceError.self) { try resolve(start) }
    guard case .ambiguous(_, let matches, 300) = several else { throw Unexpected() }
    #expect(matches == (0..<5).map { bags[0].id.task($0) })
    #expect("\(several ?? .tooShort(""))".contains("\(start)/0"))
    #expect(throws: TaskReferenceError.beyond(bags[0].id, index: 300, count: 300)) {
      try resolve("\(start)/300")
    }
    let none = #expect(throws: TaskReferenceError.self) { try resolve("ffffffffffff") }
    #expect(none.map { "\($0)" }?.contains(bags[2].id.description) == true)
    #expect(throws: TaskReferenceError.tooShort("0x12345")) { try resolve("0x12345") }
    for text in ["", "x/1", "0xzz1234", "123456/-1", "123456/1/2", String(repeating: "0", count: 65)] {
      #expect(throws: TaskReferenceError.self, "\(text)") { try resolve(text) }
    }
  }
}
