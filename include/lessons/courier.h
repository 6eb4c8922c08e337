/* SPDX-License-Identifier: BSD-3-Clause */
// courier.h - carries messages to a worker in order, keeps what does not fit yet, brings back what
// is done.
#ifndef LESSONS_COURIER_H
#define LESSONS_COURIER_H

#include <stdint.h>

#include "lessons/worker_link.h"

// Told of each message that came back, in the order of sending. The courier frees it afterwards.
typedef void (*courier_returned)(void *context, const struct message *message);

struct courier;

// To one worker. `link` is copied. Returns NULL where memory is lacking.
struct courier *courier_create(
	const struct worker_link *link, uint32_t worker, courier_returned returned, void *context);

// Messages that never came back are freed too: only right where the worker has stopped.
void courier_destroy(struct courier *courier);

// Queues a copy of the message and sends what fits.
void courier_send(struct courier *courier, const struct message *message);

// Takes back what the worker has acknowledged, then sends what waits. Returns how many came back.
uint32_t courier_drain(struct courier *courier);

// Messages that are queued or at the worker.
uint32_t courier_pending_count(const struct courier *courier);

// Messages that the worker refused, since the start.
uint64_t courier_refused_count(const struct courier *courier);

#endif
