// What a hostile task tries, by name. C because syscall(2) is variadic and Swift has no inline assembly.
#ifndef CPROBE_H
#define CPROBE_H
// The errno of the attempt, 0 when it succeeded, -1 when there is no such attempt on this machine.
int probe_attempt(const char *name);
// The name at an index, NULL after the last.
const char *probe_name(int index);
int probe_fork(void);
// Securebits of the calling thread.
int probe_securebits(void);
// Takes more and more of something, and returns how often that went well before it was refused. Errno says why.
// -1 when there is no such bomb.
long probe_bomb(const char *name, long most);
// The errno of a connection to the abstract socket of this name, 0 when it was made.
int probe_connect_abstract(const char *name);
// Runs a program as on a kernel without seccomp; the errno where that can't be.
int probe_without_seccomp(char *const arguments[]);
// Makes sockets with abstract names that nobody can reach any more when their process ends, but that hold each other. An errno.
int probe_litter_sockets(int count);
// The errno of giving a socket the first of those names.
int probe_bind_litter_name(void);
#endif
