/// Places of tasks in the order in which they came, taken from the front.
struct PlaceQueue: RandomAccessCollection, RangeReplaceableCollection, Hashable, Sendable {
  private var places: ArraySlice<TaskPlace> = []

  var startIndex: Int { places.startIndex }
  var endIndex: Int { places.endIndex }
  subscript(index: Int) -> TaskPlace { places[index] }

  mutating func replaceSubrange(
    _ range: Range<Int>, with new: some Collection<TaskPlace>
  ) {
    places.replaceSubrange(range, with: new)
  }

  /// Moves nothing, unlike that of a collection.
  @discardableResult
  mutating func removeFirst() -> TaskPlace { places.removeFirst() }
}

/// A slice can't be coded, an array can.
extension PlaceQueue: Codable {
  init(from decoder: any Decoder) throws {
    places = try decoder.singleValueContainer().decode([TaskPlace].self)[...]
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(places))
  }
}
