/* SPDX-License-Identifier: BSD-3-Clause */
// fake_worker.h - a worker that forwards nothing, but minds the order that messages.h demands.
#ifndef TESTS_SUPPORT_FAKE_WORKER_H
#define TESTS_SUPPORT_FAKE_WORKER_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/worker_link.h"

#define FAKE_LEGS 64
#define FAKE_STREAMS 512
#define FAKE_OUTFLOWS 4096
#define FAKE_QUEUE 8192

struct fake_worker {
	struct stats *board;
	size_t capacity; // messages in flight at most
	struct message *queue[FAKE_QUEUE];
	size_t received; // sent so far; queue[i % FAKE_QUEUE] is the i-th
	size_t worked;   // acted on so far
	size_t taken;    // given back so far
	bool legs[FAKE_LEGS];
	bool live[FAKE_LEGS];
	bool streams[FAKE_STREAMS];
	struct message_leg leg[FAKE_LEGS];
	struct message_stream stream[FAKE_STREAMS];
	bool outflows[FAKE_OUTFLOWS];
	struct message_outflow outflow[FAKE_OUTFLOWS];
	size_t violations;       // messages out of order
	struct capture *capture; // the one that is on
	int refuse_type;         // -1, or a type that is refused with -ENOSPC
};

static inline int
fake_worker_send(void *context, uint32_t number, struct message *message)
{
	(void)number;
	struct fake_worker *worker = context;
	if (worker->received - worker->taken >= worker->capacity)
		return -EAGAIN;
	worker->queue[worker->received++ % FAKE_QUEUE] = message;
	return 0;
}

static inline struct message *
fake_worker_take_ack(void *context, uint32_t number)
{
	(void)number;
	struct fake_worker *worker = context;
	if (worker->taken == worker->worked)
		return NULL;
	return worker->queue[worker->taken++ % FAKE_QUEUE];
}

static inline bool
fake_worker_leg_is_idle(const struct fake_worker *worker, uint32_t leg)
{
	for (size_t i = 0; i < FAKE_STREAMS; i++)
		if (worker->streams[i] && worker->stream[i].leg == leg)
			return false;
	for (size_t i = 0; i < FAKE_OUTFLOWS; i++)
		if (worker->outflows[i] && worker->outflow[i].leg == leg)
			return false;
	return true;
}

static inline bool
fake_worker_stream_is_idle(const struct fake_worker *worker, uint32_t stream)
{
	for (size_t i = 0; i < FAKE_OUTFLOWS; i++)
		if (worker->outflows[i] && worker->outflow[i].stream == stream)
			return false;
	return true;
}

static inline int
fake_worker_leg_act(struct fake_worker *worker, const struct message *message)
{
	uint32_t leg = message->leg.leg;
	if (worker->legs[leg] == (message->type == MESSAGE_LEG_ADD))
		return -EINVAL;
	if (message->type == MESSAGE_LEG_REMOVE && !fake_worker_leg_is_idle(worker, leg))
		return -EINVAL;
	worker->legs[leg] = message->type != MESSAGE_LEG_REMOVE;
	worker->live[leg] = message->leg.live;
	if (message->type == MESSAGE_LEG_ADD) {
		struct leg_stats fresh = {0};
		worker->leg[leg] = message->leg;
		stats_publish_leg(worker->board, leg, &fresh);
	}
	return 0;
}

static inline int
fake_worker_stream_act(struct fake_worker *worker, const struct message *message)
{
	uint32_t stream = message->stream.stream;
	bool is_addition = message->type == MESSAGE_STREAM_ADD;
	if (worker->streams[stream] == is_addition || !worker->legs[message->stream.leg])
		return -EINVAL;
	if (!is_addition && !fake_worker_stream_is_idle(worker, stream))
		return -EINVAL;
	worker->streams[stream] = is_addition;
	if (is_addition) {
		struct inflow_stats fresh = {.ssrc = message->stream.ssrc};
		worker->stream[stream] = message->stream;
		stats_publish_inflow(worker->board, stream, &fresh);
	}
	return 0;
}

static inline int
fake_worker_outflow_act(struct fake_worker *worker, const struct message *message)
{
	uint32_t outflow = message->outflow.outflow;
	bool is_addition = message->type == MESSAGE_OUTFLOW_ADD;
	if (worker->outflows[outflow] == is_addition || !worker->streams[message->outflow.stream] ||
		!worker->legs[message->outflow.leg] ||
		worker->stream[message->outflow.stream].leg == message->outflow.leg)
		return -EINVAL;
	worker->outflows[outflow] = is_addition;
	if (is_addition) {
		struct outflow_stats fresh = {0};
		worker->outflow[outflow] = message->outflow;
		stats_publish_outflow(worker->board, outflow, &fresh);
	}
	return 0;
}

static inline int
fake_worker_act(struct fake_worker *worker, const struct message *message)
{
	if ((int)message->type == worker->refuse_type)
		return -ENOSPC;
	switch (message->type) {
	case MESSAGE_LEG_ADD:
	case MESSAGE_LEG_GATE:
	case MESSAGE_LEG_REMOVE:
		return fake_worker_leg_act(worker, message);
	case MESSAGE_STREAM_ADD:
	case MESSAGE_STREAM_REMOVE:
		return fake_worker_stream_act(worker, message);
	case MESSAGE_OUTFLOW_ADD:
	case MESSAGE_OUTFLOW_REMOVE:
		return fake_worker_outflow_act(worker, message);
	case MESSAGE_CAPTURE:
		worker->capture = message->capture.is_on ? message->capture.capture : NULL;
		return 0;
	}
	return -EINVAL;
}

// Acts on all that has come. Returns how many messages those were.
static inline size_t
fake_worker_work(struct fake_worker *worker)
{
	size_t count = 0;
	for (; worker->worked < worker->received; count++) {
		struct message *message = worker->queue[worker->worked++ % FAKE_QUEUE];
		message->result = fake_worker_act(worker, message);
		worker->violations += message->result == -EINVAL;
	}
	return count;
}

static inline void
fake_worker_init(struct fake_worker *worker)
{
	const struct stats_limits limits = {1, FAKE_LEGS, FAKE_STREAMS, FAKE_OUTFLOWS};
	memset(worker, 0, sizeof *worker);
	worker->board = stats_create(&limits);
	worker->capacity = FAKE_QUEUE;
	worker->refuse_type = -1;
}

static inline void
fake_worker_fini(struct fake_worker *worker)
{
	stats_destroy(worker->board);
}

static inline struct worker_link
fake_worker_link(struct fake_worker *worker)
{
	return (struct worker_link){worker, fake_worker_send, fake_worker_take_ack, worker->board};
}

static inline size_t
fake_worker_count(const bool *used, size_t capacity)
{
	size_t count = 0;
	for (size_t i = 0; i < capacity; i++)
		count += used[i];
	return count;
}

#define fake_worker_legs(w) fake_worker_count((w)->legs, FAKE_LEGS)
#define fake_worker_streams(w) fake_worker_count((w)->streams, FAKE_STREAMS)
#define fake_worker_outflows(w) fake_worker_count((w)->outflows, FAKE_OUTFLOWS)

#endif
