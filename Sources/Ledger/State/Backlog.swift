/// What waits to be done, in the order in which it came, taken from the front.
struct Backlog<Element: Hashable & Sendable & Codable>: RandomAccessCollection, MutableCollection,
  RangeReplaceableCollection, Hashable, Sendable
{
  private var waiting: ArraySlice<Element> = []

  var startIndex: Int { waiting.startIndex }
  var endIndex: Int { waiting.endIndex }
  subscript(index: Int) -> Element {
    get { waiting[index] }
    set { waiting[index] = newValue }
  }

  mutating func replaceSubrange(
    _ range: Range<Int>, with new: some Collection<Element>
  ) {
    waiting.replaceSubrange(range, with: new)
  }

  /// Moves nothing, unlike that of a collection.
  @discardableResult
  mutating func removeFirst() -> Element { waiting.removeFirst() }
}

/// A slice can't be coded, an array can.
extension Backlog: Codable {
  init(from decoder: any Decoder) throws {
    waiting = try decoder.singleValueContainer().decode([Element].self)[...]
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(waiting))
  }
}
