import Glibc

extension Expectation {
  /// What goes by a path.
  static let files: [Expectation] = [
    // The root and all that is attached to it is read-only; landlock may answer first.
    Expectation(
      .mounts, [EROFS, EACCES],
      [
        "write_root", "write_dev", "write_empty", "delete_the_program", "delete_the_root",
        "delete_the_work_directory", "delete_a_device", "delete_a_device_link", "chmod_the_program",
        "chmod_the_root",
      ]),
    // The running program is the host's file: read-only, another's, and busy (CVE-2019-5736). Which of these
    // is seen first depends on the kernel's version.
    Expectation(
      .mounts, [EACCES, EROFS, ETXTBSY],
      [
        "own_exe"
      ]),
    // A hard link or a rename that would leave the filesystem.
    Expectation(
      .mounts, [EXDEV],
      [
        "link_of_the_program", "link_of_a_device", "link_of_proc", "rename_of_the_program",
      ]),
    // Devices: refused by type, before the missing capability would.
    Expectation(
      .seccomp, [EPERM],
      [
        "mknod_block", "mknod_char", "mknod_whiteout",
      ]),
    // FS_IOC_SETFLAGS is no ioctl of the allow-list.
    Expectation(
      .seccomp, [EPERM],
      [
        "immutable_file"
      ]),
    // Attributes that give a file power need a capability; a device belongs to root.
    Expectation(
      .capabilities, [EPERM, EROFS],
      [
        "chmod_a_device", "file_capability", "trusted_attribute",
      ]),
    // An id that is not mapped does not exist.
    Expectation(
      .ids, [EINVAL],
      [
        "chown_to_root"
      ]),
    // Pid 1 is not dumpable: its files in /proc are root's, and root is nobody here.
    Expectation(
      .initProcess, [EACCES],
      [
        "init_exe", "init_memory", "init_environment", "init_root", "init_descriptors",
        "init_namespace", "init_directory", "init_map", "init_system_call", "init_oom_score",
        "init_id_map",
      ]),
    // The maps are written once, by the launcher.
    Expectation(
      .namespaces, [EPERM, EACCES],
      [
        "own_id_map", "own_setgroups",
      ]),
    // Only whoever may set clocks may, and only before the namespace has a process.
    Expectation(
      .namespaces, [EPERM, EACCES, ENOENT],
      [
        "own_time_offsets"
      ]),
    // Without a security module there is nothing to write to, and that is EINVAL; with one it is refused.
    Expectation(
      .capabilities, [EINVAL, EACCES, ENOENT, EPERM],
      [
        "own_security_label"
      ]),
    // Raised it may be, lowered not.
    Expectation(
      .limits, [EACCES],
      [
        "oom_score"
      ]),
    // /proc shows processes and nothing else (subset=pid).
    Expectation(
      .mounts, [ENOENT],
      [
        "core_pattern", "sysrq", "kcore", "kallsyms", "core_uses_pid", "modprobe_path", "hotplug_path",
        "binfmt_misc", "drop_caches", "ip_forward", "kernel_log", "kernel_keys", "key_users",
        "timer_list", "modules", "io_memory", "page_counts", "load_average", "interrupts",
        "processor_model", "kernel_command_line",
      ]),
    // There is no /sys: no sensors, no counters, no cgroups (CVE-2022-0492, PLATYPUS).
    Expectation(
      .mounts, [ENOENT],
      [
        "host_sys", "uevent_helper", "release_agent", "cgroup_members", "cgroup_limit", "sched_debug",
        "firmware", "serial_number", "energy_counter", "thermometers",
      ]),
    // /dev has five devices.
    Expectation(
      .mounts, [ENOENT],
      [
        "tty", "kernel_log_device", "physical_memory", "io_ports", "virtual_machines", "fuse",
        "tunnel", "loop_device", "pseudoterminal",
      ]),
    // The root holds what the task was given; no way leads above it.
    Expectation(
      .mounts, [ENOENT],
      [
        "host_shadow", "host_home", "host_passwd", "host_srv", "host_run", "dotdot_from_root",
        "dotdot_from_proc", "dotdot_from_descriptor",
      ]),
  ]
}
