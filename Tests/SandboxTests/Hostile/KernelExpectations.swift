import Glibc

extension Expectation {
  /// What goes straight to the kernel.
  static let kernel: [Expectation] = [
    // Namespaces and mounts: what an escape begins with (CVE-2022-0185, CVE-2022-0492).
    Expectation(
      .seccomp, [EPERM],
      [
        "unshare_user", "unshare_mounts", "setns", "mount_tmpfs", "remount_root", "umount", "fsopen",
        "open_tree", "move_mount", "mount_setattr", "pivot_root", "chroot", "clone_newuser",
        "clone_newnet", "mount_proc", "mount_cgroup", "mount_overlay", "bind_root", "share_mounts",
        "fspick", "fsconfig", "unshare_time", "unshare_cgroup", "unshare_pids", "clone_newns",
        "clone_newpid",
      ]),
    // ENOSYS, so that a library falls back to what is allowed; also for what is newer than the profile.
    Expectation(
      .seccomp, [ENOSYS],
      [
        "clone3", "io_uring", "newer_than_the_profile", "statmount", "listmount", "io_uring_enter",
        "io_uring_register", "quotactl_fd",
      ]),
    // The rest of what the allow-list leaves out, by value of its arguments too (ioctl, personality).
    Expectation(
      .seccomp, [EPERM],
      [
        "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "ptrace_traceme",
        "ptrace_init", "process_vm_readv", "pidfd_getfd", "kcmp", "name_to_handle_at",
        "open_by_handle_at", "fanotify_init", "memfd_secret", "tiocsti", "tiocsti_high_bits",
        "tioclinux", "settimeofday", "clock_settime", "sethostname", "quotactl", "acct", "syslog",
        "fanotify_mark", "lookup_dcookie", "process_vm_writev", "ptrace_attach", "migrate_pages",
        "move_pages", "set_mempolicy", "vhangup", "setdomainname", "adjtimex", "clock_adjtime",
        "personality",
      ]),
    // Whoever has no capability in any set can neither take one nor use one.
    Expectation(
      .capabilities, [EPERM],
      [
        "set_securebits", "raise_ambient", "drop_bounding", "rewrite_memory_map", "take_capabilities",
        "setgroups", "setfsuid_root", "realtime", "deadline", "realtime_io", "raise_limit",
      ]),
    // An id that is not mapped does not exist.
    Expectation(
      .ids, [EINVAL],
      [
        "setuid_root", "setgid_root",
      ]),
    // RLIMIT_NICE is 0.
    Expectation(
      .limits, [EACCES],
      [
        "nice"
      ]),
    // RLIMIT_MEMLOCK.
    Expectation(
      .limits, [ENOMEM],
      [
        "lock_much_memory"
      ]),
    // What is once set stays set.
    Expectation(
      .noNewPrivileges, [EINVAL],
      [
        "undo_no_new_privileges", "undo_filter",
      ]),
    // The host's processes, and pid 1's neighbours, have no number here.
    Expectation(
      .namespaces, [ESRCH],
      [
        "kill_beyond", "kill_everybody", "pidfd_of_the_host",
      ]),
    // A segment of the host's IPC namespace: the test makes this one before.
    Expectation(
      .namespaces, [ENOENT],
      [
        "segment_of_the_host"
      ]),
    // Nothing is open but the three streams (CVE-2024-21626).
    Expectation(
      .descriptors, [EBADF],
      [
        "inherited_descriptor"
      ]),
    // Pid 1 holds capabilities that the payload lacks.
    Expectation(
      .initProcess, [EPERM],
      [
        "pin_init", "renice_init",
      ]),
    // Landlock from its version 6 on refuses it; Linux 6.1 calls it invalid. Before, the call returns 0 and does nothing: a pid 1 gets no signal
    // from its own namespace that it doesn't handle.
    Expectation(
      .initProcess, [EPERM, EINVAL, noError],
      [
        "pidfd_stop_init"
      ]),
    // Pid 1 has the payload's id, which prlimit(2) takes for permission: the filter lets a process ask for its own only.
    Expectation(
      .initProcess, [EPERM],
      [
        "limit_init", "limit_init_time",
      ]),
  ]
}
