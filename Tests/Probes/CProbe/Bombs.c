#define _GNU_SOURCE
#include "CProbe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEBIBYTE = 1 << 20 };

static void *wait_for_ever(void *unused) {
  for (;;) pause();
}

static long thread(long number) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 16384);
  int reason = pthread_create(&thread, &attributes, wait_for_ever, 0);
  pthread_attr_destroy(&attributes);
  errno = reason;
  return reason == 0 ? 0 : -1;
}

static long mebibyte_to(int file) {
  static char chunk[MEBIBYTE];
  memset(chunk, 7, sizeof chunk);
  ssize_t count = write(file, chunk, sizeof chunk);
  if (count >= 0 && count < (ssize_t)sizeof chunk) errno = ENOSPC;
  return count == sizeof chunk ? 0 : -1;
}

static long memory(long number) {
  void *piece = mmap(0, MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (piece == MAP_FAILED) return -1;
  memset(piece, 7, MEBIBYTE);
  return 0;
}

static long work_file(long number) {
  static int file = -1;
  if (file < 0) file = open("/work/bomb", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  return mebibyte_to(file);
}

static long temporary_file(long number) {
  static int file = -1;
  if (file < 0) file = open("/dev/shm/bomb", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  return mebibyte_to(file);
}

static long memory_file(long number) {
  static int file = -1;
  if (file < 0) file = memfd_create("bomb", MFD_CLOEXEC);
  return mebibyte_to(file);
}

static long shared_memory(long number) {
  int segment = shmget(IPC_PRIVATE, MEBIBYTE, IPC_CREAT | 0600);
  if (segment < 0) return -1;
  void *piece = shmat(segment, 0, 0);
  if (piece == (void *)-1) return -1;
  memset(piece, 7, MEBIBYTE);
  // Never removed: it must die with its namespace.
  return shmdt(piece);
}

static long message_queue(long number) {
  char name[32];
  snprintf(name, sizeof name, "/bomb%ld", number);
  struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 8192};
  mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
  if (queue < 0) return -1;
  char message[8192] = {7};
  for (int index = 0; index < 10; index++)
    if (mq_send(queue, message, sizeof message, 0) < 0) return -1;
  return 0;
}

static long huge_pages(long number) {
  void *piece = mmap(0, 2 * MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (piece == MAP_FAILED) return -1;
  memset(piece, 7, 2 * MEBIBYTE);
  return 0;
}

static long empty_file(long number) {
  char name[64];
  snprintf(name, sizeof name, "/work/file%ld", number);
  int file = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  return close(file);
}

// Each inside the one before, so that no path reaches the last.
static long directory(long number) {
  if (number == 0 && chdir("/work") < 0) return -1;
  if (mkdir("d", 0700) < 0) return -1;
  return chdir("d");
}

// As long as a name may be, with what a careless log would obey.
static long nasty_name(long number) {
  char name[NAME_MAX + 1];
  memset(name, '\x1b', NAME_MAX);
  int length = snprintf(name, sizeof name, "\n\r\x1b[2J%ld", number);
  name[length] = '\xff';
  name[NAME_MAX] = 0;
  if (number == 0 && chdir("/work") < 0) return -1;
  int file = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  return close(file);
}

static long descriptor(long number) { return dup(0); }
static long inotify(long number) { return inotify_init1(0); }
static long epoll(long number) { return epoll_create1(0); }
static long timer(long number) { return timerfd_create(CLOCK_MONOTONIC, 0); }

static long pipe_buffer(long number) {
  int ends[2];
  if (pipe(ends) < 0) return -1;
  fcntl(ends[1], F_SETPIPE_SZ, MEBIBYTE);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  static char chunk[MEBIBYTE];
  memset(chunk, 7, sizeof chunk);
  return write(ends[1], chunk, sizeof chunk) > 0 ? 0 : -1;
}

static long socket_buffer(long number) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0) return -1;
  static char chunk[MEBIBYTE];
  memset(chunk, 7, sizeof chunk);
  return write(ends[0], chunk, sizeof chunk) > 0 ? 0 : -1;
}

static long core_dump(long number) {
  pid_t child = fork();
  if (child == 0) {
    memory(number);
    abort();
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return -1;
  errno = EFBIG;
  return WCOREDUMP(status) ? -1 : 0;
}

static long zombie(long number) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  return child < 0 ? -1 : 0;
}

static const struct {
  const char *name;
  long (*step)(long number);
} bombs[] = {
    {"threads", thread},           {"memory", memory},           {"work", work_file},
    {"shm", temporary_file},       {"memfd", memory_file},       {"sysv-shm", shared_memory},
    {"mqueue", message_queue},     {"hugetlb", huge_pages},      {"files", empty_file},
    {"directories", directory},    {"names", nasty_name},        {"descriptors", descriptor},
    {"inotify", inotify},          {"epoll", epoll},             {"timers", timer},
    {"pipes", pipe_buffer},        {"sockets", socket_buffer},   {"cores", core_dump},
    {"zombies", zombie},
};

long probe_bomb(const char *name, long most) {
  for (size_t index = 0; index < sizeof bombs / sizeof bombs[0]; index++) {
    if (strcmp(name, bombs[index].name)) continue;
    long number = 0;
    errno = 0;
    while (number < most && bombs[index].step(number) >= 0) number++;
    return number;
  }
  return -1;
}

int probe_connect_abstract(const char *name) {
  int file = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  memcpy(address.sun_path + 1, name, length);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
  int reason = connect(file, (struct sockaddr *)&address, size) < 0 ? errno : 0;
  close(file);
  return reason;
}
