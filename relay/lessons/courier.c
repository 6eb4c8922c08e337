/* SPDX-License-Identifier: BSD-3-Clause */
// courier.c - carries messages to a worker in order, keeps what does not fit yet, brings back what
// is done.
#include "lessons/courier.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <openssl/crypto.h>

#include "platform/log.h"

// The message lies behind its link, so that the one that comes back leads to both.
struct parcel {
	TAILQ_ENTRY(parcel) link;
	struct message message;
};

TAILQ_HEAD(parcel_list, parcel);

struct courier {
	struct worker_link link;
	uint32_t worker;
	courier_returned returned;
	void *context;
	struct parcel_list waiting; // did not fit yet
	struct parcel_list sent;    // at the worker, oldest first
	uint32_t pending_count;
	uint64_t refused_count;
};

struct courier *
courier_create(
	const struct worker_link *link, uint32_t worker, courier_returned returned, void *context)
{
	struct courier *courier = calloc(1, sizeof *courier);
	if (!courier)
		return NULL;
	courier->link = *link;
	courier->worker = worker;
	courier->returned = returned;
	courier->context = context;
	TAILQ_INIT(&courier->waiting);
	TAILQ_INIT(&courier->sent);
	return courier;
}

// A leg's message holds its passwords.
static void
parcel_free(struct parcel *parcel)
{
	OPENSSL_cleanse(parcel, sizeof *parcel);
	free(parcel);
}

static void
list_free(struct parcel_list *list)
{
	struct parcel *parcel;
	while ((parcel = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, parcel, link);
		parcel_free(parcel);
	}
}

void
courier_destroy(struct courier *courier)
{
	if (!courier)
		return;
	list_free(&courier->waiting);
	list_free(&courier->sent);
	free(courier);
}

static void
send_waiting(struct courier *courier)
{
	struct parcel *parcel;
	while ((parcel = TAILQ_FIRST(&courier->waiting))) {
		if (courier->link.send(courier->link.context, courier->worker, &parcel->message))
			return;
		TAILQ_REMOVE(&courier->waiting, parcel, link);
		TAILQ_INSERT_TAIL(&courier->sent, parcel, link);
	}
}

void
courier_send(struct courier *courier, const struct message *message)
{
	struct parcel *parcel = calloc(1, sizeof *parcel);
	// A removal that is never sent would leave the worker with what control believes gone. A
	// new start is better: it resumes every lesson.
	if (!parcel) {
		log_error("out of memory: %u messages wait for worker %u", courier->pending_count,
			courier->worker);
		abort();
	}
	parcel->message = *message;
	TAILQ_INSERT_TAIL(&courier->waiting, parcel, link);
	courier->pending_count++;
	send_waiting(courier);
}

uint32_t
courier_drain(struct courier *courier)
{
	uint32_t count = 0;
	struct message *message;
	while ((message = courier->link.take_ack(courier->link.context, courier->worker))) {
		struct parcel *parcel = TAILQ_FIRST(&courier->sent);
		assert(parcel);
		assert(&parcel->message == message);
		TAILQ_REMOVE(&courier->sent, parcel, link);
		courier->pending_count--;
		if (message->result)
			courier->refused_count++;
		courier->returned(courier->context, message);
		parcel_free(parcel);
		count++;
	}
	send_waiting(courier);
	return count;
}

uint32_t
courier_pending_count(const struct courier *courier)
{
	return courier->pending_count;
}

uint64_t
courier_refused_count(const struct courier *courier)
{
	return courier->refused_count;
}
