#define _GNU_SOURCE
#include "CProbe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <unistd.h>

static long opened(const char *path, int flags) {
  int file = open(path, flags | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
  return file;
}

static long connected(const char *address, int port) {
  int file = socket(AF_INET, SOCK_STREAM, 0);
  if (file < 0) return -1;
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, address, &target.sin_addr);
  long result = connect(file, (struct sockaddr *)&target, sizeof target);
  int reason = errno;
  close(file);
  errno = reason;
  return result;
}

static long made_socket(int family) {
  int file = socket(family, family == 17 || family == 16 ? SOCK_RAW : SOCK_STREAM, 0);
  if (file >= 0) close(file);
  return file;
}

static long wrote(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  long result = write(file, text, strlen(text));
  int reason = errno;
  close(file);
  errno = reason;
  return result;
}

static long raised_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_max += 1;
  return setrlimit(RLIMIT_NOFILE, &limit);
}

// Name and attempt. The errno that each must meet stands in the test.
#define ATTEMPTS(X)                                                                                              \
  X(unshare_user, syscall(SYS_unshare, CLONE_NEWUSER))                                                           \
  X(unshare_mounts, syscall(SYS_unshare, CLONE_NEWNS))                                                           \
  X(setns, syscall(SYS_setns, 0, 0))                                                                             \
  X(mount_tmpfs, syscall(SYS_mount, "t", "/tmp", "tmpfs", 0, 0))                                                 \
  X(remount_root, syscall(SYS_mount, 0, "/", 0, 32 | 4096, 0))                                                   \
  X(umount, syscall(SYS_umount2, "/proc", 2))                                                                    \
  X(fsopen, syscall(SYS_fsopen, "tmpfs", 0))                                                                     \
  X(open_tree, syscall(SYS_open_tree, AT_FDCWD, "/", 1))                                                         \
  X(move_mount, syscall(SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/work", 0))                                 \
  X(mount_setattr, syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, "", 32))                                         \
  X(pivot_root, syscall(SYS_pivot_root, ".", "."))                                                               \
  X(chroot, syscall(SYS_chroot, "/work"))                                                                        \
  X(clone3, syscall(SYS_clone3, 0, 0))                                                                           \
  X(clone_newuser, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0))                                      \
  X(clone_newnet, syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0))                                        \
  X(io_uring, syscall(425, 1, 0))                                                                                \
  X(newer_than_the_profile, syscall(9999))                                                                       \
  X(perf_event_open, syscall(SYS_perf_event_open, 0, 0, -1, -1, 0))                                              \
  X(userfaultfd, syscall(SYS_userfaultfd, 1))                                                                    \
  X(keyctl, syscall(SYS_keyctl, 0, -3, 0))                                                                       \
  X(add_key, syscall(SYS_add_key, "user", "a", "b", 1, -3))                                                      \
  X(request_key, syscall(SYS_request_key, "user", "a", 0, -3))                                                   \
  X(ptrace_traceme, syscall(SYS_ptrace, 0, 0, 0, 0))                                                             \
  X(ptrace_init, syscall(SYS_ptrace, 0x4206, 1, 0, 0))                                                           \
  X(process_vm_readv, syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0))                                           \
  X(pidfd_getfd, syscall(438, 0, 0, 0))                                                                          \
  X(kcmp, syscall(SYS_kcmp, 1, 1, 0, 0, 0))                                                                      \
  X(name_to_handle_at, syscall(SYS_name_to_handle_at, AT_FDCWD, "/", 0, 0, 0))                                   \
  X(open_by_handle_at, syscall(SYS_open_by_handle_at, 0, 0, 0))                                                  \
  X(fanotify_init, syscall(SYS_fanotify_init, 0, 0))                                                             \
  X(memfd_secret, syscall(447, 0))                                                                               \
  X(socket_alg, made_socket(38))                                                                                 \
  X(socket_vsock, made_socket(40))                                                                               \
  X(socket_packet, made_socket(17))                                                                              \
  X(socket_netlink, made_socket(16))                                                                             \
  X(socket_unix, made_socket(1))                                                                                 \
  X(tiocsti, syscall(SYS_ioctl, 0, 0x5412ul, "x"))                                                               \
  X(tiocsti_high_bits, syscall(SYS_ioctl, 0, 0x100005412ul, "x"))                                                \
  X(tioclinux, syscall(SYS_ioctl, 0, 0x541cul, "\2"))                                                            \
  X(settimeofday, syscall(SYS_settimeofday, 0, 0))                                                               \
  X(clock_settime, syscall(SYS_clock_settime, 0, 0))                                                             \
  X(sethostname, syscall(SYS_sethostname, "evil", 4))                                                            \
  X(quotactl, syscall(SYS_quotactl, 0, 0, 0, 0))                                                                 \
  X(acct, syscall(SYS_acct, 0))                                                                                  \
  X(syslog, syscall(SYS_syslog, 3, 0, 0))                                                                        \
  X(personality, syscall(SYS_personality, 0x0040000))                                                            \
  X(mknod_block, mknod("/work/disk", S_IFBLK | 0600, makedev(254, 0)))                                           \
  X(mknod_char, mknod("/work/mem", S_IFCHR | 0600, makedev(1, 1)))                                               \
  X(setuid_root, setresuid(0, 0, 0))                                                                             \
  X(raise_limit, raised_limit())                                                                                 \
  X(nice, setpriority(PRIO_PROCESS, 0, -5))                                                                      \
  X(realtime, sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}))                     \
  X(write_root, opened("/evil", O_CREAT | O_WRONLY))                                                             \
  X(write_dev, opened("/dev/evil", O_CREAT | O_WRONLY))                                                          \
  X(write_empty, opened("/.empty/evil", O_CREAT | O_WRONLY))                                                     \
  X(host_shadow, opened("/etc/shadow", O_RDONLY))                                                                \
  X(host_home, opened("/root", O_RDONLY))                                                                        \
  X(host_sys, opened("/sys", O_RDONLY))                                                                          \
  X(tty, opened("/dev/tty", O_RDWR))                                                                             \
  X(core_pattern, opened("/proc/sys/kernel/core_pattern", O_WRONLY))                                             \
  X(sysrq, opened("/proc/sysrq-trigger", O_WRONLY))                                                              \
  X(kcore, opened("/proc/kcore", O_RDONLY))                                                                      \
  X(kallsyms, opened("/proc/kallsyms", O_RDONLY))                                                                \
  X(init_exe, opened("/proc/1/exe", O_RDONLY))                                                                   \
  X(init_memory, opened("/proc/1/mem", O_RDONLY))                                                                \
  X(init_environment, opened("/proc/1/environ", O_RDONLY))                                                       \
  X(init_root, opened("/proc/1/root", O_RDONLY))                                                                 \
  X(init_descriptors, opened("/proc/1/fd/3", O_RDONLY))                                                          \
  X(own_exe, opened("/proc/self/exe", O_WRONLY))                                                                 \
  X(oom_score, wrote("/proc/self/oom_score_adj", "-1000"))                                                       \
  X(loopback, connected("127.0.0.1", 22))                                                                        \
  X(metadata_service, connected("169.254.169.254", 80))                                                          \
  X(kill_beyond, kill(32000, 0))

// Those that kill whoever makes them.
#define KILLERS(X)                                                                                               \
  X(bpf, syscall(SYS_bpf, 0, 0, 0))                                                                              \
  X(kexec_load, syscall(SYS_kexec_load, 0, 0, 0, 0))                                                             \
  X(init_module, syscall(SYS_init_module, 0, 0, ""))                                                             \
  X(finit_module, syscall(SYS_finit_module, 0, "", 0))                                                           \
  X(reboot, syscall(SYS_reboot, 0, 0, 0, 0))                                                                     \
  X(swapon, syscall(SYS_swapon, "", 0))

static const char *names[] = {
#define NAME(name, call) #name,
    ATTEMPTS(NAME) NULL};

const char *probe_name(int index) { return names[index]; }
int probe_fork(void) { return fork(); }

int probe_attempt(const char *name) {
  errno = 0;
#define TRY(attempt, call)                                                                                       \
  if (!strcmp(name, #attempt)) return (long)(call) < 0 ? errno : 0;
  ATTEMPTS(TRY)
  KILLERS(TRY)
#ifdef __x86_64__
  if (!strcmp(name, "int80")) {
    long result;
    // 20 is getpid of i386.
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return result < 0 ? (int)-result : 0;
  }
  if (!strcmp(name, "x32")) return syscall(0x40000000 + SYS_getpid) < 0 ? errno : 0;
#endif
  return -1;
}
