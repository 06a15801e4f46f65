// Attempts that take more than one call. Each returns -1 and sets errno where it was refused.
#ifndef TRIES_H
#define TRIES_H
long opened(const char *path, int flags);
long wrote(const char *path, const char *text);
long connected(const char *address, int port);
long connected_6(void);
long made_socket(int family);
long made_raw(int family);
long raised_loopback(void);
long raised_limit(void);
long locked_memory(void);
long deadline(void);
long took_capabilities(void);
long climbed(void);
long made_immutable(void);
#endif
