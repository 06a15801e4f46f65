#define _GNU_SOURCE
#include "Tries.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Closes a descriptor and keeps errno.
static long closed(int file, long result) {
  int reason = errno;
  close(file);
  errno = reason;
  return result;
}

long opened(const char *path, int flags) {
  int file = open(path, flags | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
  return file;
}

long connected(const char *address, int port) {
  int file = socket(AF_INET, SOCK_STREAM, 0);
  if (file < 0) return -1;
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, address, &target.sin_addr);
  long result = connect(file, (struct sockaddr *)&target, sizeof target);
  return closed(file, result);
}

long made_socket(int family) {
  int file = socket(family, family == 17 || family == 16 ? SOCK_RAW : SOCK_STREAM, 0);
  if (file >= 0) close(file);
  return file;
}

long wrote(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  return closed(file, write(file, text, strlen(text)));
}

long raised_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_max += 1;
  return setrlimit(RLIMIT_NOFILE, &limit);
}

long made_raw(int family) {
  int file = socket(family, SOCK_RAW, IPPROTO_ICMP);
  return file < 0 ? -1 : closed(file, 0);
}

long connected_6(void) {
  int file = socket(AF_INET6, SOCK_STREAM, 0);
  if (file < 0) return -1;
  struct sockaddr_in6 target = {.sin6_family = AF_INET6, .sin6_port = htons(22), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  return closed(file, connect(file, (struct sockaddr *)&target, sizeof target));
}

// The loopback of the sandbox's network is down; who could raise it had a network.
long raised_loopback(void) {
  int file = socket(AF_INET, SOCK_DGRAM, 0);
  if (file < 0) return -1;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  return closed(file, ioctl(file, SIOCSIFFLAGS, &request));
}

long locked_memory(void) {
  size_t size = 1 << 20;
  void *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  long result = mlock(memory, size);
  int reason = errno;
  munmap(memory, size);
  errno = reason;
  return result;
}

// struct sched_attr of sched_setattr(2), which glibc doesn't declare.
long deadline(void) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attributes = {.size = 48, .policy = 6, .runtime = 10000000, .deadline = 20000000, .period = 20000000};
  return syscall(SYS_sched_setattr, 0, &attributes, 0);
}

long took_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = ~0u, .permitted = ~0u}, {0}};
  return syscall(SYS_capset, &header, data);
}

// CVE-2024-21626: a directory that was opened before the root was changed leads out.
long climbed(void) {
  for (int file = 0; file < 64; file++)
    if (fchdir(file) == 0) return 0;
  errno = ENOTDIR;
  return chdir("/proc/self/fd/7/../../../etc");
}

long made_immutable(void) {
  int file = open("/work/immutable", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  // FS_IOC_SETFLAGS with FS_IMMUTABLE_FL.
  return closed(file, ioctl(file, 0x40086602, &(int){0x10}));
}
