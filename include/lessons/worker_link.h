/* SPDX-License-Identifier: BSD-3-Clause */
// worker_link.h - what control holds of the workers: a way to send messages, and their board of
// counters.
#ifndef LESSONS_WORKER_LINK_H
#define LESSONS_WORKER_LINK_H

#include "platform/messages.h"
#include "platform/stats.h"

// The real one is made of platform/mailbox; a unit test brings its own, so that no test needs EAL.
struct worker_link {
	void *context; // handed to both functions

	// Returns 0, or -EAGAIN where no more fit: the message is still the caller's.
	int (*send)(void *context, uint32_t worker, struct message *message);

	// Returns a message that came back from the worker, in the order in which they were sent to
	// it, or NULL.
	struct message *(*take_ack)(void *context, uint32_t worker);

	const struct stats *stats; // written: workers, read: control; tells how many there are
};

#endif
