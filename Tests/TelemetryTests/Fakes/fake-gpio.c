// Answers version 2 of the GPIO character device's calls (linux/gpio.h) for regular files, in a program that is started with
// this in LD_PRELOAD. A chip is a file with its label in the first line, and then a line `NAME LEVEL` for each of its lines.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 16 };
struct line {
  char name[GPIO_MAX_NAME_SIZE];
  int level;
};
struct chip {
  char label[GPIO_MAX_NAME_SIZE];
  struct line lines[MOST];
  unsigned count;
};
// What each requested line is, by its descriptor.
static struct {
  int chip;
  unsigned offset;
  unsigned long long flags;
} held[1024];

static int load(int fd, struct chip *chip) {
  char text[1024] = {0};
  if (pread(fd, text, sizeof text - 1, 0) < 0) return -1;
  memset(chip, 0, sizeof *chip);
  char *rest = text, *line = strsep(&rest, "\n");
  strncpy(chip->label, line, sizeof chip->label - 1);
  while (chip->count < MOST && (line = strsep(&rest, "\n")) && *line) {
    struct line *next = &chip->lines[chip->count++];
    if (sscanf(line, "%31s %d", next->name, &next->level) != 2) return -1;
    if (strcmp(next->name, "-") == 0) next->name[0] = 0;
  }
  return 0;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  struct chip chip;
  if (request == GPIO_GET_CHIPINFO_IOCTL) {
    struct gpiochip_info *info = argument;
    if (load(fd, &chip) != 0) return -1;
    memcpy(info->label, chip.label, sizeof info->label);
    info->lines = chip.count;
    return 0;
  }
  if (request == GPIO_V2_GET_LINEINFO_IOCTL) {
    struct gpio_v2_line_info *info = argument;
    if (load(fd, &chip) != 0) return -1;
    if (info->offset >= chip.count) return errno = EINVAL, -1;
    memcpy(info->name, chip.lines[info->offset].name, sizeof info->name);
    return 0;
  }
  if (request == GPIO_V2_GET_LINE_IOCTL) {
    struct gpio_v2_line_request *wanted = argument;
    if (load(fd, &chip) != 0) return -1;
    if (wanted->num_lines != 1 || wanted->offsets[0] >= chip.count || !(wanted->config.flags & GPIO_V2_LINE_FLAG_INPUT)
        || strcmp(wanted->consumer, "samovar") != 0)
      return errno = EINVAL, -1;
    if (strcmp(chip.lines[wanted->offsets[0]].name, "taken") == 0) return errno = EBUSY, -1;
    wanted->fd = dup(fd);
    held[wanted->fd].chip = 1;
    held[wanted->fd].offset = wanted->offsets[0];
    held[wanted->fd].flags = wanted->config.flags;
    return 0;
  }
  if (request == GPIO_V2_LINE_GET_VALUES_IOCTL) {
    struct gpio_v2_line_values *values = argument;
    if (!held[fd].chip || values->mask != 1) return errno = EINVAL, -1;
    if (load(fd, &chip) != 0) return -1;
    int level = chip.lines[held[fd].offset].level;
    values->bits = (held[fd].flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW) ? !level : level;
    return 0;
  }
  int (*real)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
  return real(fd, request, argument);
}
