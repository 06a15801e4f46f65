#ifndef SAMOVAR_CLINUX_H
#define SAMOVAR_CLINUX_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#endif
