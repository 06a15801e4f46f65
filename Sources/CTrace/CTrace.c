#define _GNU_SOURCE
#include "CTrace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#define FOREIGN_BIT 0x40000000u  // __X32_SYSCALL_BIT
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_BIT 0u
#else
#error "say which AUDIT_ARCH this is"
#endif

static void record(struct samovar_trace *trace, uint64_t number, const uint64_t *arguments, uint8_t wanted) {
  struct samovar_call call = {.number = number};
  for (int i = 0; i < 6; i++)
    if (wanted >> i & 1) call.arguments[i] = arguments[i];
  for (size_t i = 0; i < trace->count; i++)
    if (!memcmp(&trace->calls[i], &call, sizeof call)) return;
  if (trace->count == trace->capacity) {
    trace->lost++;
    return;
  }
  trace->calls[trace->count++] = call;
}

static void record_entry(pid_t pid, const uint8_t *wanted, size_t wanted_count, struct samovar_trace *trace) {
  struct __ptrace_syscall_info info;
  memset(&info, 0, sizeof info);
  if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return;
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  if (info.arch != NATIVE_ARCHITECTURE || (FOREIGN_BIT && info.entry.nr >= FOREIGN_BIT)) {
    trace->foreign++;
    return;
  }
  uint64_t number = info.entry.nr;
  uint64_t arguments[6];
  for (int i = 0; i < 6; i++) arguments[i] = info.entry.args[i];
  record(trace, number, arguments, number < wanted_count ? wanted[number] : 0);
}

static int trace_loop(pid_t child, const uint8_t *wanted, size_t wanted_count, struct samovar_trace *trace) {
  // What the command's process did before it was the command is ours.
  bool executed = false;
  for (;;) {
    int status = 0;
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid != child) continue;
      trace->status = status;
      return 0;
    }
    if (!WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      if (executed) record_entry(pid, wanted, wanted_count, trace);
      signal = 0;
    } else if (event) {
      if (event == PTRACE_EVENT_EXEC && !executed) {
        executed = true;
        uint64_t none[6] = {0};
        record(trace, SYS_execve, none, 0);
      }
      signal = 0;
    } else if (signal == SIGSTOP && pid != child) {
      // Every new tracee begins with one that nobody sent. One that somebody did send is lost: a stopped tracee would
      // stay so, as its parent can't tell it from one that is traced.
      signal = 0;
    }
    // Gone meanwhile is seen by waitpid.
    ptrace(PTRACE_SYSCALL, pid, 0, (void *)(intptr_t)signal);
  }
}

int samovar_trace_run(char *const *arguments, const uint8_t *wanted, size_t wanted_count, struct samovar_trace *trace) {
  trace->count = 0;
  trace->lost = trace->foreign = 0;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return errno;
  pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) {
      raise(SIGSTOP);
      execvp(arguments[0], arguments);
    }
    int failure = errno;
    // The pipe is empty and has room; a parent that is gone needs no word.
    ssize_t written = write(ends[1], &failure, sizeof failure);
    _exit(written == sizeof failure ? 127 : 126);
  }
  close(ends[1]);
  int status = 0;
  while (waitpid(child, &status, __WALL) < 0)
    if (errno != EINTR) return errno;
  int result = 0;
  if (WIFSTOPPED(status)) {
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, (void *)options) < 0 || ptrace(PTRACE_SYSCALL, child, 0, 0) < 0)
      result = errno;
    else
      result = trace_loop(child, wanted, wanted_count, trace);
    if (result) kill(child, SIGKILL);
  }
  int failure = 0;
  if (result == 0 && read(ends[0], &failure, sizeof failure) == sizeof failure) result = failure;
  close(ends[0]);
  return result;
}
