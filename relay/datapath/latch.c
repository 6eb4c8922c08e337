/* SPDX-License-Identifier: BSD-3-Clause */
// latch.c - STUN: who knows a leg's password is answered, and who answers from an address has
// proved it.
//
// MESSAGE-INTEGRITY does not cover the source address, so a request that somebody recorded and
// sends from elsewhere must not move a leg. A new 5-tuple becomes the leg's path only after it has
// answered a request of the relay's own, whose transaction id is bound to that tuple and to this
// moment. The id holds all the relay needs to know of its question, so nobody can push a pending
// question out. Each question counts once, and only while no later one was answered: an answer that
// was recorded proves nothing when it is sent again.
#include <string.h>

#include "datapath/internal.h"
#include "media/stun.h"

#define OFF_PATH_REQUESTS_PER_S 20

// A transaction id of the relay's own: leg slot (3 bytes), the low 3 bytes of its time in
// TIME_UNIT_NS, MAC over both, the tuple and the whole time.
#define SLOT_BYTES 3
#define TIME_BYTES 3
#define MAC_OFFSET (SLOT_BYTES + TIME_BYTES)
#define TIME_UNIT_NS (100 * NS_IN_US)
#define TIME_MASK 0xffffff
#define ANSWER_AGE_MAX_NS (3 * NS_IN_S)

static void
write_be24(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 16);
	at[1] = (uint8_t)(value >> 8);
	at[2] = (uint8_t)value;
}

static uint32_t
read_be24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

// Fills in the MAC behind the slot and the time that stand in `transaction` already.
static void
sign_transaction(const struct worker *worker, uint8_t *transaction, const struct tuple *tuple,
	int64_t asked_units)
{
	uint8_t digest[HMAC_SHA1_BYTES];
	struct hmac_sha1 run;
	hmac_sha1_start(&run, &worker->transaction_key);
	hmac_sha1_add(&run, transaction, MAC_OFFSET);
	hmac_sha1_add(&run, tuple, sizeof *tuple);
	hmac_sha1_add(&run, &asked_units, sizeof asked_units);
	hmac_sha1_end(&run, digest);
	memcpy(transaction + MAC_OFFSET, digest, STUN_TRANSACTION_BYTES - MAC_OFFSET);
}

// When the relay asked this question of this tuple, in TIME_UNIT_NS; negative: it never did, or too
// long ago.
static int64_t
transaction_asked_units(const struct worker *worker, const uint8_t *transaction,
	const struct tuple *tuple, struct mono_time now)
{
	uint8_t expected[STUN_TRANSACTION_BYTES];
	int64_t now_units = now.ns / TIME_UNIT_NS;
	uint32_t then = read_be24(transaction + SLOT_BYTES);
	int64_t age_units = ((uint32_t)now_units - then) & TIME_MASK;
	int64_t asked_units = now_units - age_units;

	if (age_units * TIME_UNIT_NS > ANSWER_AGE_MAX_NS)
		return -1;
	memcpy(expected, transaction, MAC_OFFSET);
	sign_transaction(worker, expected, tuple, asked_units);
	return memcmp(expected, transaction, sizeof expected) == 0 ? asked_units : -1;
}

int
latch_ask(struct worker *worker, struct leg *leg, const struct tuple *tuple,
	const struct mac *next_hop, struct mono_time now)
{
	uint8_t transaction[STUN_TRANSACTION_BYTES];
	int64_t now_units = now.ns / TIME_UNIT_NS;
	write_be24(transaction, leg->slot);
	write_be24(transaction + SLOT_BYTES, (uint32_t)now_units & TIME_MASK);
	sign_transaction(worker, transaction, tuple, now_units);

	uint8_t message[STUN_MESSAGE_BYTES_MAX];
	int bytes = stun_write_request(
		message, sizeof message, transaction, leg->endpoint_username, &leg->endpoint_key);
	if (bytes < 0)
		return bytes;
	return transmit_own_datagram(worker, tuple, next_hop, message, (uint16_t)bytes);
}

// The USERNAME is "<relay_user>:<endpoint_user>".
bool
latch_user(const struct stun_message *message, uint8_t *worker_out, uint32_t *slot_out)
{
	const char *colon =
		message->username ? memchr(message->username, ':', message->username_bytes) : NULL;
	return colon && leg_user_parse(message->username, (uint32_t)(colon - message->username),
				worker_out, slot_out) == 0;
}

uint32_t
latch_asked_slot(const struct stun_message *message)
{
	return read_be24(message->transaction);
}

static struct leg *
find_by_username(struct worker *worker, const struct stun_message *message)
{
	uint8_t number;
	uint32_t slot;
	if (!latch_user(message, &number, &slot))
		return NULL;
	if (number != worker->settings.number || !slot_set_covers(&worker->tables.own_legs, slot))
		return NULL;
	struct leg *leg = &worker->tables.legs[slot];
	if (!leg->is_used || strlen(leg->relay_username) != message->username_bytes ||
		memcmp(leg->relay_username, message->username, message->username_bytes) != 0)
		return NULL;
	return leg;
}

