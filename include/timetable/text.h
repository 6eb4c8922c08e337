/* SPDX-License-Identifier: BSD-3-Clause */
// text.h - bytes that grow while an export is written.
#ifndef TIMETABLE_TEXT_H
#define TIMETABLE_TEXT_H

#include <stddef.h>

#define TEXT_BYTES_MAX (64u * 1024 * 1024)

// Begins as all zero. The first failure stays in `result`, and after it nothing more is taken in:
// one look at the end is enough.
struct text {
	char *bytes; // with a zero behind them once there is one
	size_t count;
	size_t capacity;
	int result; // 0, -ENOMEM, or -EFBIG beyond TEXT_BYTES_MAX
};

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t count);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// Frees the bytes and makes it all zero again.
void text_fini(struct text *text);

#endif
