/* SPDX-License-Identifier: BSD-3-Clause */
// joins_internal.h - what joins.c, join_make.c and join_gone.c share.
#ifndef LESSONS_JOINS_INTERNAL_H
#define LESSONS_JOINS_INTERNAL_H

#include "lessons/courier.h"
#include "lessons/joins.h"
#include "lessons/slots.h"

// What goes to one worker, and what it has to give.
struct worker_desk {
	struct courier *courier;
	struct slots legs;
	struct slots streams;
	struct slots outflows;
};

struct joins {
	const struct srtp_engine *engine;
	const struct stats *board;
	struct worker_desk *desks; // one for each worker
	uint32_t worker_count;
	struct join **by_leg; // who has a slot; for the search of a free SSRC
	struct join_list leaving;
	struct totals totals;
	flow_looked told; // NULL: nobody
	void *told_context;
};

// Credentials, keys and contexts, under the slot that the join has; streams up to stream_count are
// whole, also where this fails. 0 or -errno.
int join_make_leg(struct joins *joins, struct join *join);
int join_make_streams(struct joins *joins, struct join *join);

// courier_returned: a message came back.
void joins_message_returned(void *context, const struct message *message);

// The worker has it no more: its slot and context are free, its counters in the totals.
void join_outflow_gone(struct joins *joins, struct join_outflow *outflow);
void join_stream_gone(struct joins *joins, struct join_stream *stream);
void join_gone(struct joins *joins, struct join *join); // one that is leaving; frees it

#endif
