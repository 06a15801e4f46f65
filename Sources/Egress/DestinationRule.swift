internal import Sandbox

/// What a profile's list says about a request: pure, so that it can be tried without a network.
struct DestinationRule: Sendable {
  let destinations: [NetworkDestination]

  /// Throws why the host and port may not be asked for at all. A name may be looked up after this only.
  func check(_ request: ProxyRequest) throws(ProxyRefusal) {
    guard destinations.contains(where: { $0.covers(request.host, port: request.port) }) else {
      let wanted = NetworkDestination(host: request.host, port: request.port)
      throw ProxyRefusal(.forbidden, "\(wanted) is not on the list of the profile's network")
    }
  }

  /// The addresses of an allowed name that may be connected to: public ones, and those that the list has themselves.
  /// Else whoever holds the name could lead the task to this host, its network or a cloud's metadata.
  func permitted(
    _ addresses: [InternetAddress], of name: String, port: UInt16
  ) throws(ProxyRefusal) -> [InternetAddress] {
    guard !addresses.isEmpty else { throw ProxyRefusal(.badGateway, "\(name) has no address") }
    let permitted = addresses.filter { address in
      address.specialPurpose == nil
        || destinations.contains { $0.covers(.address(address), port: port) }
    }
    guard !permitted.isEmpty else {
      let first = addresses[0]
      throw ProxyRefusal(
        .forbidden,
        "\(name) has the address \(first), which is \(first.specialPurpose ?? "special"); list the address itself"
      )
    }
    return permitted
  }
}
