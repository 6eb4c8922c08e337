/* SPDX-License-Identifier: BSD-3-Clause */
// fake_worker.h - workers that forward nothing, but mind the order that messages.h demands, and
// that each message is for what its worker owns.
#ifndef TESTS_SUPPORT_FAKE_WORKER_H
#define TESTS_SUPPORT_FAKE_WORKER_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lessons/worker_link.h"

#define FAKE_WORKERS_MAX 4
#define FAKE_LEGS 64
#define FAKE_STREAMS 512
#define FAKE_OUTFLOWS 4096
#define FAKE_QUEUE 8192

// What is on its way to one worker and back.
struct fake_queue {
	struct message *ring[FAKE_QUEUE];
	size_t received; // sent so far; ring[i % FAKE_QUEUE] is the i-th
	size_t worked;   // acted on so far
	size_t taken;    // given back so far
};

struct fake_worker {
	struct stats *board;
	size_t capacity; // messages in flight to one worker at most
	size_t received; // sent to all of them so far
	struct fake_queue queues[FAKE_WORKERS_MAX];
	uint32_t worker_count;
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
	struct fake_worker *worker = context;
	struct fake_queue *queue = &worker->queues[number];
	if (queue->received - queue->taken >= worker->capacity)
		return -EAGAIN;
	queue->ring[queue->received++ % FAKE_QUEUE] = message;
	worker->received++;
	return 0;
}

static inline struct message *
fake_worker_take_ack(void *context, uint32_t number)
{
	struct fake_queue *queue = &((struct fake_worker *)context)->queues[number];
	if (queue->taken == queue->worked)
		return NULL;
	return queue->ring[queue->taken++ % FAKE_QUEUE];
}

static inline bool
fake_worker_has(const struct fake_worker *worker, uint32_t number, uint32_t slots, uint32_t slot)
{
	const struct slot_range range = stats_share(slots, worker->worker_count, number);
	return slot >= range.first && slot < range.first + range.count;
}

static inline bool
fake_worker_user_leads_to(uint32_t number, const struct message_leg *leg)
{
	uint8_t user_worker;
	uint32_t user_leg;
	return !leg_user_parse(leg->relay_user, (uint32_t)strlen(leg->relay_user), &user_worker,
		       &user_leg) &&
	       user_worker == number && user_leg == leg->leg;
}

// Whether everything that the message names is that worker's own.
static inline bool
fake_worker_owns(const struct fake_worker *worker, uint32_t number, const struct message *message)
{
	const struct message_leg *leg = &message->leg;
	const struct message_stream *stream = &message->stream;
	const struct message_outflow *outflow = &message->outflow;
	if (message->type == MESSAGE_LEG_ADD &&
		(!fake_worker_user_leads_to(number, leg) || ssrc_worker(leg->relay_ssrc) != number))
		return false;
	if (message->type == MESSAGE_STREAM_ADD && ssrc_worker(stream->ssrc) != number)
		return false;
	switch (message->type) {
	case MESSAGE_LEG_ADD:
	case MESSAGE_LEG_GATE:
	case MESSAGE_LEG_REMOVE:
		return fake_worker_has(worker, number, FAKE_LEGS, leg->leg);
	case MESSAGE_STREAM_ADD:
	case MESSAGE_STREAM_REMOVE:
		return fake_worker_has(worker, number, FAKE_LEGS, stream->leg) &&
		       fake_worker_has(worker, number, FAKE_STREAMS, stream->stream);
	case MESSAGE_OUTFLOW_ADD:
	case MESSAGE_OUTFLOW_REMOVE:
		return fake_worker_has(worker, number, FAKE_LEGS, outflow->leg) &&
		       fake_worker_has(worker, number, FAKE_STREAMS, outflow->stream) &&
		       fake_worker_has(worker, number, FAKE_OUTFLOWS, outflow->outflow);
	case MESSAGE_CAPTURE:
		return fake_worker_has(worker, number, FAKE_STREAMS, message->capture.stream);
	}
	return false;
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
fake_worker_act(struct fake_worker *worker, uint32_t number, const struct message *message)
{
	if (!fake_worker_owns(worker, number, message))
		return -EINVAL;
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

// All workers act on what has come. Returns how many messages those were.
static inline size_t
fake_worker_work(struct fake_worker *worker)
{
	size_t count = 0;
	for (uint32_t number = 0; number < worker->worker_count; number++) {
		struct fake_queue *queue = &worker->queues[number];
		for (; queue->worked < queue->received; count++) {
			struct message *message = queue->ring[queue->worked++ % FAKE_QUEUE];
			message->result = fake_worker_act(worker, number, message);
			worker->violations += message->result == -EINVAL;
		}
	}
	return count;
}

static inline void
fake_workers_init(struct fake_worker *worker, uint32_t worker_count)
{
	const struct stats_limits limits = {worker_count, FAKE_LEGS, FAKE_STREAMS, FAKE_OUTFLOWS};
	memset(worker, 0, sizeof *worker);
	worker->worker_count = worker_count;
	worker->board = stats_create(&limits);
	worker->capacity = FAKE_QUEUE;
	worker->refuse_type = -1;
}

static inline void
fake_worker_init(struct fake_worker *worker)
{
	fake_workers_init(worker, 1);
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
