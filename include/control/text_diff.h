/* SPDX-License-Identifier: BSD-3-Clause */
// text_diff.h - the lines that a new version of a text has no more, and those that it has anew.
#ifndef CONTROL_TEXT_DIFF_H
#define CONTROL_TEXT_DIFF_H

#include <stddef.h>

// Calls `tell` for each line (without its end) of `left` that `right` does not hold as often, in
// the order of `left`. Lines that only moved are not told. Returns how many there are, or -ENOMEM.
typedef void (*text_diff_fn)(void *context, const char *line, size_t bytes);
long text_diff(const char *left, size_t left_bytes, const char *right, size_t right_bytes,
	text_diff_fn tell, void *context);

#endif
