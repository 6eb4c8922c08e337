/* SPDX-License-Identifier: BSD-3-Clause */
// internal.h - the worker as its stages see it. Nobody outside datapath/ includes this.
#ifndef DATAPATH_INTERNAL_H
#define DATAPATH_INTERNAL_H

#include "datapath/burst.h"
#include "datapath/fleet.h"
#include "datapath/stages.h"
#include "datapath/tables.h"
#include "datapath/worker.h"
#include "srtp/engine.h"

#define TX_FRAMES_MAX 256 // copies of one burst are flushed whenever this many wait

// One frame that waits for transmission, beside its buffer in tx_mbufs.
struct tx_frame {
	struct outflow *outflow; // NULL: a frame of the relay's own
	uint32_t ip_bytes;
};

// Where a walk over a table's slots stands, that goes on by stretches.
struct sweep {
	uint32_t next; // counted from the first of them
	struct mono_time last;
	int64_t owed; // slots times ns: due, but less than a whole slot
};

// What arp and nd each know of their family's gateway, and when they speak next.
struct neighbours {
	struct mac gateway_mac;
	bool gateway_is_known;
	uint32_t gateway_changes;   // of the two above: headers of older ones are made anew
	unsigned gateway_questions; // since its last answer
	struct mono_time next;
	unsigned announcements_left;
	uint64_t told; // the fleet's word of the gateway, as it was told or heard last
};

struct worker {
	struct worker_settings settings;
	struct fleet *fleet;
	bool is_alone; // in a fleet of its own
	bool has_queue;
	uint32_t next_source; // receive: who is asked first, the device or another worker
	struct tables tables;
	struct worker_stats stats;
	struct burst burst;

	struct rte_mbuf *tx_mbufs[TX_FRAMES_MAX];
	struct tx_frame tx[TX_FRAMES_MAX];
	unsigned tx_count;
	uint64_t received_tsc; // the oldest of the burst that walks; written: receive
	double ns_per_cycle;

	// latch: the secret of the relay's own transaction ids, made at start
	struct hmac_sha1_key transaction_key;

	// arp, nd, icmp
	struct neighbours neighbours[IP_FAMILIES];
	struct rate_limit echo;

	// upkeep
	struct sweep leg_sweep;
	struct sweep publish_sweeps[3]; // legs, streams, outflows
	struct mono_time next_heartbeat;
	struct mono_time next_upkeep;
	uint32_t leg_count; // in use: naps are short while there are any

	// authenticate: decrypted SRTCP
	uint8_t rtcp_scratch[BURST_PACKETS_MAX][SRTP_PACKET_BYTES_MAX];

	bool stop; // written: any thread, read: worker
};

// transmit.c: headers, and the way out.

// What stands before a UDP payload.
struct datagram_headers {
	const struct tuple *tuple; // goes local -> remote
	const struct mac *next_hop;
	uint8_t dscp;
	uint16_t payload_bytes;
	be16_t udp_checksum_be;
};

// Bytes of the headers that transmit_write_headers() writes before a payload of this family: the IP
// and UDP headers alone, and with the Ethernet header.
unsigned transmit_ip_header_bytes(enum ip_family family);
unsigned transmit_header_bytes(const struct worker *worker, enum ip_family family);
void transmit_write_headers(
	const struct worker *worker, uint8_t *at, const struct datagram_headers *headers);

// The headers of packets to the leg, made anew where its path or next hop has changed. In line:
// each copy needs them.
void transmit_make_headers(struct worker *worker, struct leg *leg);
static inline const struct headers *
transmit_headers(struct worker *worker, struct leg *leg)
{
	enum ip_family family = leg->headers.is_v4 ? IP_V4 : IP_V6;
	if (leg->headers.generation != worker->neighbours[family].gateway_changes + 1)
		transmit_make_headers(worker, leg);
	return &leg->headers;
}

// Writes them before a payload of `payload_bytes` that lies behind `at`.
void transmit_put_headers(const struct headers *headers, uint8_t *at, uint8_t dscp,
	uint16_t payload_bytes, be16_t udp_checksum_be);

