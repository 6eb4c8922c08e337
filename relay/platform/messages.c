/* SPDX-License-Identifier: BSD-3-Clause */
// messages.c - the user names and SSRCs by which packets find their worker.
#include "platform/messages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define LEG_USER_BYTES 24 // 2 + 6 + 16 hexadecimal digits
#define LEG_SLOT_MAX 0xffffff
#define SSRC_WORKER_SHIFT 24

void
leg_user(char text[STUN_USER_BYTES_MAX], uint8_t worker, uint32_t leg, uint64_t nonce)
{
	snprintf(text, STUN_USER_BYTES_MAX, "%02x%06x%016" PRIx64, worker, leg & LEG_SLOT_MAX,
		nonce);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
leg_user_parse(const char *text, uint32_t length, uint8_t *worker_out, uint32_t *leg_out)
{
	if (length != LEG_USER_BYTES)
		return -EINVAL;

	uint32_t value = 0;
	for (int i = 0; i < 8; i++) {
		int digit = hex_digit(text[i]);
		if (digit < 0)
			return -EINVAL;
		value = value << 4 | (uint32_t)digit;
	}
	*worker_out = (uint8_t)(value >> 24);
	*leg_out = value & LEG_SLOT_MAX;
	return 0;
}

uint32_t
ssrc_of_worker(uint8_t worker, uint32_t random)
{
	return (uint32_t)worker << SSRC_WORKER_SHIFT | (random & ((1u << SSRC_WORKER_SHIFT) - 1));
}

uint8_t
ssrc_worker(uint32_t ssrc)
{
	return (uint8_t)(ssrc >> SSRC_WORKER_SHIFT);
}
