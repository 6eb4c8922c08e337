/* SPDX-License-Identifier: BSD-3-Clause */
// replay.c - the relay's own reception statistics on a capture, at the capture's own times.
//
// replay FILE.pcap PORT CLOCK_RATE: one line for each SSRC that was sent to the UDP port: ssrc,
// unique packets, lost, duplicates, reordered, and jitter in ticks: mean of all packets, greatest,
// last.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/frame.h"
#include "media/reception.h"
#include "media/rtp.h"

#define PCAP_MAGIC_US 0xa1b2c3d4U
#define PCAP_MAGIC_NS 0xa1b23c4dU
#define FRAME_BYTES_MAX 65536
#define FLOWS_MAX 64
#define Q4 16.0

struct flow {
	uint32_t ssrc;
	struct reception reception;
	uint8_t seen[1U << 16]; // times by sequence number: captures are shorter than a wrap
	double jitter_sum;
	uint32_t jitter_most;
};

static struct flow flows[FLOWS_MAX];
static size_t flow_count;

static struct flow *
flow_get(uint32_t ssrc, uint32_t clock_rate_hz)
{
	for (size_t i = 0; i < flow_count; i++)
		if (flows[i].ssrc == ssrc)
			return &flows[i];
	if (flow_count == FLOWS_MAX)
		return NULL;
	struct flow *flow = &flows[flow_count++];
	flow->ssrc = ssrc;
	reception_init(&flow->reception, clock_rate_hz);
	return flow;
}

static void
take(const struct frame *frame, const uint8_t *payload, uint32_t clock_rate_hz, struct mono_time at)
{
	struct rtp_header rtp;
	bool is_rtcp = frame->payload_bytes > 1 && payload[1] >= 192 && payload[1] <= 223;
	if (is_rtcp || rtp_parse(payload, frame->payload_bytes, &rtp))
		return;
	struct flow *flow = flow_get(rtp.ssrc, clock_rate_hz);
	if (!flow)
		return;
	if (flow->seen[rtp.seq]) {
		reception_duplicate(&flow->reception);
		return;
	}
	flow->seen[rtp.seq] = 1;
	reception_update(&flow->reception, rtp.seq, rtp.timestamp, rtp.marker, frame->ip_bytes, at);
	flow->jitter_sum += flow->reception.jitter_q4 / Q4;
	if (flow->reception.jitter_q4 > flow->jitter_most)
		flow->jitter_most = flow->reception.jitter_q4;
}

static int
replay(FILE *file, uint16_t port, uint32_t clock_rate_hz)
{
	static uint8_t bytes[FRAME_BYTES_MAX];
	uint32_t head[6], record[4];
	if (fread(head, sizeof head, 1, file) != 1 ||
		(head[0] != PCAP_MAGIC_US && head[0] != PCAP_MAGIC_NS))
		return -1;
	int64_t unit_ns = head[0] == PCAP_MAGIC_NS ? 1 : NS_IN_US;
	while (fread(record, sizeof record, 1, file) == 1) {
		struct frame frame;
		if (record[2] > sizeof bytes || fread(bytes, record[2], 1, file) != 1)
			return -1;
		if (frame_parse(bytes, record[2], &frame) || frame.kind != FRAME_UDP ||
			__builtin_bswap16(frame.tuple.local_port_be) != port)
			continue;
		struct mono_time at = {record[0] * NS_IN_S + record[1] * unit_ns};
		take(&frame, bytes + frame.payload_offset, clock_rate_hz, at);
	}
	return 0;
}

int
main(int argument_count, char **arguments)
{
	FILE *file = argument_count == 4 ? fopen(arguments[1], "rb") : NULL;
	if (!file || replay(file, (uint16_t)atoi(arguments[2]), (uint32_t)atoi(arguments[3]))) {
		fprintf(stderr, "usage: replay FILE.pcap PORT CLOCK_RATE (little-endian pcap)\n");
		return 1;
	}
	fclose(file);
	for (size_t i = 0; i < flow_count; i++) {
		const struct reception *r = &flows[i].reception;
		printf("%u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %.4f %.4f %.4f\n",
			flows[i].ssrc, r->packets, reception_lost(r), r->duplicates, r->reordered,
			flows[i].jitter_sum / (double)r->packets, flows[i].jitter_most / Q4,
			r->jitter_q4 / Q4);
	}
	return 0;
}
