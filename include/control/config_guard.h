/* SPDX-License-Identifier: BSD-3-Clause */
// config_guard.h - finds in a configuration's text what libconfig must not be given.
#ifndef CONTROL_CONFIG_GUARD_H
#define CONTROL_CONFIG_GUARD_H

#include <stddef.h>

#include "timetable/file_error.h"

// libconfig 1.5 ends the process at `@include "."`, waits for ever at the inclusion of a FIFO,
// takes 4294972296 for 5000, and stops at a NUL as if the file ended there. Returns 0, or -EINVAL
// with *error.
int config_guard_check(const char *file, const char *text, size_t count, struct file_error *error);

#endif
