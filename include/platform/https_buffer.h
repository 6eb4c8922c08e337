/* SPDX-License-Identifier: BSD-3-Clause */
// https_buffer.h - bytes that grow up to a limit and are wiped when they move or go: answers carry
// keys.
#ifndef PLATFORM_HTTPS_BUFFER_H
#define PLATFORM_HTTPS_BUFFER_H

#include <stddef.h>

// All zero but the limit is an empty one.
struct https_buffer {
	char *bytes; // `length` bytes and a terminating zero, or NULL
	size_t length;
	size_t capacity;
	size_t limit; // `length` never exceeds it
};

// Returns 0, -EMSGSIZE beyond the limit, or -ENOMEM.
int https_buffer_append(struct https_buffer *buffer, const char *bytes, size_t length);

// Wipes and empties it, the memory stays.
void https_buffer_clear(struct https_buffer *buffer);

// Wipes and frees it.
void https_buffer_release(struct https_buffer *buffer);

// Its bytes as text, "" where it is empty.
const char *https_buffer_text(const struct https_buffer *buffer);

#endif
