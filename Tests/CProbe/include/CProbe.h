// System calls that a task must not make, by name. C because syscall(2) is variadic and Swift has no inline
// assembly.
#ifndef CPROBE_H
#define CPROBE_H
// The errno of the attempt, 0 when it succeeded, -1 when there is no such attempt on this machine.
int probe_attempt(const char *name);
// The name at an index, NULL after the last.
const char *probe_name(int index);
int probe_fork(void);
#endif
