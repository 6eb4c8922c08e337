/* SPDX-License-Identifier: BSD-3-Clause */
// source_file.h - reads a file that a person wrote, whole, without ever waiting for it.
#ifndef CONTROL_SOURCE_FILE_H
#define CONTROL_SOURCE_FILE_H

#include <limits.h>
#include <stddef.h>

#define SOURCE_FILE_REASON_BYTES 128

// Reads a regular file of at most `bytes_max` bytes into *bytes_out, which is freed with free() and
// has a NUL behind its end. Returns 0, -ENOMEM, or -EINVAL with `reason`.
int source_file_read(const char *path, size_t bytes_max, char **bytes_out, size_t *count_out,
	char reason[SOURCE_FILE_REASON_BYTES]);

// What `name` in the file `from` means: itself if absolute, else beside that file. 0 or
// -ENAMETOOLONG.
int source_file_beside(const char *from, const char *name, char out[PATH_MAX]);

#endif