static enum drop_reason
handle_request(struct worker *worker, struct packet *packet, const struct stun_message *message,
	struct mono_time now)
{
	const struct tuple *tuple = &packet->frame.tuple;
	struct leg *leg = find_by_username(worker, message);
	if (!leg)
		return DROP_STUN_UNKNOWN_USER;
	if (!stun_verify(packet->payload, message, &leg->relay_key)) {
		leg->stats.stun_failures++;
		return DROP_STUN_INTEGRITY;
	}

	bool is_on_path = leg->path.is_up && tuple_equals(&leg->path.tuple, tuple);
	if (!requests_take(&leg->requests, message->transaction, tuple, is_on_path)) {
		leg->stats.stun_failures++;
		return DROP_STUN_REPLAYED;
	}
	const struct mac *next_hop =
		transmit_next_hop(worker, &tuple->remote, &packet->frame.source);
	// Another router in front of the same address is another way, to be proved like any other.
	bool needs_proof =
		!is_on_path ||
		memcmp(next_hop, transmit_next_hop(worker, &tuple->remote, &leg->path.next_hop),
			sizeof *next_hop) != 0;
	if (needs_proof && !rate_limit_allows(&leg->off_path, OFF_PATH_REQUESTS_PER_S, now)) {
		leg->stats.stun_failures++;
		return DROP_STUN_RATE;
	}

	uint8_t answer[STUN_MESSAGE_BYTES_MAX];
	int bytes = stun_write_success(answer, sizeof answer, message->transaction, &tuple->remote,
		tuple->remote_port_be, &leg->relay_key);
	if (bytes < 0 ||
		transmit_own_datagram(worker, tuple, next_hop, answer, (uint16_t)bytes) != 0)
		return DROP_NO_BUFFER;
	if (needs_proof && latch_ask(worker, leg, tuple, next_hop, now) != 0)
		return DROP_NO_BUFFER;
	// It may be a recorded one, so it does not count as hearing from the endpoint.
	leg->stats.stun_requests++;
	return DROP_NONE;
}

static enum drop_reason
handle_answer(struct worker *worker, struct packet *packet, const struct stun_message *message,
	struct mono_time now)
{
	const struct tuple *tuple = &packet->frame.tuple;
	uint32_t slot = latch_asked_slot(message);
	if (!slot_set_covers(&worker->tables.own_legs, slot) || !worker->tables.legs[slot].is_used)
		return DROP_STUN_STALE;
	struct leg *leg = &worker->tables.legs[slot];
	int64_t asked_units = transaction_asked_units(worker, message->transaction, tuple, now);
	if (asked_units <= leg->answered_units)
		return DROP_STUN_STALE;
	if (!stun_verify(packet->payload, message, &leg->endpoint_key)) {
		leg->stats.stun_failures++;
		return DROP_STUN_INTEGRITY;
	}

	leg->answered_units = asked_units;
	if (!leg->path.is_up || !tuple_equals(&leg->path.tuple, tuple)) {
		if (tables_set_path(&worker->tables, leg, tuple, &packet->frame.source) != 0)
			return DROP_NO_BUFFER;
		leg->stats.path_changes++;
	} else {
		leg->path.next_hop = packet->frame.source;
		leg->headers.generation = 0;
	}
	leg->stats.rtt_us = (uint32_t)((now.ns - asked_units * TIME_UNIT_NS) / NS_IN_US);
	leg->stats.last_heard_ns = now.ns;
	return DROP_NONE;
}

void
latch(struct worker *worker, struct burst *burst)
{
	if (!burst_has(burst, PACKET_STUN))
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		struct stun_message message;
		enum drop_reason reason = DROP_NONE;
		if (!packet_is(packet, PACKET_STUN))
			continue;
		// ICE always sends the fingerprint (RFC 8445, section 7.1.1): without it, damage
		// behind MESSAGE-INTEGRITY would pass.
		if (stun_parse(packet->payload, packet->frame.payload_bytes, &message) != 0 ||
			!message.has_fingerprint)
			reason = DROP_STUN_MALFORMED;
		else if (message.type == STUN_BINDING_REQUEST)
			reason = handle_request(worker, packet, &message, burst->now);
		else if (message.type == STUN_BINDING_SUCCESS)
			reason = handle_answer(worker, packet, &message, burst->now);
		else if (message.type == STUN_BINDING_ERROR)
			reason = DROP_STUN_STALE;
		if (reason)
			packet_drop(packet, reason);
		else
			packet->fate = PACKET_CONSUMED; // an indication only keeps a NAT's mapping
	}
}
