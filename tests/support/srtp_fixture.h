/* SPDX-License-Identifier: BSD-3-Clause */
// srtp_fixture.h - an engine's contexts beside the oracle, and packets for both.
#ifndef SUPPORT_SRTP_FIXTURE_H
#define SUPPORT_SRTP_FIXTURE_H

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "srtp/engine.h"
#include "srtp_oracle.h"

// The test defines TESTED_ENGINE, the function that starts the engine under test. It is called in
// each test's own process: a library that was started before a fork need not work behind it (NSS
// does not).
#ifndef TESTED_ENGINE
#error "TESTED_ENGINE is not defined"
#endif

#define SSRC 0x8badf00du
#define PACKET_BYTES 200
#define WINDOW 1024

static const enum srtp_profile profiles[] = {SRTP_AES_CM_128_HMAC_SHA1_80,
	SRTP_AES_CM_128_HMAC_SHA1_32, SRTP_AES_256_CM_HMAC_SHA1_80, SRTP_AEAD_AES_128_GCM,
	SRTP_AEAD_AES_256_GCM};
#define PROFILE_COUNT ((int)(sizeof profiles / sizeof profiles[0]))

static const struct srtp_engine *engine;
static struct srtp_keys keys;
static struct oracle oracle;
static struct srtp_context *inbound;
static struct srtp_context *outbound;

// One packet with its room.
struct packet {
	uint8_t bytes[SRTP_PACKET_BYTES_MAX];
	uint32_t length;
};

static inline void
start(enum srtp_profile profile, uint32_t inbound_roc)
{
	engine = TESTED_ENGINE();
	ck_assert_ptr_nonnull(engine);
	ck_assert_int_eq(srtp_keys_generate(profile, &keys), 0);
	oracle_init(&oracle, &keys, SSRC);
	inbound = engine->context_create(&keys, SSRC, SRTP_INBOUND, inbound_roc);
	outbound = engine->context_create(&keys, SSRC, SRTP_OUTBOUND, 0);
	ck_assert_ptr_nonnull(inbound);
	ck_assert_ptr_nonnull(outbound);
}

static inline void
stop(void)
{
	engine->context_destroy(inbound);
	engine->context_destroy(outbound);
	srtp_keys_wipe(&keys);
}

static inline struct packet
plain_rtp(uint16_t seq, uint32_t length)
{
	struct packet p = {.bytes = {0x80, 96}, .length = length};
	for (uint32_t i = 4; i < length; i++)
		p.bytes[i] = (uint8_t)(i * 7 + seq);
	oracle_write_be(p.bytes + 2, seq, 2);
	oracle_write_be(p.bytes + 8, SSRC, 4);
	return p;
}

static inline struct packet
plain_rtcp(uint32_t length)
{
	struct packet p = {.bytes = {0x80, 201}, .length = length};
	for (uint32_t i = 8; i < length; i++)
		p.bytes[i] = (uint8_t)(i * 5);
	oracle_write_be(p.bytes + 2, length / 4 - 1, 2);
	oracle_write_be(p.bytes + 4, SSRC, 4);
	return p;
}

static inline struct packet
sealed_rtp(uint64_t index)
{
	struct packet p = plain_rtp((uint16_t)index, PACKET_BYTES);
	p.length = (uint32_t)oracle_protect_rtp(&oracle, index, p.bytes, 12, p.length);
	return p;
}

static inline struct packet
sealed_rtcp(uint32_t index, bool encrypt)
{
	struct packet p = plain_rtcp(48);
	p.length = (uint32_t)oracle_protect_rtcp(&oracle, index, encrypt, p.bytes, p.length);
	return p;
}

static inline struct srtp_job
job_of(struct srtp_context *context, struct packet *p)
{
	return (struct srtp_job){context, p->bytes, p->length, sizeof p->bytes, 0, SRTP_OK};
}

// Runs one packet of a copy, so that the caller's stays as it is.
static inline struct srtp_job
run(void (*operation)(struct srtp_job *, size_t), struct srtp_context *context,
	const struct packet *original, struct packet *result)
{
	*result = *original;
	struct srtp_job job = job_of(context, result);
	operation(&job, 1);
	result->length = job.bytes;
	return job;
}

static inline enum srtp_verdict
verify(const struct packet *p, uint64_t *index_out)
{
	struct packet copy;
	struct srtp_job job = run(engine->verify_rtp, inbound, p, &copy);
	ck_assert_mem_eq(copy.bytes, p->bytes, sizeof p->bytes);
	ck_assert_uint_eq(copy.length, p->length);
	*index_out = job.index;
	return job.verdict;
}

static inline void
expect_index(uint64_t sealed_index)
{
	struct packet p = sealed_rtp(sealed_index);
	uint64_t index;
	ck_assert_int_eq(verify(&p, &index), SRTP_OK);
	ck_assert_uint_eq(index, sealed_index);
}

static inline void
expect_verdict(uint64_t sealed_index, enum srtp_verdict verdict)
{
	struct packet p = sealed_rtp(sealed_index);
	uint64_t index;
	ck_assert_int_eq(verify(&p, &index), verdict);
}

static inline size_t
from_hex(const char *hex, uint8_t *bytes)
{
	size_t count = strlen(hex) / 2;
	for (size_t i = 0; i < count; i++) {
		char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return count;
}

static inline void
expect_hex(const uint8_t *bytes, const char *hex)
{
	uint8_t expected[256];
	size_t count = from_hex(hex, expected);
	ck_assert_mem_eq(bytes, expected, count);
}

#endif
