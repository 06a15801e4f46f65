#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/gpio.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// <sys/mount.h> and <linux/mount.h> of Debian 12 can't be included together.
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
extern int umount2(const char *, int);
#define OLD_MS_REC 16384
#define OLD_MS_PRIVATE (1 << 18)
#define OLD_MNT_DETACH 2
#define OLD_MS_NOSUID 2
#define OLD_MS_NODEV 4

pid_t samovar_clone3(uint64_t flags, int cgroup, int *pidfd) {
  struct clone_args arguments = {
      .flags = flags | CLONE_PIDFD | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
  };
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

pid_t samovar_fork(void) { return fork(); }

pid_t samovar_vfork(int (*run)(void *), void *argument) {
  const size_t size = 1 << 20;
  char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return -1;
  pid_t child = clone(run, stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
  int error = errno;
  munmap(stack, size);
  errno = error;
  return child;
}

int samovar_unshare(uint64_t flags) { return unshare((int)flags); }
int samovar_enter_namespace(int namespace, uint64_t kind) { return setns(namespace, (int)kind); }

int samovar_clone_tree(const char *path, int recursive, int follow) {
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) |
                   (follow ? 0 : AT_SYMLINK_NOFOLLOW);
  return (int)syscall(SYS_open_tree, AT_FDCWD, path, flags);
}

int samovar_attach_tree(int tree, const char *target) {
  return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
}

int samovar_set_mount_attributes(int fd, const char *path, int recursive, uint64_t set) {
  struct mount_attr attributes = {.attr_set = set};
  unsigned flags = (recursive ? AT_RECURSIVE : 0) | (*path ? 0 : AT_EMPTY_PATH);
  return (int)syscall(SYS_mount_setattr, fd, path, flags, &attributes, sizeof attributes);
}

int samovar_fsopen(const char *type) { return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC); }
int samovar_fsconfig_string(int fd, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, key, value, 0);
}
int samovar_fsconfig_flag(int fd, const char *key) {
  return (int)syscall(SYS_fsconfig, fd, FSCONFIG_SET_FLAG, key, NULL, 0);
}
int samovar_fsconfig_create(int fd) {
  return (int)syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}
int samovar_fsmount(int fd, uint32_t attributes) {
  return (int)syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attributes);
}
int samovar_make_mounts_private(void) { return mount(NULL, "/", NULL, OLD_MS_REC | OLD_MS_PRIVATE, NULL); }

// pivot_root(2), "pivot_root(".", ".")": the old root lies below the new one and is detached.
int samovar_pivot_root_here(void) {
  if (syscall(SYS_pivot_root, ".", ".") < 0) return -1;
  if (umount2(".", OLD_MNT_DETACH) < 0) return -1;
  return chdir("/");
}

int samovar_mount_overlay(const char *target, const char *options) {
  return mount("overlay", target, "overlay", OLD_MS_NOSUID | OLD_MS_NODEV, options);
}

int samovar_map_tree(int tree, int namespace) {
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)namespace};
  return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
}

int samovar_listen_on_loopback(uint16_t port) {
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file < 0) return -1;
  struct ifreq interface = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (ioctl(file, SIOCSIFFLAGS, &interface) == 0 &&
      bind(file, (struct sockaddr *)&address, sizeof address) == 0 && listen(file, 64) == 0) {
    return file;
  }
  int reason = errno;
  close(file);
  errno = reason;
  return -1;
}

int samovar_new_session_keyring(void) { return (int)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); }
int samovar_set_securebits(unsigned bits) { return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0); }

int samovar_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int samovar_close_from(unsigned first) { return (int)syscall(SYS_close_range, first, ~0u, 0u); }
int samovar_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }
int samovar_stream_pair(int *ends) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }
int samovar_packet_pair(int *ends) { return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends); }
int samovar_lock_byte(int fd, uint64_t offset, int unlock) {
  struct flock lock = {
      .l_type = unlock ? F_UNLCK : F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)offset, .l_len = 1};
  return fcntl(fd, F_OFD_SETLK, &lock);
}
int samovar_seal(int fd) {
  return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}
int samovar_memfd(const char *name, unsigned flags) { return memfd_create(name, MFD_CLOEXEC | flags); }

