/* SPDX-License-Identifier: BSD-3-Clause */
// path.c - STUN binding requests to the relay, and answers to its challenges (RFC 8489).
#include "classroom/path.h"

#include <string.h>

#include <openssl/crypto.h>

#define SETTLED_NS (2 * NS_IN_S)

void
path_init(struct path *path, const struct join_stun *stun, const bool has[IP_FAMILIES],
	struct mono_time now)
{
	memset(path, 0, sizeof *path);
	memcpy(path->has, has, sizeof path->has);
	path->family = path->asking = path->next_family = has[IP_V6] ? IP_V6 : IP_V4;
	strcpy(path->username, stun->username);
	strcpy(path->relay_username, stun->relay_username);
	hmac_sha1_key_init(&path->password, stun->password, strlen(stun->password));
	hmac_sha1_key_init(
		&path->relay_password, stun->relay_password, strlen(stun->relay_password));
	path->next_request = now;
	path->down_since = now;
	path->rtt_ns = -1;
}

void
path_fini(struct path *path)
{
	hmac_sha1_key_fini(&path->password);
	hmac_sha1_key_fini(&path->relay_password);
	OPENSSL_cleanse(path, sizeof *path);
}

bool
path_is_up(const struct path *path, struct mono_time now)
{
	return path->succeeded && mono_since_ns(now, path->last_success) < PATH_UP_NS;
}

bool
path_is_lost(const struct path *path, struct mono_time now)
{
	if (path_is_up(path, now))
		return false;
	struct mono_time down_since =
		path->succeeded ? mono_after_ns(path->last_success, PATH_UP_NS) : path->down_since;
	return mono_since_ns(now, down_since) >= PATH_LOST_NS;
}

// Whether the path's family has answered lately, so that there is nothing to choose.
static bool
is_settled(const struct path *path, struct mono_time now)
{
	return path->succeeded && mono_since_ns(now, path->last_success) < SETTLED_NS;
}

size_t
path_poll(struct path *path, struct mono_time now,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], uint8_t *bytes, size_t capacity)
{
	if (!mono_reached(now, path->next_request))
		return 0;

	int length =
		stun_write_request(bytes, capacity, transaction, path->username, &path->password);
	if (length < 0)
		return 0;
	bool settled = is_settled(path, now);
	path->asking = settled ? path->family : path->next_family;
	enum ip_family other = path->asking == IP_V6 ? IP_V4 : IP_V6;
	path->next_family = path->has[other] ? other : path->asking;
	struct path_request *request = &path->requests[path->request_next++ % PATH_PENDING_MAX];
	memcpy(request->transaction, transaction, sizeof request->transaction);
	request->family = path->asking;
	request->sent = now;
	request->pending = true;
	path->last_request = now;
	// Without an answer ask as often as at the start, so that a link that returns is noticed
	// soon.
	path->next_request =
		mono_after_ns(now, settled ? PATH_INTERVAL_UP_NS : PATH_INTERVAL_DOWN_NS);
	return (size_t)length;
}

bool
path_unsent(struct path *path, struct mono_time now)
{
	// Only from the first to the second: where neither can be sent, the next turn is soon
	// enough.
	if (path->asking != IP_V6 || !path->has[IP_V4] || is_settled(path, now))
		return false;
	path->next_request = now;
	return true;
}

static bool
has_username(const struct stun_message *message, const char *username)
{
	return message->username && message->username_bytes == strlen(username) &&
	       memcmp(message->username, username, message->username_bytes) == 0;
}

// The relay asks whether this address is really ours: a path is proved, not believed.
static size_t
answer_challenge(struct path *path, const uint8_t *datagram, const struct stun_message *message,
	const struct ip_address *source, be16_t source_port_be, struct mono_time now,
	uint8_t *answer, size_t capacity)
{
	if (!has_username(message, path->relay_username) ||
		!stun_verify(datagram, message, &path->relay_password)) {
		path->refused++;
		return 0;
	}
	// To answer on both families would make the relay take the later one.
	if (is_settled(path, now) && path->family != ip_family(source))
		return 0;
	int length = stun_write_success(answer, capacity, message->transaction, source,
		source_port_be, &path->relay_password);
	if (length < 0)
		return 0;
	path->challenges++;
	path->next_family = ip_family(source);
	// Replayed challenges must not make us flood: a short pause lies between two requests.
	struct mono_time soon = mono_after_ns(path->last_request, PATH_PAUSE_NS);
	struct mono_time next = mono_reached(now, soon) ? now : soon;
	if (mono_reached(path->next_request, next))
		path->next_request = next;
	return (size_t)length;
}

static void
take_success(struct path *path, const uint8_t *datagram, const struct stun_message *message,
	enum ip_family family, struct mono_time now)
{
	for (size_t i = 0; i < PATH_PENDING_MAX; i++) {
		struct path_request *request = &path->requests[i];
		if (!request->pending || request->family != family ||
			memcmp(request->transaction, message->transaction,
				STUN_TRANSACTION_BYTES) != 0)
			continue;
		if (!stun_verify(datagram, message, &path->password))
			break;
		request->pending = false;
		if (is_settled(path, now) && path->family != family)
			return;
		path->family = path->next_family = family;
		path->succeeded = true;
		path->last_success = now;
		path->rtt_ns = mono_since_ns(now, request->sent);
		path->next_request = mono_after_ns(request->sent, PATH_INTERVAL_UP_NS);
		return;
	}
	path->refused++;
}

size_t
path_receive(struct path *path, const uint8_t *datagram, size_t length,
	const struct ip_address *source, be16_t source_port_be, struct mono_time now,
	uint8_t *answer, size_t capacity)
{
	struct stun_message message;
	if (stun_parse(datagram, length, &message) != 0) {
		path->refused++;
		return 0;
	}
	if (message.type == STUN_BINDING_REQUEST)
		return answer_challenge(
			path, datagram, &message, source, source_port_be, now, answer, capacity);
	if (message.type == STUN_BINDING_SUCCESS)
		take_success(path, datagram, &message, ip_family(source), now);
	return 0;
}
