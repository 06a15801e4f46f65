// Name and attempt, of what would reach another machine, or another program by a socket.
#define NETWORK_ATTEMPTS(X)                                                                                     \
  X(socket_alg, made_socket(38))                                                                                \
  X(socket_vsock, made_socket(40))                                                                              \
  X(socket_packet, made_socket(17))                                                                             \
  X(socket_netlink, made_socket(16))                                                                            \
  X(socket_unix, made_socket(1))                                                                                \
  X(loopback, connected("127.0.0.1", 22))                                                                       \
  X(metadata_service, connected("169.254.169.254", 80))                                                         \
  X(socket_raw, made_raw(2))                                                                                    \
  X(socket_raw_6, made_raw(10))                                                                                 \
  X(socket_can, made_socket(29))                                                                                \
  X(socket_tipc, made_socket(30))                                                                               \
  X(socket_bluetooth, made_socket(31))                                                                          \
  X(socket_rds, made_socket(21))                                                                                \
  X(socket_xdp, made_socket(44))                                                                                \
  X(socket_smc, made_socket(43))                                                                                \
  X(raise_loopback, raised_loopback())                                                                          \
  X(dns, connected("8.8.8.8", 53))                                                                              \
  X(loopback_6, connected_6())
