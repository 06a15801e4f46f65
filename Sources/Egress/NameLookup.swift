internal import Glibc
internal import NIOPosix
internal import Sandbox
internal import Synchronization

/// getaddrinfo(3), which blocks, on threads of its own: one sandbox's slow names delay no other's.
final class NameLookup: Sendable {
  private static let threads = 2
  private let pool = NIOThreadPool(numberOfThreads: threads)

  init() { pool.start() }

  /// A look-up that is on its way ends by itself; nobody waits for it.
  deinit { pool.shutdownGracefully { _ in } }

  /// Addresses of a name in the resolver's order. Nothing where it has none, and where the calling Swift task is
  /// cancelled meanwhile.
  func addresses(of name: String) async -> [InternetAddress] {
    let answer = FirstAnswer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.wait(continuation)
        pool.submit { state in
          answer.give(state == .active ? Self.resolve(name) : [])
        }
      }
    } onCancel: {
      answer.give([])
    }
  }

  private static func resolve(_ name: String) -> [InternetAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    // With a dot at its end: no search domain of this host is tried for a name that the profile allows as it is. A
    // name of one label is one of /etc/hosts, which knows no such dot.
    let status = getaddrinfo(name.contains(".") ? name + "." : name, nil, &hints, &list)
    guard status == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [InternetAddress] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      guard let socket = entry.ai_addr else { continue }
      // Where the address stands in struct sockaddr_in of ip(7), and in struct sockaddr_in6 of ipv6(7): their members are
      // those of two modules at once here.
      let place: Range<Int>? =
        switch Int32(socket.pointee.sa_family) {
        case AF_INET: 4..<8
        case AF_INET6: 8..<24
        default: nil
        }
      guard let place, Int(entry.ai_addrlen) >= place.upperBound else { continue }
      let bytes = UnsafeRawBufferPointer(start: socket, count: Int(entry.ai_addrlen))
      let address = InternetAddress(bytes: Array(bytes[place]))
      if let address, !addresses.contains(address) { addresses.append(address) }
    }
    return addresses
  }
}

/// Resumes a continuation with the first of several answers, whichever comes first: it or they.
private final class FirstAnswer: Sendable {
  private enum State {
    case open
    case waiting(CheckedContinuation<[InternetAddress], Never>)
    case given([InternetAddress])
    case done
  }

  private let state = Mutex(State.open)

  func wait(_ continuation: CheckedContinuation<[InternetAddress], Never>) {
    let early: [InternetAddress]? = state.withLock {
      if case .given(let answer) = $0 {
        $0 = .done
        return answer
      }
      $0 = .waiting(continuation)
      return nil
    }
    if let early { continuation.resume(returning: early) }
  }

  func give(_ answer: [InternetAddress]) {
    let waiting: CheckedContinuation<[InternetAddress], Never>? = state.withLock {
      switch $0 {
      case .open:
        $0 = .given(answer)
        return nil
      case .waiting(let continuation):
        $0 = .done
        return continuation
      case .given, .done: return nil
      }
    }
    waiting?.resume(returning: answer)
  }
}
