/* SPDX-License-Identifier: BSD-3-Clause */
// classify.c - says what each frame is, by its headers alone.
#include <string.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "datapath/internal.h"
#include "media/demux.h"

static const struct mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static bool
mac_is(const struct mac *a, const struct mac *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

// The frame's 802.1Q id, wherever the device left it.
static uint16_t
vlan_of(const struct rte_mbuf *mbuf, const struct frame *frame)
{
	if (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)
		return mbuf->vlan_tci & 0xfff ? mbuf->vlan_tci & 0xfff : VLAN_NONE;
	return frame->vlan_id;
}

static enum drop_reason
classify_datagram(const struct worker_settings *settings, struct packet *packet)
{
	const struct frame *frame = &packet->frame;

	if (frame->tuple.local_port_be != rte_cpu_to_be_16(settings->media_port))
		return DROP_UDP_PORT;
	if (demux_is_rtp(packet->payload, frame->payload_bytes)) {
		packet->kind = PACKET_RTP;
		return DROP_NONE;
	}
	switch (demux_classify(packet->payload, frame->payload_bytes)) {
	case DEMUX_STUN:
		packet->kind = PACKET_STUN;
		return DROP_NONE;
	case DEMUX_RTCP:
		packet->kind = PACKET_RTCP;
		return DROP_NONE;
	case DEMUX_DTLS:
		return DROP_DTLS;
	default:
		return DROP_NOT_MEDIA;
	}
}

// Whether the frame went to this station, or to a group in which it listens.
static bool
is_for_us(const struct worker *worker, const struct frame *frame)
{
	bool is_arp = frame->kind == FRAME_ARP_REQUEST || frame->kind == FRAME_ARP_REPLY;
	return mac_is(&frame->destination, &worker->settings.mac) ||
	       (is_arp && mac_is(&frame->destination, &broadcast)) || nd_is_heard(worker, frame);
}

// An unset address is no frame's.
static bool
is_own_address(const struct worker_settings *settings, const struct ip_address *address)
{
	return ip_equals(address, &settings->networks[IP_V4].address) ||
	       ip_equals(address, &settings->networks[IP_V6].address);
}

static enum drop_reason
classify_packet(const struct worker *worker, struct packet *packet)
{
	const struct worker_settings *settings = &worker->settings;
	struct rte_mbuf *mbuf = packet->mbuf;
	struct frame *frame = &packet->frame;
	uint8_t *bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);

	if (mbuf->nb_segs != 1)
		return DROP_SEGMENTED;
	enum drop_reason reason = frame_parse(bytes, rte_pktmbuf_data_len(mbuf), frame);
	if (reason)
		return reason;
	if (vlan_of(mbuf, frame) != settings->vlan_id || !is_for_us(worker, frame))
		return DROP_NOT_OURS;
	packet->payload = bytes + frame->payload_offset;
	switch (frame->kind) {
	case FRAME_ARP_REQUEST:
	case FRAME_ARP_REPLY:
		packet->kind = PACKET_ARP;
		return DROP_NONE;
	case FRAME_ND_SOLICITATION:
	case FRAME_ND_ADVERTISEMENT:
		packet->kind = PACKET_ND;
		return DROP_NONE;
	case FRAME_ICMP_ECHO:
		packet->kind = PACKET_ICMP_ECHO;
		return is_own_address(settings, &frame->tuple.local) ? DROP_NONE
								     : DROP_IP_DESTINATION;
	case FRAME_UDP:
		break;
	}
	return is_own_address(settings, &frame->tuple.local) ? classify_datagram(settings, packet)
							     : DROP_IP_DESTINATION;
}

void
classify(struct worker *worker, struct burst *burst)
{
	uint32_t kinds = 0;
	for (unsigned i = 0; i < burst->count; i++) {
		struct packet *packet = &burst->packets[i];
		enum drop_reason reason = classify_packet(worker, packet);
		if (reason)
			packet_drop(packet, reason);
		else
			kinds |= UINT32_C(1) << packet->kind;
	}
	burst->kinds = kinds;
}
