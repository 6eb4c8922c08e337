/* SPDX-License-Identifier: BSD-3-Clause */
// bytes.h - what byte-level tests share: repeatable random numbers, and copies whose end ASan
// guards.
#ifndef TESTS_SUPPORT_BYTES_H
#define TESTS_SUPPORT_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// xorshift64* of Vigna: the same numbers in every run, so that a failure can be repeated.
static inline uint32_t
random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

static inline void
random_fill(uint64_t *state, uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)random_next(state);
}

// A copy of exactly `length` bytes: reading one byte too far is an error under ASan. Free it.
static inline uint8_t *
exact_copy(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length > 0 ? length : 1);

	if (copy == NULL)
		abort();
	// Behind an empty message not even the one byte may matter.
	memset(copy, 0xa5, length > 0 ? length : 1);
	memcpy(copy, bytes, length);
	return copy;
}

#endif
