/* SPDX-License-Identifier: BSD-3-Clause */
// path.h - the STUN side of the media path: opens it, keeps it, and says whether it is up.
//
// Where the relay has an address of each family, they are asked in turns, IPv6 first, until one has
// answered: that one it is, until it falls silent (the idea of RFC 8305).
//
// Pure: it is told the time, the datagrams that came, and fresh random bytes; it says what to send.
#ifndef CLASSROOM_PATH_H
#define CLASSROOM_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/join.h"
#include "media/hmac_sha1.h"
#include "media/stun.h"
#include "platform/units.h"

#define PATH_PENDING_MAX 16 // requests remembered: over 3 s of them while the path is down
#define PATH_INTERVAL_UP_NS NS_IN_S
#define PATH_INTERVAL_DOWN_NS (200 * NS_IN_MS)
#define PATH_PAUSE_NS (20 * NS_IN_MS) // at least, between two requests
#define PATH_UP_NS (5 * NS_IN_S)      // a success this recent: the path is up
#define PATH_LOST_NS (10 * NS_IN_S)   // down for this long: a fresh join is due

struct path_request {
	uint8_t transaction[STUN_TRANSACTION_BYTES];
	enum ip_family family;
	struct mono_time sent;
	bool pending;
};

// Holds secrets: path_fini() wipes them.
struct path {
	char username[STUN_USERNAME_BYTES_MAX + 1];
	char relay_username[STUN_USERNAME_BYTES_MAX + 1];
	struct hmac_sha1_key password;
	struct hmac_sha1_key relay_password;
	bool has[IP_FAMILIES];      // where the relay has an address
	enum ip_family family;      // the one that answered last: media goes there
	enum ip_family asking;      // of the last request
	enum ip_family next_family; // of the next one, while the path is silent
	struct path_request requests[PATH_PENDING_MAX];
	uint32_t request_next; // where the next one is remembered
	struct mono_time last_request;
	struct mono_time next_request;
	struct mono_time down_since; // of the time before the first success, and of each loss
	struct mono_time last_success;
	bool succeeded;      // once
	int64_t rtt_ns;      // of the last success; -1: none yet
	uint64_t challenges; // of the relay's, answered
	uint64_t refused;    // messages whose integrity, name or transaction was wrong
};

// `has` tells for each family whether the relay has an address of it; one has.
void path_init(struct path *path, const struct join_stun *stun, const bool has[IP_FAMILIES],
	struct mono_time now);
void path_fini(struct path *path);

// The request that is due at `now`, made with `transaction`, fresh random bytes; it goes to the
// relay's address of path->asking. Returns its bytes, 0 where none is due. Call again at
// path->next_request at the latest.
size_t path_poll(struct path *path, struct mono_time now,
	const uint8_t transaction[STUN_TRANSACTION_BYTES], uint8_t *bytes, size_t capacity);

// The system could not send the request. Returns whether the other family is to be asked instead,
// at once.
bool path_unsent(struct path *path, struct mono_time now);

// A STUN datagram came from the relay at source:source_port_be. Returns the bytes of the answer to
// send back there, 0 where there is none. A challenge that was answered makes the next request
// due at once, for then the relay knows the path and its success response is the proof.
size_t path_receive(struct path *path, const uint8_t *datagram, size_t length,
	const struct ip_address *source, be16_t source_port_be, struct mono_time now,
	uint8_t *answer, size_t capacity);

// Whether the relay has answered within PATH_UP_NS.
bool path_is_up(const struct path *path, struct mono_time now);

// Whether the path has been down for PATH_LOST_NS or longer.
bool path_is_lost(const struct path *path, struct mono_time now);

#endif
