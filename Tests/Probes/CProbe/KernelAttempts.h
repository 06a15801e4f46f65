// Name and attempt, of what goes straight to the kernel. The answer that each must meet stands in the tests.
#define KERNEL_ATTEMPTS(X)                                                                                      \
  X(inherited_descriptor, fcntl(3, F_GETFD))                                                                    \
  X(unshare_user, syscall(SYS_unshare, CLONE_NEWUSER))                                                          \
  X(unshare_mounts, syscall(SYS_unshare, CLONE_NEWNS))                                                          \
  X(setns, syscall(SYS_setns, 0, 0))                                                                            \
  X(mount_tmpfs, syscall(SYS_mount, "t", "/tmp", "tmpfs", 0, 0))                                                \
  X(remount_root, syscall(SYS_mount, 0, "/", 0, 32 | 4096, 0))                                                  \
  X(umount, syscall(SYS_umount2, "/proc", 2))                                                                   \
  X(fsopen, syscall(SYS_fsopen, "tmpfs", 0))                                                                    \
  X(open_tree, syscall(SYS_open_tree, AT_FDCWD, "/", 1))                                                        \
  X(move_mount, syscall(SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/work", 0))                                \
  X(mount_setattr, syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, "", 32))                                        \
  X(pivot_root, syscall(SYS_pivot_root, ".", "."))                                                              \
  X(chroot, syscall(SYS_chroot, "/work"))                                                                       \
  X(clone3, syscall(SYS_clone3, 0, 0))                                                                          \
  X(clone_newuser, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0))                                     \
  X(clone_newnet, syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0))                                       \
  X(io_uring, syscall(425, 1, 0))                                                                               \
  X(newer_than_the_profile, syscall(9999))                                                                      \
  X(perf_event_open, syscall(SYS_perf_event_open, 0, 0, -1, -1, 0))                                             \
  X(userfaultfd, syscall(SYS_userfaultfd, 1))                                                                   \
  X(keyctl, syscall(SYS_keyctl, 0, -3, 0))                                                                      \
  X(add_key, syscall(SYS_add_key, "user", "a", "b", 1, -3))                                                     \
  X(request_key, syscall(SYS_request_key, "user", "a", 0, -3))                                                  \
  X(ptrace_traceme, syscall(SYS_ptrace, 0, 0, 0, 0))                                                            \
  X(ptrace_init, syscall(SYS_ptrace, 0x4206, 1, 0, 0))                                                          \
  X(process_vm_readv, syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0))                                          \
  X(pidfd_getfd, syscall(438, 0, 0, 0))                                                                         \
  X(kcmp, syscall(SYS_kcmp, 1, 1, 0, 0, 0))                                                                     \
  X(name_to_handle_at, syscall(SYS_name_to_handle_at, AT_FDCWD, "/", 0, 0, 0))                                  \
  X(open_by_handle_at, syscall(SYS_open_by_handle_at, 0, 0, 0))                                                 \
  X(fanotify_init, syscall(SYS_fanotify_init, 0, 0))                                                            \
  X(memfd_secret, syscall(447, 0))                                                                              \
  X(tiocsti, syscall(SYS_ioctl, 0, 0x5412ul, "x"))                                                              \
  X(tiocsti_high_bits, syscall(SYS_ioctl, 0, 0x100005412ul, "x"))                                               \
  X(tioclinux, syscall(SYS_ioctl, 0, 0x541cul, "\2"))                                                           \
  X(settimeofday, syscall(SYS_settimeofday, 0, 0))                                                              \
  X(clock_settime, syscall(SYS_clock_settime, 0, 0))                                                            \
  X(sethostname, syscall(SYS_sethostname, "evil", 4))                                                           \
  X(quotactl, syscall(SYS_quotactl, 0, 0, 0, 0))                                                                \
  X(acct, syscall(SYS_acct, 0))                                                                                 \
  X(syslog, syscall(SYS_syslog, 3, 0, 0))                                                                       \
  X(personality, syscall(SYS_personality, 0x0040000))                                                           \
  X(setuid_root, setresuid(0, 0, 0))                                                                            \
  X(raise_limit, raised_limit())                                                                                \
  X(nice, setpriority(PRIO_PROCESS, 0, -5))                                                                     \
  X(realtime, sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}))                    \
  X(kill_beyond, kill(32000, 0))                                                                                \
  X(mount_proc, syscall(SYS_mount, "p", "/tmp", "proc", 0, 0))                                                  \
  X(mount_cgroup, syscall(SYS_mount, "c", "/tmp", "cgroup", 0, "memory"))                                       \
  X(mount_overlay, syscall(SYS_mount, "o", "/tmp", "overlay", 0, "lowerdir=/,upperdir=/work,workdir=/tmp"))     \
  X(bind_root, syscall(SYS_mount, "/", "/tmp", 0, 4096, 0))                                                     \
  X(share_mounts, syscall(SYS_mount, 0, "/", 0, 1 << 20, 0))                                                    \
  X(fspick, syscall(SYS_fspick, AT_FDCWD, "/", 0))                                                              \
  X(fsconfig, syscall(SYS_fsconfig, 0, 0, 0, 0, 0))                                                             \
  X(statmount, syscall(457, 0, 0, 0, 0))                                                                        \
  X(listmount, syscall(458, 0, 0, 0, 0))                                                                        \
  X(unshare_time, syscall(SYS_unshare, 0x80))                                                                   \
  X(unshare_cgroup, syscall(SYS_unshare, 0x02000000))                                                           \
  X(unshare_pids, syscall(SYS_unshare, CLONE_NEWPID))                                                           \
  X(clone_newns, syscall(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0))                                         \
  X(clone_newpid, syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0))                                       \
  X(io_uring_enter, syscall(426, 0, 0, 0, 0, 0))                                                                \
  X(io_uring_register, syscall(427, 0, 0, 0, 0))                                                                \
  X(fanotify_mark, syscall(SYS_fanotify_mark, 0, 1, 1, AT_FDCWD, "/"))                                          \
  X(lookup_dcookie, syscall(SYS_lookup_dcookie, 0, 0, 0))                                                       \
  X(process_vm_writev, syscall(SYS_process_vm_writev, 1, 0, 0, 0, 0, 0))                                        \
  X(ptrace_attach, syscall(SYS_ptrace, 16, 1, 0, 0))                                                            \
  X(migrate_pages, syscall(SYS_migrate_pages, 1, 0, 0, 0))                                                      \
  X(move_pages, syscall(SYS_move_pages, 1, 0, 0, 0, 0, 0))                                                      \
  X(set_mempolicy, syscall(SYS_set_mempolicy, 0, 0, 0))                                                         \
  X(vhangup, syscall(SYS_vhangup))                                                                              \
  X(setdomainname, syscall(SYS_setdomainname, "evil", 4))                                                       \
  X(adjtimex, syscall(SYS_adjtimex, 0))                                                                         \
  X(clock_adjtime, syscall(SYS_clock_adjtime, 0, 0))                                                            \
  X(quotactl_fd, syscall(443, 0, 0, 0, 0))                                                                      \
  X(set_securebits, prctl(PR_SET_SECUREBITS, 0, 0, 0, 0))                                                       \
  X(undo_no_new_privileges, prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0))                                             \
  X(raise_ambient, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0))                                       \
  X(drop_bounding, prctl(PR_CAPBSET_DROP, 21, 0, 0, 0))                                                         \
  X(rewrite_memory_map, prctl(PR_SET_MM, 8, 0, 0, 0))                                                           \
  X(undo_filter, prctl(PR_SET_SECCOMP, 0, 0, 0, 0))                                                             \
  X(take_capabilities, took_capabilities())                                                                     \
  X(setgid_root, syscall(SYS_setresgid, 0, 0, 0))                                                               \
  X(setgroups, syscall(SYS_setgroups, 1, &(gid_t){0}))                                                          \
  X(setfsuid_root, syscall(SYS_setfsuid, 0) >= 0 && syscall(SYS_setfsuid, -1) == 0 ? 0 : (errno = EPERM, -1))   \
  X(deadline, deadline())                                                                                       \
  X(realtime_io, syscall(SYS_ioprio_set, 1, 0, 1 << 13))                                                        \
  X(limit_init, syscall(SYS_prlimit64, 1, 7, &(struct rlimit){0, 0}, 0))                                        \
  X(pin_init, syscall(SYS_sched_setaffinity, 1, sizeof(long), &(long){1}))                                      \
  X(renice_init, setpriority(PRIO_PROCESS, 1, 19))                                                              \
  X(kill_everybody, kill(-1, 0))                                                                                \
  X(pidfd_of_the_host, syscall(434, 32000, 0))                                                                  \
  X(pidfd_stop_init, syscall(424, (int)syscall(434, 1, 0), SIGKILL, 0, 1))                                      \
  X(lock_much_memory, locked_memory())                                                                          \
  X(segment_of_the_host, syscall(SYS_shmget, 0x5a, 1, 0))                                                        \
  X(limit_init_time, syscall(SYS_prlimit64, 1, 0, &(struct rlimit){1, 1}, 0))
