import Glibc

extension Expectation {
  /// What would reach another machine, or a program by a socket.
  static let network: [Expectation] = [
    // Families that are no part of a batch task: kernel crypto, hypervisor, raw frames, and buses.
    Expectation(
      .seccomp, [EPERM],
      [
        "socket_alg", "socket_vsock", "socket_packet", "socket_netlink", "socket_can", "socket_tipc",
        "socket_bluetooth", "socket_rds", "socket_xdp", "socket_smc",
      ]),
    // Raw IP needs CAP_NET_RAW in the network's own user namespace; so does the state of an interface need
    // CAP_NET_ADMIN.
    Expectation(
      .capabilities, [EPERM],
      [
        "socket_raw", "socket_raw_6", "raise_loopback",
      ]),
    // The only interface is a loopback that is down.
    Expectation(
      .namespaces, [ENETUNREACH],
      [
        "loopback", "metadata_service", "dns",
      ]),
    // The same with IPv6, in the words of the kernel that it has.
    Expectation(
      .namespaces, [EADDRNOTAVAIL, ENETUNREACH, EAFNOSUPPORT],
      [
        "loopback_6"
      ]),
    // Allowed: within the sandbox; abstract names are those of its network namespace.
    Expectation(
      .namespaces, [noError],
      [
        "socket_unix"
      ]),
  ]
}
