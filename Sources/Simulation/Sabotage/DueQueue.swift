internal import Ledger

/// What is to be done at which height, earliest first; what is due at the same height keeps its order. A binary heap.
struct DueQueue<Item> {
  private struct Entry {
    let height: Height
    let number: Int
    let item: Item

    func comes(before other: Entry) -> Bool { (height, number) < (other.height, other.number) }
  }

  private var heap: [Entry] = []
  private var pushed = 0

  var nextHeight: Height? { heap.first?.height }

  mutating func push(_ item: Item, at height: Height) {
    heap.append(Entry(height: height, number: pushed, item: item))
    pushed += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].comes(before: heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// The earliest that is due by `height`.
  mutating func pop(by height: Height) -> Item? {
    guard let first = heap.first, first.height <= height, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first.item }
    heap[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { return first.item }
      let right = left + 1
      let child = right < heap.count && heap[right].comes(before: heap[left]) ? right : left
      guard heap[child].comes(before: heap[parent]) else { return first.item }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
