/* SPDX-License-Identifier: BSD-3-Clause */
// handover.c - packets of sessions that another worker owns go to that worker, in their order.
//
// Whose a packet is, it says itself: by the USERNAME of a STUN request, the transaction id of an
// answer, the SSRC of media. All these are the relay's own words; who forges them only chooses
// which worker throws the packet away.
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "datapath/internal.h"
#include "media/bytes.h"
#include "media/stun.h"

#define SSRC_OFFSET_RTP 8  // RFC 3550, section 5.1
#define SSRC_OFFSET_RTCP 4 // RFC 3550, section 6.4

// Nobody's, so whoever has it throws it away.
#define NOBODY WORKERS_MAX

static uint32_t
owner_of_stun(const struct worker *worker, const struct packet *packet)
{
	struct stun_message message;
	uint32_t slot;

	if (stun_parse(packet->payload, packet->frame.payload_bytes, &message) != 0)
		return NOBODY;
	if (message.type == STUN_BINDING_REQUEST) {
		uint8_t number;
		return latch_user(&message, &number, &slot) ? number : NOBODY;
	}
	if (message.type != STUN_BINDING_SUCCESS)
		return NOBODY;
	return latch_asked_slot(&message) / worker->tables.own_legs.range.count;
}

static uint32_t
owner_of_media(const struct packet *packet)
{
	unsigned offset = packet->kind == PACKET_RTP ? SSRC_OFFSET_RTP : SSRC_OFFSET_RTCP;
	if (packet->frame.payload_bytes < offset + sizeof(uint32_t))
		return NOBODY;
	return ssrc_worker(bytes_get_32(packet->payload + offset));
}

static uint32_t
owner_of(const struct worker *worker, const struct packet *packet)
{
	uint32_t owner = FLEET_SPEAKER;

	if (packet->kind == PACKET_STUN)
		owner = owner_of_stun(worker, packet);
	else if (packet->kind == PACKET_RTP || packet->kind == PACKET_RTCP)
		owner = owner_of_media(packet);
	return owner < fleet_worker_count(worker->fleet) ? owner : worker->settings.number;
}

// What the owner's ring has no room for is dropped, from the end, so that the rest keeps its order.
static void
hand_over(struct worker *worker, uint32_t owner, struct packet **packets, unsigned count)
{
	struct rte_mbuf *mbufs[BURST_PACKETS_MAX];

	for (unsigned i = 0; i < count; i++) {
		mbufs[i] = packets[i]->mbuf;
		mbufs[i]->hash.usr = (uint32_t)worker->received_tsc;
	}
	unsigned handed = fleet_put(worker->fleet, worker->settings.number, owner, mbufs, count);
	for (unsigned i = 0; i < handed; i++) {
		packets[i]->mbuf = NULL;
		packets[i]->fate = PACKET_HANDED;
	}
	for (unsigned i = handed; i < count; i++)
		packet_drop(packets[i], DROP_HANDOVER_FULL);
}

void
handover(struct worker *worker, struct burst *burst)
{
	struct packet *packets[BURST_PACKETS_MAX];
	uint8_t owners[BURST_PACKETS_MAX];
	uint32_t others = 0; // a bit for each
	uint32_t workers = fleet_worker_count(worker->fleet);

	if (workers == 1)
		return;
	for (unsigned i = 0; i < burst->count; i++) {
		owners[i] = worker->settings.number;
		if (burst->packets[i].fate == PACKET_PENDING)
			owners[i] = (uint8_t)owner_of(worker, &burst->packets[i]);
		others |= 1u << owners[i];
	}
	others &= ~(1u << worker->settings.number);
	for (uint32_t owner = 0; owner < workers; owner++) {
		unsigned count = 0;
		if (!(others & 1u << owner))
			continue;
		for (unsigned i = 0; i < burst->count; i++) {
			if (owners[i] == owner)
				packets[count++] = &burst->packets[i];
		}
		hand_over(worker, owner, packets, count);
	}
}
