/* SPDX-License-Identifier: BSD-3-Clause */
// https_buffer.c - bytes that grow up to a limit and are wiped when they move or go.
#include "platform/https_buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#define CAPACITY_BYTES_MIN 512

static int
grow(struct https_buffer *buffer, size_t need)
{
	size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_BYTES_MIN;
	while (capacity < need)
		capacity *= 2;

	// Not realloc(): it would leave the old bytes behind in freed memory.
	char *bytes = malloc(capacity);
	if (bytes == NULL)
		return -ENOMEM;
	if (buffer->bytes != NULL) {
		memcpy(bytes, buffer->bytes, buffer->length);
		OPENSSL_cleanse(buffer->bytes, buffer->capacity);
		free(buffer->bytes);
	}
	buffer->bytes = bytes;
	buffer->capacity = capacity;
	return 0;
}

int
https_buffer_append(struct https_buffer *buffer, const char *bytes, size_t length)
{
	if (length > buffer->limit - buffer->length)
		return -EMSGSIZE;

	size_t need = buffer->length + length + 1;
	if (need > buffer->capacity) {
		int error = grow(buffer, need);
		if (error)
			return error;
	}
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return 0;
}

void
https_buffer_clear(struct https_buffer *buffer)
{
	if (buffer->length > 0)
		OPENSSL_cleanse(buffer->bytes, buffer->length);
	buffer->length = 0;
}

void
https_buffer_release(struct https_buffer *buffer)
{
	https_buffer_clear(buffer);
	free(buffer->bytes);
	buffer->bytes = NULL;
	buffer->capacity = 0;
}

const char *
https_buffer_text(const struct https_buffer *buffer)
{
	return buffer->length > 0 ? buffer->bytes : "";
}
