/* SPDX-License-Identifier: BSD-3-Clause */
// rig.h - a worker between two rings on a virtual clock, and endpoints that speak to it in real
// packets.
#ifndef TESTS_PACKETS_RIG_H
#define TESTS_PACKETS_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <check.h>

#include "datapath/worker.h"
#include "media/frame.h"
#include "media/hmac_sha1.h"
#include "media/stun.h"
#include "platform/messages.h"
#include "platform/stats.h"
#include "srtp/engine.h"

#define RIG_FRAME_BYTES_MAX 2048
#define RIG_MEDIA_PORT 5000
#define RIG_IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define RIG_ADDRESS RIG_IP(198, 18, 0, 2)
#define RIG_GATEWAY RIG_IP(198, 18, 0, 1)

#define RIG_WORKERS_MAX 4

struct rig {
	struct worker *worker; // the owner of the rig's endpoints
	struct worker *workers[RIG_WORKERS_MAX];
	struct fleet *fleet;
	struct stats *stats;
	const struct srtp_engine *engine;
	struct mono_time now;
};

// An endpoint as the worker knows it: a leg with one stream and one report stream.
struct rig_endpoint {
	uint32_t leg;
	uint32_t ip; // host order
	struct ip_address ip6;
	bool is_v6;    // speaks from ip6, not from ip
	uint16_t port; // host order
	struct mac mac;
	struct message_leg credentials;
	struct hmac_sha1_key relay_key;
	struct hmac_sha1_key endpoint_key;
	char username[2 * STUN_USER_BYTES_MAX];
	uint32_t ssrc;
	uint32_t report_ssrc;
	struct srtp_keys keys;
	struct srtp_context *relay_context;
	struct srtp_context *inbound;        // the worker's, of ssrc
	struct srtp_context *report_inbound; // the worker's, of report_ssrc
	struct srtp_context *outbound;       // the endpoint's, of ssrc
	struct srtp_context *report_outbound;
	uint16_t seq;
	uint32_t timestamp;
};

extern const struct mac rig_mac; // the workers'

struct rig_frame {
	uint8_t bytes[RIG_FRAME_BYTES_MAX];
	uint16_t length;
};

// The engine of every rig from now on; libsrtp2 before the first call.
void rig_use_engine(const struct srtp_engine *engine);

// fd00:198:18:: and these last two bytes; the worker is at 2.
struct ip_address rig_ip6(uint16_t last);
// The IPv6 gateway of every rig from now on; unset: none.
void rig_use_gateway6(const struct ip_address *gateway);
struct ip_address rig_address_of(const struct rig_endpoint *endpoint);

// Whether the device of every rig from now on takes frames in several buffers; not at first.
void rig_use_chains(bool is_used);

// How many workers every rig from now on has, how many queues its device has, and which worker owns
// the rig's endpoints; one alone at first.
void rig_use_fleet(uint32_t workers, uint16_t queues, uint32_t owner);

// Every rig from now on begins at the real time, so that its workers can run on lcores, and they
// nap there.
void rig_use_real_time(void);
// From here on the workers run by themselves, each on an lcore, until rig_halt(); between the two
// only rig_inject() and rig_take() are right.
void rig_run(struct rig *rig);
void rig_halt(struct rig *rig);

// Runs the suite with one worker alone, with two that have a queue each, and with four on one
// queue. Returns main()'s exit status.
int rig_run_in_fleets(Suite *(*make_suite)(void));

// Starts EAL on the first call. `gateway` in host order, 0: none; vlan VLAN_NONE: none.
void rig_start(struct rig *rig, uint32_t gateway, uint16_t vlan);
void rig_stop(struct rig *rig);

// Endpoint `number` (0, 1, ...) with slots and addresses of its own, live or not.
void rig_add_endpoint(struct rig *rig, struct rig_endpoint *endpoint, unsigned number,
	enum srtp_profile profile, bool live);
void rig_remove_endpoint(struct rig *rig, struct rig_endpoint *endpoint);
// `from`'s stream goes to `to`, as the owner's outflow slot `outflow`.
void rig_connect(struct rig *rig, uint32_t outflow, const struct rig_endpoint *from,
	const struct rig_endpoint *to);
void rig_disconnect(struct rig *rig, uint32_t outflow);
// The owner's slot of that number, counted from its first.
uint32_t rig_outflow(uint32_t outflow);

// Sends a message straight to the worker and returns its result.
int rig_tell(struct rig *rig, struct message *message);

// Puts a frame before the worker; runs one turn after moving the clock on; takes what it
// transmitted.
void rig_inject(struct rig *rig, const struct rig_frame *frame);
unsigned rig_turn(struct rig *rig, int64_t later_ns);
// The same frame in two buffers, the first of which holds `first_bytes`.
void rig_inject_in_two(struct rig *rig, const struct rig_frame *frame, uint16_t first_bytes);
// Takes buffers out of the pool until `left` are left, and gives them back. `buffers` has room for
// RIG_BUFFERS.
#define RIG_BUFFERS 4095
unsigned rig_take_buffers(void **buffers, unsigned left);
void rig_give_buffers(void **buffers, unsigned count);
// Fills the device's transmit queue; rig_discard_output() empties it.
unsigned rig_fill_output(struct rig *rig);
bool rig_take(struct rig *rig, struct rig_frame *frame);
// The next forwarded copy: the relay's own STUN and reports are passed over.
bool rig_take_copy(struct rig *rig, struct rig_frame *frame);
unsigned rig_discard_output(struct rig *rig);

// Frames of an endpoint: any UDP payload, a STUN request, an SRTP packet, an answer to a question
// of the relay's.
void rig_datagram(const struct rig_endpoint *endpoint, const void *payload, uint16_t payload_bytes,
	struct rig_frame *frame);
void rig_stun_request(
	const struct rig_endpoint *endpoint, uint8_t transaction_seed, struct rig_frame *frame);
void rig_rtp(struct rig *rig, struct rig_endpoint *endpoint, uint16_t payload_bytes, bool marker,
	struct rig_frame *frame);
// Runs turns until the endpoint's path is proved: request, challenge, answer. Fails the test if it
// is not.
void rig_prove_path(struct rig *rig, struct rig_endpoint *endpoint);
// Answers the relay's question in `question` as `endpoint` would.
bool rig_answer(const struct rig_endpoint *endpoint, const struct rig_frame *question,
	struct rig_frame *answer);

// The UDP payload of a frame the worker sent.
const uint8_t *rig_payload(const struct rig_frame *frame, struct frame *parsed);

// Asserts each worker's sums of frames as the board shows them, published or not.
void rig_check_board(struct rig *rig);

// The counters of all workers, published now; and the sums of frames asserted, for each worker and
// between them.
void rig_counters(struct rig *rig, struct worker_stats *stats);

#endif
