/// Lets one caller at a time do something that awaits; the others wait in the order in which they came.
///
/// An actor alone doesn't do that: another call enters it at every `await`.
actor FirstComeLock {
  private var isHeld = false
  private(set) var waiting: [CheckedContinuation<Void, Never>] = []

  func acquire() async {
    guard isHeld else {
      isHeld = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func release() {
    if waiting.isEmpty { isHeld = false } else { waiting.removeFirst().resume() }
  }
}
