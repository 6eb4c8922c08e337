// SPDX-License-Identifier: BSD-3-Clause
// text.c - bytes that grow while an export is written.
#include "timetable/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 4096

// Room for `count` more bytes and a zero.
static int
reserve(struct text *text, size_t count)
{
	size_t capacity = text->capacity == 0 ? CAPACITY_MIN : text->capacity;
	char *bytes;

	if (text->result != 0)
		return text->result;
	if (count >= TEXT_BYTES_MAX - text->count) {
		text->result = -EFBIG;
		return text->result;
	}
	while (capacity < text->count + count + 1)
		capacity *= 2;
	if (capacity == text->capacity)
		return 0;
	bytes = realloc(text->bytes, capacity);
	if (bytes == NULL) {
		text->result = -ENOMEM;
		return text->result;
	}
	text->bytes = bytes;
	text->capacity = capacity;
	return 0;
}

void
text_add_bytes(struct text *text, const char *bytes, size_t count)
{
	if (reserve(text, count) != 0)
		return;
	memcpy(text->bytes + text->count, bytes, count);
	text->count += count;
	text->bytes[text->count] = '\0';
}

void
text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void
text_add_format(struct text *text, const char *format, ...)
{
	va_list arguments;
	int count;

	va_start(arguments, format);
	count = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (count < 0) {
		text->result = text->result != 0 ? text->result : -ENOMEM;
		return;
	}
	if (reserve(text, (size_t)count) != 0)
		return;
	va_start(arguments, format);
	vsnprintf(text->bytes + text->count, (size_t)count + 1, format, arguments);
	va_end(arguments);
	text->count += (size_t)count;
}

void
text_fini(struct text *text)
{
	free(text->bytes);
	*text = (struct text){0};
}
