// Name and attempt, of what goes by a path.
#define FILE_ATTEMPTS(X)                                                                                        \
  X(mknod_block, mknod("/work/disk", S_IFBLK | 0600, makedev(254, 0)))                                          \
  X(mknod_char, mknod("/work/mem", S_IFCHR | 0600, makedev(1, 1)))                                              \
  X(write_root, opened("/evil", O_CREAT | O_WRONLY))                                                            \
  X(write_dev, opened("/dev/evil", O_CREAT | O_WRONLY))                                                         \
  X(write_empty, opened("/.empty/evil", O_CREAT | O_WRONLY))                                                    \
  X(host_shadow, opened("/etc/shadow", O_RDONLY))                                                               \
  X(host_home, opened("/root", O_RDONLY))                                                                       \
  X(host_sys, opened("/sys", O_RDONLY))                                                                         \
  X(tty, opened("/dev/tty", O_RDWR))                                                                            \
  X(core_pattern, opened("/proc/sys/kernel/core_pattern", O_WRONLY))                                            \
  X(sysrq, opened("/proc/sysrq-trigger", O_WRONLY))                                                             \
  X(kcore, opened("/proc/kcore", O_RDONLY))                                                                     \
  X(kallsyms, opened("/proc/kallsyms", O_RDONLY))                                                               \
  X(init_exe, opened("/proc/1/exe", O_RDONLY))                                                                  \
  X(init_memory, opened("/proc/1/mem", O_RDONLY))                                                               \
  X(init_environment, opened("/proc/1/environ", O_RDONLY))                                                      \
  X(init_root, opened("/proc/1/root", O_RDONLY))                                                                \
  X(init_descriptors, opened("/proc/1/fd/3", O_RDONLY))                                                         \
  X(own_exe, opened("/proc/self/exe", O_WRONLY))                                                                \
  X(oom_score, wrote("/proc/self/oom_score_adj", "-1000"))                                                      \
  X(mknod_whiteout, mknod("/work/whiteout", S_IFCHR | 0600, makedev(0, 0)))                                     \
  X(core_uses_pid, opened("/proc/sys/kernel/core_uses_pid", O_WRONLY))                                          \
  X(modprobe_path, opened("/proc/sys/kernel/modprobe", O_WRONLY))                                               \
  X(hotplug_path, opened("/proc/sys/kernel/hotplug", O_WRONLY))                                                 \
  X(binfmt_misc, opened("/proc/sys/fs/binfmt_misc/register", O_WRONLY))                                         \
  X(drop_caches, opened("/proc/sys/vm/drop_caches", O_WRONLY))                                                  \
  X(ip_forward, opened("/proc/sys/net/ipv4/ip_forward", O_WRONLY))                                              \
  X(uevent_helper, opened("/sys/kernel/uevent_helper", O_WRONLY))                                               \
  X(release_agent, opened("/sys/fs/cgroup/memory/release_agent", O_WRONLY))                                     \
  X(cgroup_members, opened("/sys/fs/cgroup/cgroup.procs", O_WRONLY))                                            \
  X(cgroup_limit, opened("/sys/fs/cgroup/memory.max", O_WRONLY))                                                \
  X(kernel_log, opened("/proc/kmsg", O_RDONLY))                                                                 \
  X(kernel_log_device, opened("/dev/kmsg", O_RDONLY))                                                           \
  X(kernel_keys, opened("/proc/keys", O_RDONLY))                                                                \
  X(key_users, opened("/proc/key-users", O_RDONLY))                                                             \
  X(timer_list, opened("/proc/timer_list", O_RDONLY))                                                           \
  X(sched_debug, opened("/sys/kernel/debug/sched/debug", O_RDONLY))                                             \
  X(modules, opened("/proc/modules", O_RDONLY))                                                                 \
  X(io_memory, opened("/proc/iomem", O_RDONLY))                                                                 \
  X(page_counts, opened("/proc/kpagecount", O_RDONLY))                                                          \
  X(load_average, opened("/proc/loadavg", O_RDONLY))                                                            \
  X(interrupts, opened("/proc/interrupts", O_RDONLY))                                                           \
  X(processor_model, opened("/proc/cpuinfo", O_RDONLY))                                                         \
  X(kernel_command_line, opened("/proc/cmdline", O_RDONLY))                                                     \
  X(firmware, opened("/sys/firmware", O_RDONLY))                                                                \
  X(serial_number, opened("/sys/class/dmi/id/product_serial", O_RDONLY))                                        \
  X(energy_counter, opened("/sys/class/powercap", O_RDONLY))                                                    \
  X(thermometers, opened("/sys/class/hwmon", O_RDONLY))                                                         \
  X(physical_memory, opened("/dev/mem", O_RDWR))                                                                \
  X(io_ports, opened("/dev/port", O_RDWR))                                                                      \
  X(virtual_machines, opened("/dev/kvm", O_RDWR))                                                               \
  X(fuse, opened("/dev/fuse", O_RDWR))                                                                          \
  X(tunnel, opened("/dev/net/tun", O_RDWR))                                                                     \
  X(loop_device, opened("/dev/loop-control", O_RDWR))                                                           \
  X(pseudoterminal, opened("/dev/ptmx", O_RDWR))                                                                \
  X(host_passwd, opened("/etc/passwd", O_RDONLY))                                                               \
  X(host_srv, opened("/srv", O_RDONLY))                                                                         \
  X(host_run, opened("/run", O_RDONLY))                                                                         \
  X(init_namespace, opened("/proc/1/ns/mnt", O_RDONLY))                                                         \
  X(init_directory, opened("/proc/1/cwd", O_RDONLY))                                                            \
  X(init_map, opened("/proc/1/maps", O_RDONLY))                                                                 \
  X(init_system_call, opened("/proc/1/syscall", O_RDONLY))                                                      \
  X(init_oom_score, opened("/proc/1/oom_score_adj", O_WRONLY))                                                  \
  X(init_id_map, opened("/proc/1/uid_map", O_WRONLY))                                                           \
  X(own_id_map, wrote("/proc/self/uid_map", "0 0 1"))                                                           \
  X(own_setgroups, wrote("/proc/self/setgroups", "allow"))                                                      \
  X(own_time_offsets, wrote("/proc/self/timens_offsets", "monotonic 1 0"))                                      \
  X(own_security_label, wrote("/proc/self/attr/current", "unconfined"))                                         \
  X(dotdot_from_root, opened("/../../../../etc/shadow", O_RDONLY))                                              \
  X(dotdot_from_proc, opened("/proc/self/root/../etc/shadow", O_RDONLY))                                        \
  X(dotdot_from_descriptor, climbed())                                                                          \
  X(link_of_the_program, link("/probe", "/work/hard"))                                                          \
  X(link_of_a_device, link("/dev/null", "/work/null"))                                                          \
  X(link_of_proc, link("/proc/self/status", "/work/status"))                                                    \
  X(rename_of_the_program, rename("/probe", "/work/moved"))                                                     \
  X(delete_the_program, unlink("/probe"))                                                                       \
  X(delete_the_root, rmdir("/.empty"))                                                                          \
  X(delete_the_work_directory, rmdir("/work"))                                                                  \
  X(delete_a_device, unlink("/dev/null"))                                                                       \
  X(delete_a_device_link, unlink("/dev/fd"))                                                                    \
  X(chmod_the_program, chmod("/probe", 0777))                                                                   \
  X(chmod_the_root, chmod("/", 0777))                                                                           \
  X(chmod_a_device, chmod("/dev/null", 0))                                                                      \
  X(chown_to_root, chown("/work", 0, 0))                                                                        \
  X(file_capability, setxattr("/work", "security.capability", "\1\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0))\
  X(trusted_attribute, setxattr("/work", "trusted.overlay.opaque", "y", 1, 0))                                  \
  X(immutable_file, made_immutable())