// Computes the UDP checksum of the datagram whose headers stand at `at`, its payload behind them.
void transmit_fill_checksum(
	const struct worker *worker, uint8_t *at, const struct datagram_headers *headers);

// The Ethernet header alone, with its VLAN tag where there is one. Writing returns the byte behind
// it.
unsigned transmit_ethernet_bytes(const struct worker *worker);
uint8_t *transmit_write_ethernet(const struct worker *worker, uint8_t *at,
	const struct mac *destination, uint16_t ethertype);

// Queues an Ethernet frame of the relay's own with these bytes behind its Ethernet header. Returns
// 0, or -ENOBUFS.
int transmit_own_frame(struct worker *worker, const struct mac *destination, uint16_t ethertype,
	const void *bytes, uint16_t length);

// Queues a UDP datagram of the relay's own. Returns 0, or -ENOBUFS.
int transmit_own_datagram(struct worker *worker, const struct tuple *tuple,
	const struct mac *next_hop, const void *payload, uint16_t payload_bytes);

// Hands all that waits to the device.
void transmit(struct worker *worker);

// Queues a frame; the mbuf is the queue's from here on.
static inline void
transmit_queue(
	struct worker *worker, struct rte_mbuf *mbuf, struct outflow *outflow, uint32_t ip_bytes)
{
	if (worker->tx_count == TX_FRAMES_MAX)
		transmit(worker);
	worker->tx_mbufs[worker->tx_count] = mbuf;
	worker->tx[worker->tx_count++] = (struct tx_frame){outflow, ip_bytes};
}

// Hands to the device what workers without a queue of their own have made. Returns how many frames
// it took.
unsigned transmit_for_others(struct worker *worker);

// The next hop towards `remote`: the gateway where one is known and the address is not on the
// wire, else `learnt`.
const struct mac *transmit_next_hop(
	const struct worker *worker, const struct ip_address *remote, const struct mac *learnt);

// neighbours.c: what is due in one family, to be sent by arp or nd.
struct neighbours_due {
	bool announcement;
	bool question;           // for the gateway
	const struct mac *asked; // whom; NULL: everybody
};
struct neighbours_due neighbours_upkeep(
	struct neighbours *neighbours, bool has_gateway, struct mono_time now);
// The gateway was heard, at `mac`.
void neighbours_heard(struct neighbours *neighbours, const struct mac *mac, struct mono_time now);

// Tells the fleet of the gateways, or hears of them.
void neighbours_share(struct worker *worker);

// Announce the media address (RFC 5227, section 3; RFC 4861, section 7.2.6) and keep the gateway's
// MAC fresh.
void arp_upkeep(struct worker *worker, struct mono_time now);
void nd_upkeep(struct worker *worker, struct mono_time now);

// nd.c: whether the frame went to a group in which the relay listens for neighbour discovery.
bool nd_is_heard(const struct worker *worker, const struct frame *frame);

// latch.c: asks the leg's endpoint on `tuple`; its answer proves the path.
int latch_ask(struct worker *worker, struct leg *leg, const struct tuple *tuple,
	const struct mac *next_hop, struct mono_time now);

// latch.c: the worker and leg that a request's USERNAME names; false where it names none. The leg
// that an answer's transaction id names. Neither is proved by it.
bool latch_user(const struct stun_message *message, uint8_t *worker_out, uint32_t *slot_out);
uint32_t latch_asked_slot(const struct stun_message *message);

// report.c: the relay's own RTCP receiver report on the leg, where it has something to say.
void report_send(struct worker *worker, struct leg *leg, struct mono_time now);

// upkeep.c: publishes the leg, stream or outflow that the message names, where it is in use.
void publish_named(struct worker *worker, const struct message *message, struct mono_time now);

// upkeep.c: what time asks for: keepalives, reports, paths that went quiet.
void upkeep(struct worker *worker, struct mono_time now);

// upkeep.c: puts the counters on the board when it is time to. Behind transmission, so that what
// was made has been transmitted or dropped whenever somebody looks.
void publish(struct worker *worker, struct mono_time now);

// rate_limit.c: whether one more event fits into this second's `events_per_s`; counts it if so.
bool rate_limit_allows(struct rate_limit *limit, uint32_t events_per_s, struct mono_time now);

#endif