int samovar_poll(const int *fds, size_t count, int milliseconds) {
  struct pollfd events[8];
  if (count > 8) return errno = EINVAL, -1;
  for (size_t i = 0; i < count; i++) events[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
  if (poll(events, count, milliseconds) < 0) return -1;
  int ready = 0;
  for (size_t i = 0; i < count; i++) ready |= (events[i].revents != 0) << i;
  return ready;
}

int samovar_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int samovar_wait4(pid_t pid, int nonblocking, int *code, int *status, struct samovar_usage *usage) {
  struct rusage spent = {0};
  int word = 0;
  pid_t ended = wait4(pid, &word, nonblocking ? WNOHANG : 0, &spent);
  if (ended <= 0) return (int)ended;
  *code = WIFEXITED(word) ? CLD_EXITED : WCOREDUMP(word) ? CLD_DUMPED : CLD_KILLED;
  *status = WIFEXITED(word) ? WEXITSTATUS(word) : WTERMSIG(word);
  usage->user_microseconds = (uint64_t)spent.ru_utime.tv_sec * 1000000 + (uint64_t)spent.ru_utime.tv_usec;
  usage->system_microseconds = (uint64_t)spent.ru_stime.tv_sec * 1000000 + (uint64_t)spent.ru_stime.tv_usec;
  usage->max_resident_kibibytes = (uint64_t)spent.ru_maxrss;
  usage->blocks_read = (uint64_t)spent.ru_inblock;
  usage->blocks_written = (uint64_t)spent.ru_oublock;
  return (int)ended;
}

int samovar_child_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int samovar_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
int samovar_set_undumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int samovar_install_filter(const uint8_t *program, size_t bytes, unsigned flags) {
  struct sock_fprog filter = {
      .len = (unsigned short)(bytes / sizeof(struct sock_filter)),
      .filter = (struct sock_filter *)(uintptr_t)program,
  };
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

int samovar_setresuid(uid_t id) { return setresuid(id, id, id); }
int samovar_setresgid(gid_t id) { return setresgid(id, id, id); }
int samovar_clear_groups(void) { return setgroups(0, NULL); }
int samovar_set_affinity(const uint8_t *mask, size_t bytes) {
  return (int)syscall(SYS_sched_setaffinity, 0, bytes, mask) < 0 ? -1 : 0;
}
int samovar_setrlimit(int resource, uint64_t soft, uint64_t hard) {
  struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
  return setrlimit((__rlimit_resource_t)resource, &limit);
}
int samovar_getrlimit(int resource, uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  if (getrlimit((__rlimit_resource_t)resource, &limit) < 0) return -1;
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return 0;
}

#define MOST_DESCRIPTORS 4

ssize_t samovar_send_with_descriptors(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count) {
  if (fd_count > MOST_DESCRIPTORS) {
    errno = EINVAL;
    return -1;
  }
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = count};
  union {
    char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > 0) {
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
    memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t samovar_receive_with_descriptors(int socket, void *bytes, size_t count, int *fds, size_t fd_count) {
  if (fd_count > MOST_DESCRIPTORS) {
    errno = EINVAL;
    return -1;
  }
  struct iovec part = {.iov_base = bytes, .iov_len = count};
  union {
    char space[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = control.space,
      // What doesn't fit is closed by the kernel.
      .msg_controllen = CMSG_SPACE(fd_count * sizeof(int)),
  };
  for (size_t index = 0; index < fd_count; index++) fds[index] = -1;
  ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  for (; header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      size_t room = fd_count * sizeof(int);
      size_t came = header->cmsg_len - CMSG_LEN(0);
      memcpy(fds, CMSG_DATA(header), came < room ? came : room);
    }
  }
  return got;
}

int samovar_spawn(const char *path, char *const *arguments, const int *descriptors, size_t count, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  char *environment[] = {NULL};
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  sigemptyset(&none);
  sigfillset(&all);
  // Sources come from above the targets (F_DUPFD in the caller), so that no dup2 overwrites a later source.
  for (size_t index = 0; index < count && !error; index++) {
    error = posix_spawn_file_actions_adddup2(&actions, descriptors[index], (int)index);
  }
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, (int)count);
  if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
  if (!error) {
    error = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  if (!error) error = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

uint64_t samovar_monotonic_microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// Headers of Debian 12 know the first version of landlock only: its numbers and structures stand here.
#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446
int samovar_landlock_version(void) { return (int)syscall(LANDLOCK_CREATE_RULESET, NULL, 0, 1u); }
int samovar_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scopes) {
  struct {
    uint64_t files, network, scopes;
  } handled = {files, network, scopes};
  // An older kernel takes a longer structure as long as what it doesn't know is zero.
  return (int)syscall(LANDLOCK_CREATE_RULESET, &handled, sizeof handled, 0u);
}
int samovar_landlock_allow_beneath(int ruleset, int directory, uint64_t files) {
  struct {
    uint64_t allowed;
    int32_t parent;
  } __attribute__((packed)) rule = {files, directory};
  return (int)syscall(LANDLOCK_ADD_RULE, ruleset, 1 /* LANDLOCK_RULE_PATH_BENEATH */, &rule, 0u);
}
int samovar_landlock_restrict(int ruleset) { return (int)syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0u); }

int samovar_syncfs(int fd) { return syncfs(fd); }
int64_t samovar_file_system(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 ? (int64_t)status.f_type : -1;
}

int samovar_gpio_chip(int chip, char *label, uint32_t *lines) {
  struct gpiochip_info info = {0};
  if (ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, &info) != 0) return -1;
  memcpy(label, info.label, SAMOVAR_GPIO_NAME_SIZE);
  *lines = info.lines;
  return 0;
}

int samovar_gpio_line_name(int chip, uint32_t offset, char *name) {
  struct gpio_v2_line_info info = {.offset = offset};
  if (ioctl(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info) != 0) return -1;
  memcpy(name, info.name, SAMOVAR_GPIO_NAME_SIZE);
  return 0;
}

int samovar_gpio_request_input(int chip, uint32_t offset, int active_low, const char *consumer) {
  struct gpio_v2_line_request request = {.offsets = {offset}, .num_lines = 1};
  request.config.flags = GPIO_V2_LINE_FLAG_INPUT | (active_low ? GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0);
  strncpy(request.consumer, consumer, sizeof request.consumer - 1);
  if (ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) != 0) return -1;
  return request.fd;
}

int samovar_gpio_get(int line) {
  struct gpio_v2_line_values values = {.mask = 1};
  if (ioctl(line, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) != 0) return -1;
  return (int)(values.bits & 1);
}
