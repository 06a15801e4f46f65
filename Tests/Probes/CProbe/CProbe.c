#define _GNU_SOURCE
#include "CProbe.h"

#include "FileAttempts.h"
#include "KernelAttempts.h"
#include "NetworkAttempts.h"
#include "Tries.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTEMPTS(X) KERNEL_ATTEMPTS(X) FILE_ATTEMPTS(X) NETWORK_ATTEMPTS(X)

// Those that kill whoever makes them.
#define KILLERS(X)                                                                                              \
  X(bpf, syscall(SYS_bpf, 0, 0, 0))                                                                             \
  X(kexec_load, syscall(SYS_kexec_load, 0, 0, 0, 0))                                                            \
  X(kexec_file_load, syscall(SYS_kexec_file_load, 0, 0, 0, 0, 0))                                               \
  X(init_module, syscall(SYS_init_module, 0, 0, ""))                                                            \
  X(finit_module, syscall(SYS_finit_module, 0, "", 0))                                                          \
  X(delete_module, syscall(SYS_delete_module, "", 0))                                                           \
  X(reboot, syscall(SYS_reboot, 0, 0, 0, 0))                                                                    \
  X(swapon, syscall(SYS_swapon, "", 0))                                                                         \
  X(swapoff, syscall(SYS_swapoff, ""))

static const char *names[] = {
#define NAME(name, call) #name,
    ATTEMPTS(NAME) NULL};

const char *probe_name(int index) { return names[index]; }
int probe_fork(void) { return fork(); }
int probe_securebits(void) { return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0); }

int probe_attempt(const char *name) {
  errno = 0;
#define TRY(attempt, call)                                                                                      \
  if (!strcmp(name, #attempt)) return (long)(call) < 0 ? errno : 0;
  ATTEMPTS(TRY)
  KILLERS(TRY)
#ifdef __x86_64__
  if (!strcmp(name, "iopl")) return syscall(SYS_iopl, 3) < 0 ? errno : 0;
  if (!strcmp(name, "ioperm")) return syscall(SYS_ioperm, 0x70, 1, 1) < 0 ? errno : 0;
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
