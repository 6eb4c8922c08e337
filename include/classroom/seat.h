/* SPDX-License-Identifier: BSD-3-Clause */
// seat.h - the classroom's seat in a session: its path, what it sends, what it receives, its
// reports.
//
// Pure: time, datagrams and randomness come in as arguments, datagrams go out through two
// functions.
#ifndef CLASSROOM_SEAT_H
#define CLASSROOM_SEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/join.h"
#include "classroom/path.h"
#include "classroom/roster.h"
#include "classroom/uplink.h"

#define SEAT_DATAGRAM_BYTES_MAX SRTP_PACKET_BYTES_MAX
#define SEAT_REPORT_NS (2 * NS_IN_S)          // between receiver reports
#define SEAT_CHECK_REPORT_NS (250 * NS_IN_MS) // the same in a connection check
#define SEAT_CNAME_BYTES 64

// Where datagrams go, and where randomness comes from.
struct seat_edges {
	// To the relay's address of this family. Returns whether the system took it.
	bool (*to_relay)(enum ip_family family, const uint8_t *bytes, size_t length, void *user);
	void (*to_player)(uint16_t port, const uint8_t *bytes, size_t length, void *user);
	void (*random)(void *bytes, size_t length, void *user);
	void *user;
};

struct seat_totals {
	uint64_t stray; // datagrams that belong to nothing here
	uint64_t early; // input before the bell, thrown away
	uint64_t engine_errors;
};

struct seat {
	const struct srtp_engine *engine;
	struct seat_edges edges;
	char cname[SEAT_CNAME_BYTES];
	bool joined;
	struct join_times times;
	bool has_path; // false: given up, waiting for a fresh join
	struct path path;
	struct uplink uplinks[KIND_COUNT];
	uint64_t relay_lost[KIND_COUNT]; // of each uplink, as the relay reported last; this join
	struct roster roster;
	uint32_t report_ssrc;
	struct srtp_context *report_context;
	uint32_t relay_ssrc;
	struct srtp_context *relay_context;
	struct mono_time next_report;
	struct probe probe; // of a connection check
	struct seat_totals totals;
};

// `first_port` is the first of the players' port pairs.
void seat_init(struct seat *seat, const struct srtp_engine *engine, const struct seat_edges *edges,
	uint16_t first_port);
void seat_fini(struct seat *seat);

// Takes the seat of a join that arrived at `now`, afresh: keys, sequence numbers and path are new.
// Returns 0, or -ENOMEM: not seated then.
int seat_join(struct seat *seat, const struct join *join, struct mono_time now);

// Takes over times and receive list of a join of the same id. Returns 0 or -ENOMEM.
int seat_update(struct seat *seat, const struct join *join, struct mono_time now);

// Leaves: nothing flows, all keys are wiped. Safe when not seated.
void seat_leave(struct seat *seat);

// Gives the path up, since the relay has been told that a fresh join is wanted. Nothing flows until
// seat_join().
void seat_give_up_path(struct seat *seat);

// The state at `now`; JOIN_ENDED where not seated.
enum join_state seat_state(const struct seat *seat, struct mono_time now);

// Whether this is a connection check: probes flow, and nothing of cameras or players.
bool seat_is_check(const struct seat *seat);

// Whether media may flow now: between the bell and the end.
bool seat_is_live(const struct seat *seat, struct mono_time now);

bool seat_path_is_up(const struct seat *seat, struct mono_time now);

// A datagram came from the relay. Changes the bytes.
void seat_datagram(struct seat *seat, uint8_t *bytes, size_t length,
	const struct ip_address *source, be16_t source_port_be, struct mono_time now);

// The local encoder of `kind` sent a packet. Returns 0, or what uplink_packet() says is wrong.
int seat_input(struct seat *seat, enum stream_kind kind, const uint8_t *rtp, size_t length,
	struct mono_time now);

// Sends what is due: STUN and reports. Call at least every 50 ms.
void seat_tick(struct seat *seat, struct mono_time now, struct wall_time wall);

#endif
