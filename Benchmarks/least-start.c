// The least that a full sandbox start must do, in static C: the measure of speed for Benchmarks/sandbox-start.
//
//   least-start ROOT FILTER GROUP PROGRAM
//
// Runs PROGRAM in ROOT with new user, pid, mount, network, IPC, UTS and cgroup namespaces, read-only, with a tmpfs, no
// capabilities, the seccomp filter of the file FILTER, in a new cgroup GROUP; waits for it, and removes the cgroup.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(long result, const char *what) {
  if (result >= 0) return;
  perror(what);
  _exit(125);
}

static void put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  must(file, path);
  must(write(file, text, strlen(text)), path);
  close(file);
}

static void enter(const char *root) {
  must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
  must(mount(root, root, NULL, MS_BIND | MS_REC, NULL), "root");
  must(mount(NULL, root, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL), "read-only root");
  must(chdir(root), "chdir");
  must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "proc");
  must(mount("tmp", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,mode=1777"), "tmp");
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  must(umount2(".", MNT_DETACH), "umount");
  must(chdir("/"), "chdir");
}

int main(int count, char **words) {
  if (count != 5) return 64;
  static struct sock_filter program[8192];
  int file = open(words[2], O_RDONLY | O_CLOEXEC);
  must(file, words[2]);
  struct sock_fprog filter = {(unsigned short)(read(file, program, sizeof program) / 8), program};
  close(file);
  must(mkdir(words[3], 0755), words[3]);
  int group = open(words[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC), ready[2], handle = -1;
  must(pipe2(ready, O_CLOEXEC), "pipe");
  struct clone_args arguments = {
      .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
               CLONE_NEWCGROUP | CLONE_PIDFD | CLONE_INTO_CGROUP,
      .pidfd = (uint64_t)(uintptr_t)&handle, .exit_signal = SIGCHLD, .cgroup = (uint64_t)group};
  pid_t process = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  must(process, "clone3");
  if (process == 0) {
    char byte;
    must(read(ready[0], &byte, 1), "ready");
    enter(words[1]);
    must(sethostname("task", 4), "sethostname");
    struct rlimit limit = {64, 64};
    must(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    for (int capability = 0; capability <= 40; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    must(syscall(SYS_capset, &header, none), "capset");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
    must(syscall(SYS_close_range, 3, ~0u, 0), "close_range");
    must(syscall(SYS_seccomp, 1, 0, &filter), "seccomp");
    char *arguments[] = {words[4], NULL}, *environment[] = {NULL};
    execve(words[4], arguments, environment);
    must(-1, words[4]);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/uid_map", process);
  put(path, "0 1879113728 1");
  snprintf(path, sizeof path, "/proc/%d/gid_map", process);
  put(path, "0 1879113728 1");
  must(write(ready[1], "x", 1), "ready");
  siginfo_t end;
  must(waitid((idtype_t)3 /* P_PIDFD */, (id_t)handle, &end, WEXITED), "waitid");
  close(group);
  for (int try = 0; rmdir(words[3]) < 0 && errno == EBUSY && try < 1000; try++) usleep(100);
  return end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}
