#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CProbe.h"

// A name of the abstract namespace.
static socklen_t abstract(struct sockaddr_un *address, int number) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "litter-%d", number);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

// Sends a socket over itself, so that the kernel's collector has to find out that nobody can reach it.
static int send_over_itself(int end, int sent) {
  char byte = 0, control[CMSG_SPACE(2 * sizeof(int))] = {0};
  struct iovec bytes = {&byte, 1};
  struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(2 * sizeof(int));
  int both[2] = {end, sent};
  memcpy(CMSG_DATA(header), both, sizeof both);
  return sendmsg(end, &message, 0) < 0 ? errno : 0;
}

int probe_litter_sockets(int count) {
  for (int i = 0; i < count; i++) {
    struct sockaddr_un address;
    socklen_t length = abstract(&address, i);
    int named = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
    if (named < 0 || bind(named, (struct sockaddr *)&address, length) < 0 || listen(named, 8) < 0) return errno;
    int connected = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connected < 0 || connect(connected, (struct sockaddr *)&address, length) < 0) return errno;
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0) return errno;
    int error = send_over_itself(pair[0], named);
    if (error) return error;
    error = send_over_itself(pair[1], pair[0]);
    if (error) return error;
    // Only what is on its way in themselves holds them now.
    close(named);
    close(pair[0]);
    close(pair[1]);
  }
  return 0;
}

int probe_bind_litter_name(void) {
  struct sockaddr_un address;
  socklen_t length = abstract(&address, 0);
  int file = socket(AF_UNIX, SOCK_STREAM, 0);
  if (file < 0) return errno;
  int error = bind(file, (struct sockaddr *)&address, length) < 0 ? errno : 0;
  close(file);
  return error;
}
