/* SPDX-License-Identifier: BSD-3-Clause */
// replace.h - writes a file so that a reader sees the old or the new one, never a half.
#ifndef CLASSROOM_REPLACE_H
#define CLASSROOM_REPLACE_H

#include <stddef.h>

// Returns 0 or the negative errno of what failed; the old file is untouched then.
int replace_file(const char *path, const char *text, size_t length);

#endif
