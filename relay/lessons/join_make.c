/* SPDX-License-Identifier: BSD-3-Clause */
// join_make.c - a join's secrets and contexts, each of them fresh.
#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "lessons/joins_internal.h"

static int
random_fill(void *bytes, size_t count)
{
	return RAND_bytes(bytes, (int)count) == 1 ? 0 : -EIO;
}

static int
random_hex(char *text, size_t digits)
{
	uint8_t bytes[32];
	assert(digits / 2 <= sizeof bytes);
	if (random_fill(bytes, digits / 2))
		return -EIO;
	for (size_t i = 0; i < digits / 2; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return 0;
}

static bool
ssrc_is_taken(const struct joins *joins, uint32_t worker, uint32_t ssrc)
{
	const struct slot_range legs = joins->desks[worker].legs.range;
	if (ssrc == 0)
		return true;
	for (uint32_t leg = legs.first; leg < legs.first + legs.count; leg++) {
		const struct join *join = joins->by_leg[leg];
		if (!join)
			continue;
		if (join->leg.relay_ssrc == ssrc)
			return true;
		for (size_t i = 0; i < join->stream_count; i++)
			if (join->streams[i].ssrc == ssrc)
				return true;
	}
	return false;
}

static int
ssrc_choose(const struct joins *joins, uint32_t worker, uint32_t *out)
{
	uint32_t ssrc; // not in its place yet: there it would be found taken
	do {
		if (random_fill(&ssrc, sizeof ssrc))
			return -EIO;
		ssrc = ssrc_of_worker((uint8_t)worker, ssrc);
	} while (ssrc_is_taken(joins, worker, ssrc));
	*out = ssrc;
	return 0;
}

// The stream is part of the join from stream_count on: then the cleanup knows it.
static int
stream_make(struct joins *joins, struct join *join, enum stream_kind kind,
	const struct timetable_codec *codec)
{
	struct join_stream *stream = &join->streams[join->stream_count];
	stream->join = join;
	stream->kind = kind;
	stream->codec = codec;
	TAILQ_INIT(&stream->copies);
	rates_init(&stream->rates);
	stream->rates.base.has_loss = stream->rates.has_base = true; // from its first packet on
	if (ssrc_choose(joins, join->worker, &stream->ssrc) ||
		srtp_keys_generate(join->profile, &stream->keys))
		return -EIO;
	int result = slots_acquire(&joins->desks[join->worker].streams, &stream->slot);
	if (result)
		return result;
	stream->context = joins->engine->context_create(&stream->keys, stream->ssrc,
		kind == STREAM_REPORT ? SRTP_INBOUND_RTCP : SRTP_INBOUND, 0);
	if (!stream->context) {
		slots_release(&joins->desks[join->worker].streams, stream->slot);
		return -EIO;
	}
	join->stream_count++;
	return 0;
}

int
join_make_streams(struct joins *joins, struct join *join)
{
	int result = stream_make(joins, join, STREAM_REPORT, NULL);
	const struct timetable_endpoint *endpoint = join->part->endpoint;
	if (join->part->role == LESSON_LISTEN)
		return result;
	for (size_t i = 0; !result && i < endpoint->stream_count; i++)
		result = stream_make(
			joins, join, endpoint->streams[i].kind, endpoint->streams[i].codec);
	return result;
}

int
join_make_leg(struct joins *joins, struct join *join)
{
	uint64_t nonce;
	struct message_leg *leg = &join->leg;
	if (random_fill(&nonce, sizeof nonce) || random_hex(join->id, JOIN_ID_BYTES - 1) ||
		random_hex(leg->endpoint_user, 16) ||
		random_hex(leg->relay_password, STUN_PASSWORD_BYTES_MAX - 1) ||
		random_hex(leg->endpoint_password, STUN_PASSWORD_BYTES_MAX - 1) ||
		srtp_keys_generate(join->profile, &join->relay_keys) ||
		ssrc_choose(joins, join->worker, &leg->relay_ssrc))
		return -EIO;
	leg_user(leg->relay_user, (uint8_t)join->worker, leg->leg, nonce);
	leg->relay_context = joins->engine->context_create(
		&join->relay_keys, leg->relay_ssrc, SRTP_OUTBOUND_RTCP, 0);
	return leg->relay_context ? 0 : -EIO;
}
