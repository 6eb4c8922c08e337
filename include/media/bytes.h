/* SPDX-License-Identifier: BSD-3-Clause */
// bytes.h - reads and writes big-endian fields at any alignment, in host order.
#ifndef MEDIA_BYTES_H
#define MEDIA_BYTES_H

#include <stdint.h>

static inline uint16_t
bytes_get_16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t
bytes_get_24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static inline uint32_t
bytes_get_32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | bytes_get_24(at + 1);
}

static inline uint64_t
bytes_get_64(const uint8_t *at)
{
	return (uint64_t)bytes_get_32(at) << 32 | bytes_get_32(at + 4);
}

static inline void
bytes_put_16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void
bytes_put_24(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 16);
	bytes_put_16(at + 1, (uint16_t)value);
}

static inline void
bytes_put_32(uint8_t *at, uint32_t value)
{
	bytes_put_16(at, (uint16_t)(value >> 16));
	bytes_put_16(at + 2, (uint16_t)value);
}

static inline void
bytes_put_64(uint8_t *at, uint64_t value)
{
	bytes_put_32(at, (uint32_t)(value >> 32));
	bytes_put_32(at + 4, (uint32_t)value);
}

#endif
