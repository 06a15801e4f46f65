// System calls and constants that Swift's Glibc module lacks. Each function is one call; each that can fail
// returns -1 (or a negative number) with errno set, as its manual page says. Nothing here decides anything.
#ifndef SAMOVAR_CLINUX_H
#define SAMOVAR_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// clone3(2) is variadic `syscall` in C; without a stack it returns twice, as fork does. `cgroup` is a
// directory descriptor for CLONE_INTO_CGROUP or -1; the child's pidfd is stored at `pidfd`.
pid_t samovar_clone3(uint64_t flags, int cgroup, int *pidfd);
// Swift marks fork(2) unavailable.
pid_t samovar_fork(void);
// clone(2) with CLONE_VM and CLONE_VFORK: a child with a stack of its own in this process's memory, which stands still until the
// child executes a program or ends; it ends with what `run` returns.
pid_t samovar_vfork(int (*run)(void *), void *argument);
int samovar_unshare(uint64_t flags);
// setns(2) to the namespace of a descriptor, which must be of this kind.
int samovar_enter_namespace(int namespace, uint64_t kind);

// The new mount API: open_tree(2), move_mount(2), fsopen(2), fsconfig(2), fsmount(2), mount_setattr(2).
int samovar_clone_tree(const char *path, int recursive, int follow);
int samovar_attach_tree(int tree, const char *target);
int samovar_set_mount_attributes(int fd, const char *path, int recursive, uint64_t set);
int samovar_fsopen(const char *type);
int samovar_fsconfig_string(int fd, const char *key, const char *value);
int samovar_fsconfig_flag(int fd, const char *key);
int samovar_fsconfig_create(int fd);
int samovar_fsmount(int fd, uint32_t attributes);
int samovar_make_mounts_private(void);
int samovar_pivot_root_here(void);
// mount(2) of an overlay with all its options in one string: fsconfig(2) takes 256 bytes of a value at most.
int samovar_mount_overlay(const char *target, const char *options);
// mount_setattr(2) with MOUNT_ATTR_IDMAP on a detached tree: ids are mapped as the user namespace `namespace` maps.
int samovar_map_tree(int tree, int namespace);

// A TCP socket that listens on 127.0.0.1, after the loopback of this network namespace was brought up.
int samovar_listen_on_loopback(uint16_t port);
// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: a new, anonymous one.
int samovar_new_session_keyring(void);
// prctl(2) PR_SET_SECUREBITS; prctl is variadic.
int samovar_set_securebits(unsigned bits);

int samovar_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
// close_range(2) from `first` on.
int samovar_close_from(unsigned first);
int samovar_pipe(int *ends);
int samovar_stream_pair(int *ends);
// Each message arrives whole.
int samovar_packet_pair(int *ends);
int samovar_memfd(const char *name, unsigned flags);

// poll(2) of up to 8 descriptors for reading, of which negative ones are left out: a bit for each that has something, or has hung up.
int samovar_poll(const int *fds, size_t count, int milliseconds);
int samovar_pidfd_send_signal(int pidfd, int signal);
// wait4(2): usage of the child and of the children it waited for.
struct samovar_usage {
  uint64_t user_microseconds, system_microseconds, max_resident_kibibytes, blocks_read, blocks_written;
};
int samovar_wait4(pid_t pid, int nonblocking, int *code, int *status, struct samovar_usage *usage);
// A signalfd(2) for SIGCHLD, which is blocked.
int samovar_child_signals(void);

int samovar_set_no_new_privileges(void);
int samovar_set_undumpable(void);
int samovar_install_filter(const uint8_t *program, size_t bytes, unsigned flags);
int samovar_setresuid(uid_t id);
int samovar_setresgid(gid_t id);
int samovar_clear_groups(void);
int samovar_set_affinity(const uint8_t *mask, size_t bytes);
int samovar_setrlimit(int resource, uint64_t soft, uint64_t hard);
int samovar_getrlimit(int resource, uint64_t *soft, uint64_t *hard);

// SCM_RIGHTS of unix(7) with up to 4 descriptors. Receiving stores -1 in each of `fds` for which none came.
ssize_t samovar_send_with_descriptors(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count);
ssize_t samovar_receive_with_descriptors(int socket, void *bytes, size_t count, int *fds, size_t fd_count);

