/* SPDX-License-Identifier: BSD-3-Clause */
// tables.h - what a worker owns: its legs, streams and outflows, and the 5-tuples that lead to
// them.
#ifndef DATAPATH_TABLES_H
#define DATAPATH_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "datapath/requests.h"
#include "datapath/slot_set.h"
#include "media/frame.h"
#include "media/hmac_sha1.h"
#include "media/reception.h"
#include "media/stun.h"
#include "platform/messages.h"
#include "platform/stats.h"
#include "platform/units.h"

// A path without an authenticated packet for this long is down.
#define PATH_TIMEOUT_NS (15 * NS_IN_S)

// Flows that one endpoint receives.
#define LEG_RECEIVES_MAX (SESSION_LEGS_MAX * LEG_STREAMS_MAX)

#define NO_SLOT UINT32_MAX // the end of a list that goes through slots

struct rte_hash;
struct worker;

// The headers before each payload on its way to a leg: made once for its path and next hop, so that
// a packet only adds its length, DSCP and checksum.
#define HEADER_BYTES_MAX                                                                           \
	(ETHERNET_HEADER_BYTES + VLAN_TAG_BYTES + IPV6_HEADER_BYTES + UDP_HEADER_BYTES)

struct headers {
	uint32_t generation; // gateway_changes when they were made, and 1; 0: to be made anew
	uint8_t count;       // of bytes
	uint8_t ip_bytes;    // IP and UDP headers alone
	bool is_v4;
	uint16_t ip_sum; // IPv4: of the header without length, DSCP and checksum
	uint8_t bytes[HEADER_BYTES_MAX];
};

// Where a leg's endpoint is reached. Only what was proved ever stands here.
struct path {
	struct tuple tuple;
	struct mac next_hop; // learnt from the packet that proved it
	bool is_up;
	uint16_t tuple_sum; // of the tuple, for UDP checksums that move from one tuple to another
};

// So many events a second, and no more.
struct rate_limit {
	int64_t second;
	uint32_t count;
};

struct leg {
	// hot: what every packet looks at
	bool is_used;
	bool is_live;
	uint8_t stream_count;
	uint32_t slot;
	struct path path;
	struct headers headers; // made and kept by transmit.c
	uint32_t ssrcs[LEG_STREAMS_MAX];
	uint32_t streams[LEG_STREAMS_MAX]; // slots, beside ssrcs

	// warm: statistics
	struct leg_stats stats;

	// cold: the control of the path
	struct hmac_sha1_key relay_key;    // of the endpoint's requests and the relay's answers
	struct hmac_sha1_key endpoint_key; // of the relay's requests and the endpoint's answers
	char relay_username[2 * STUN_USER_BYTES_MAX];    // in the endpoint's requests
	char endpoint_username[2 * STUN_USER_BYTES_MAX]; // in the relay's requests
	struct rate_limit off_path;
	int64_t answered_units; // latch: when the newest question was asked that has its answer
	struct mono_time next_keepalive;
	struct mono_time next_report;
	uint32_t relay_ssrc;
	struct srtp_context *relay_context;
	uint32_t receive_count;
	uint32_t receives; // outflow slot that leads to this leg, first of their list; or NO_SLOT
	struct requests requests; // latch: those that came
};

#define GAP_SECONDS 10

// The longest gap between two packets that was seen in each of the last seconds.
struct gaps {
	int64_t second;           // of the monotonic clock, the newest
	uint32_t us[GAP_SECONDS]; // at second % GAP_SECONDS
};

struct stream {
	bool is_used;
	uint8_t dscp;
	enum stream_kind kind;
	uint32_t slot;
	uint32_t leg;
	uint32_t ssrc;
	uint32_t outflow_count;
	struct srtp_context *context;
	struct capture *capture; // where its headers go; NULL: nowhere
	struct reception reception;
	uint64_t auth_failures;
	uint64_t rtcp_packets;
	uint32_t outflows; // slot of the first of their list; or NO_SLOT
	struct gaps gaps;
};

struct outflow {
	bool is_used;
	uint32_t slot;
	uint32_t stream;
	uint32_t leg;
	uint32_t next_sent;     // of the same stream, or NO_SLOT
	uint32_t next_received; // of the same leg, or NO_SLOT
	struct outflow_stats stats;
};

// The slots of all workers. Each worker looks at its own share and at no other's.
struct store {
	struct stats_limits limits;
	struct leg *legs;
	struct stream *streams;
	struct outflow *outflows;
};

struct tables {
	// The store's, by the slots' numbers.
	struct leg *legs;
	struct stream *streams;
	struct outflow *outflows;
	// This worker's, and which of them are in use.
	struct slot_set own_legs;
	struct slot_set own_streams;
	struct slot_set own_outflows;
	struct rte_hash *by_tuple; // struct tuple -> leg slot; twice the entries there can be
	// By a tuple's hash, which of the worker's own legs was found for it last: right where that
	// leg's path is this tuple. Spares nearly every packet the look into by_tuple.
	uint32_t *guesses;
	uint32_t guess_count; // a power of 2
};

// Returns 0 or -ENOMEM.
int store_init(struct store *store, const struct stats_limits *limits);
void store_fini(struct store *store);

// The share of worker `number`. The store must outlive it. Returns 0 or -ENOMEM.
int tables_init(struct tables *tables, const struct store *store, uint32_t number);
void tables_fini(struct tables *tables);

// tables_paths.c: what of it tables_init() and tables_fini() leave to it.
int tables_paths_init(struct tables *tables, uint32_t number);
void tables_paths_fini(struct tables *tables);

// The messages' work. Returns 0, -EINVAL for what is out of range or order, -EEXIST, -ENOSPC.
int tables_leg_add(struct tables *tables, const struct message_leg *message, struct mono_time now);
int tables_leg_gate(struct tables *tables, const struct message_leg *message);
int tables_leg_remove(struct tables *tables, uint32_t slot);
int tables_stream_add(struct tables *tables, const struct message_stream *message);
int tables_stream_remove(struct tables *tables, uint32_t slot);
int tables_outflow_add(struct tables *tables, const struct message_outflow *message);
int tables_outflow_remove(struct tables *tables, uint32_t slot);
int tables_capture(struct tables *tables, const struct message_capture *message);

// The leg whose proved path `tuple` is, or NULL. In bulk: NULL for each that has none.
struct leg *tables_find_leg(struct tables *tables, const struct tuple *tuple);
void tables_find_legs(
	struct tables *tables, const struct tuple **tuples, unsigned count, struct leg **legs_out);

// The leg's stream of this SSRC, or NULL.
struct stream *tables_find_stream(struct tables *tables, const struct leg *leg, uint32_t ssrc);

// The outflow that carries the stream of `ssrc` to `leg`, or NULL.
struct outflow *tables_find_outflow(struct tables *tables, const struct leg *leg, uint32_t ssrc);

// Gives the leg a proved path in place of the one it had; a leg that had this tuple before loses
// it. Returns 0 or -ENOSPC.
int tables_set_path(struct tables *tables, struct leg *leg, const struct tuple *tuple,
	const struct mac *next_hop);

// Takes the leg's path away, until it proves one again.
void tables_clear_path(struct tables *tables, struct leg *leg);

#endif
