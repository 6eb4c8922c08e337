/* SPDX-License-Identifier: BSD-3-Clause */
// atomic_file.h - a file that is either the old one or the new one, whole, whatever happens
// meanwhile.
#ifndef PLATFORM_ATOMIC_FILE_H
#define PLATFORM_ATOMIC_FILE_H

#include <stddef.h>

#include <sys/types.h>

// Writes `bytes` beside `path`, to the disk, and renames it to `path`, which is replaced. Returns 0
// or -errno; the old file then stays as it was.
int atomic_file_replace(const char *path, const void *bytes, size_t length, mode_t mode);

// The same for a file that must not be there yet: -EEXIST where it is.
int atomic_file_create(const char *path, const void *bytes, size_t length, mode_t mode);

#endif