// posix_spawn(3) of a helper whose descriptors 0..count-1 are `descriptors` and which inherits no others; it
// gets an empty environment and a process group and signal mask of its own. Returns an errno, as posix_spawn
// does.
int samovar_spawn(const char *path, char *const *arguments, const int *descriptors, size_t count, pid_t *pid);

// landlock(7): the version of its interface, or -1; a ruleset; a rule for what lies beneath a path; its enforcement.
int samovar_landlock_version(void);
int samovar_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scopes);
int samovar_landlock_allow_beneath(int ruleset, int directory, uint64_t files);
int samovar_landlock_restrict(int ruleset);

// syncfs(2): the file system that `fd` is on, and no other.
int samovar_syncfs(int fd);

// fcntl(2) F_OFD_SETLK of one byte: 0 when it is locked now, -1 with EAGAIN when another holds it.
int samovar_lock_byte(int fd, uint64_t offset, int unlock);
// fcntl(2) F_ADD_SEALS against every change.
int samovar_seal(int fd);

uint64_t samovar_monotonic_microseconds(void);

// fstatfs(2), which the Glibc module lacks: `f_type` of the file system, or -1.
int64_t samovar_file_system(int fd);

// ioctl(2), which is variadic, on /dev/gpiochipN: the chip's label and how many lines it has; a line's name; a line as an
// input, for as long as the descriptor that it returns is open; that line's level, 0 or 1. Kernel doc:
// userspace-api/gpio/chardev.rst. Names have SAMOVAR_GPIO_NAME_SIZE bytes, a zero at the end among them.
enum { SAMOVAR_GPIO_NAME_SIZE = 32 };
int samovar_gpio_chip(int chip, char *label, uint32_t *lines);
int samovar_gpio_line_name(int chip, uint32_t offset, char *name);
int samovar_gpio_request_input(int chip, uint32_t offset, int active_low, const char *consumer);
int samovar_gpio_get(int line);

// <sched.h> and <linux/mount.h>, which the Glibc module leaves out.
enum {
  SAMOVAR_CLONE_NEWNS = 0x00020000, SAMOVAR_CLONE_NEWCGROUP = 0x02000000, SAMOVAR_CLONE_NEWUTS = 0x04000000,
  SAMOVAR_CLONE_NEWIPC = 0x08000000, SAMOVAR_CLONE_NEWUSER = 0x10000000, SAMOVAR_CLONE_NEWPID = 0x20000000,
  SAMOVAR_CLONE_NEWNET = 0x40000000, SAMOVAR_CLONE_NEWTIME = 0x00000080,
};
enum {
  SAMOVAR_MOUNT_RDONLY = 1, SAMOVAR_MOUNT_NOSUID = 2, SAMOVAR_MOUNT_NODEV = 4, SAMOVAR_MOUNT_NOEXEC = 8,
};
// <fcntl.h> with _GNU_SOURCE
enum { SAMOVAR_O_PATH = 010000000 };
// <linux/openat2.h>
enum {
  SAMOVAR_RESOLVE_NO_XDEV = 1, SAMOVAR_RESOLVE_NO_MAGICLINKS = 2, SAMOVAR_RESOLVE_NO_SYMLINKS = 4,
  SAMOVAR_RESOLVE_BENEATH = 8, SAMOVAR_RESOLVE_IN_ROOT = 16,
};

enum {
  SAMOVAR_RLIMIT_CPU = 0, SAMOVAR_RLIMIT_FSIZE = 1,
  SAMOVAR_RLIMIT_DATA = 2, SAMOVAR_RLIMIT_STACK = 3, SAMOVAR_RLIMIT_CORE = 4,
  SAMOVAR_RLIMIT_NPROC = 6, SAMOVAR_RLIMIT_NOFILE = 7, SAMOVAR_RLIMIT_MEMLOCK = 8, SAMOVAR_RLIMIT_AS = 9,
  SAMOVAR_RLIMIT_MSGQUEUE = 12, SAMOVAR_RLIMIT_NICE = 13, SAMOVAR_RLIMIT_RTPRIO = 14,
};
#endif
