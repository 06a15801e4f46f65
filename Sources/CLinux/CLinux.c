#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// <sys/mount.h> and <linux/mount.h> of Debian 12 can't be included together.
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
extern int umount2(const char *, int);
#define OLD_MS_REC 16384
#define OLD_MS_PRIVATE (1 << 18)
#define OLD_MNT_DETACH 2
#ifndef P_PIDFD
#define P_PIDFD 3
#endif

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
int samovar_unshare(uint64_t flags) { return unshare((int)flags); }
int samovar_setns(int fd, int type) { return setns(fd, type); }

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

int samovar_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int samovar_close_on_exec_from(unsigned first) {
  return (int)syscall(SYS_close_range, first, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */);
}
int samovar_close_from(unsigned first) { return (int)syscall(SYS_close_range, first, ~0u, 0u); }
int samovar_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }
int samovar_stream_pair(int *ends) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }
int samovar_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int samovar_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int samovar_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int samovar_wait_pidfd(int pidfd, int *code, int *status) {
  siginfo_t info = {0};
  if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -1;
  *code = info.si_code;
  *status = info.si_status;
  return info.si_pid != 0;
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

// exec(2) keeps ignored signals and the mask: a task starts with neither.
int samovar_reset_signals(void) {
  for (int number = 1; number < 65; number++) {
    if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL);
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

ssize_t samovar_send_with_descriptor(int socket, const void *bytes, size_t count, int fd) {
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = count};
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0) {
    message.msg_control = control.space;
    message.msg_controllen = sizeof control.space;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t samovar_receive_with_descriptor(int socket, void *bytes, size_t count, int *fd) {
  struct iovec part = {.iov_base = bytes, .iov_len = count};
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = control.space,
      .msg_controllen = sizeof control.space,
  };
  *fd = -1;
  ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  for (; header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      memcpy(fd, CMSG_DATA(header), sizeof *fd);
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

// 444 everywhere; older headers lack the name.
int samovar_landlock_version(void) { return (int)syscall(444, NULL, 0, 1u); }
