/* SPDX-License-Identifier: BSD-3-Clause */
// stages.h - the stages of the packet path, in packet order. Each is one file of its name.
#ifndef DATAPATH_STAGES_H
#define DATAPATH_STAGES_H

#include "datapath/burst.h"
#include "datapath/worker.h"

struct stage {
	const char *name;
	void (*run)(struct worker *worker, struct burst *burst);
};

// What a received burst walks through, in this order: the stages below from classify on. Ends with
// a NULL name.
extern const struct stage pipeline[];

// Takes what the device and the other workers have, at most BURST_PACKETS_MAX frames.
void receive(struct worker *worker, struct burst *burst);

// Says what each frame is; drops what is not for the media address and port.
void classify(struct worker *worker, struct burst *burst);

// Hands the packets of other workers' sessions to their owners.
void handover(struct worker *worker, struct burst *burst);

// Answer for the media addresses: RFC 826, RFC 4861, RFC 792 and 4443.
void arp(struct worker *worker, struct burst *burst);
void nd(struct worker *worker, struct burst *burst);
void icmp(struct worker *worker, struct burst *burst);

// STUN: answers those who know a leg's password, and gives the leg a path once that path is proved.
void latch(struct worker *worker, struct burst *burst);

// 5-tuple -> leg, SSRC -> stream.
void resolve(struct worker *worker, struct burst *burst);

// Verifies every SRTP and SRTCP packet; nothing behind this stage sees an unauthenticated byte.
void authenticate(struct worker *worker, struct burst *burst);

// Counts: RFC 3550 for each flow, what the receivers report, and who was heard.
void account(struct worker *worker, struct burst *burst);

// One authenticated packet becomes one per receiver.
void fanout(struct worker *worker, struct burst *burst);

// Counts what became of each received frame and frees what was not handed on.
void release(struct worker *worker, struct burst *burst);

#endif
