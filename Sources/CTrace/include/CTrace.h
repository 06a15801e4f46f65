// ptrace(2) of one command and all its descendants: Swift can't call ptrace, which is variadic, nor fork.
#ifndef SAMOVAR_CTRACE_H
#define SAMOVAR_CTRACE_H

#include <stddef.h>
#include <stdint.h>

// A system call as it was made, with those of its arguments that were asked for; the others are 0.
struct samovar_call {
  uint64_t number;
  uint64_t arguments[6];
};

// What a trace came to.
struct samovar_trace {
  // Distinct calls, in the order in which they were first made.
  struct samovar_call *calls;
  size_t count, capacity;
  // Distinct calls that found no place.
  uint64_t lost;
  // Calls of another architecture (i386, x32), which no filter of ours lets through.
  uint64_t foreign;
  // As waitpid(2) has it.
  int status;
};

// Runs a command, found along PATH, to its end and fills `trace`, whose `calls` and `capacity` are the caller's. `wanted`
// has a byte for each number below `wanted_count`: bit i asks for argument i. Returns 0, or an errno; when the command
// has ended, what it left behind is killed.
int samovar_trace_run(char *const *arguments, const uint8_t *wanted, size_t wanted_count, struct samovar_trace *trace);

#endif
