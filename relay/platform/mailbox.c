/* SPDX-License-Identifier: BSD-3-Clause */
// mailbox.c - messages to a worker and their way back, over rings.
#include "platform/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_lcore.h>
#include <rte_ring.h>

struct mailbox {
	struct rte_ring *requests;
	struct rte_ring *acks;
	unsigned in_flight; // written, read: control
};

// A ring holds one entry less than its size, which is a power of two.
#define RING_SIZE (MAILBOX_MESSAGES_MAX * 2)

static struct rte_ring *
create_ring(const char *name, const char *suffix)
{
	char full_name[RTE_RING_NAMESIZE];
	snprintf(full_name, sizeof full_name, "%s-%s", name, suffix);
	return rte_ring_create(
		full_name, RING_SIZE, (int)rte_socket_id(), RING_F_SP_ENQ | RING_F_SC_DEQ);
}

struct mailbox *
mailbox_create(const char *name)
{
	struct mailbox *mailbox = calloc(1, sizeof *mailbox);
	if (!mailbox)
		return NULL;
	mailbox->requests = create_ring(name, "req");
	mailbox->acks = create_ring(name, "ack");
	if (!mailbox->requests || !mailbox->acks) {
		mailbox_destroy(mailbox);
		return NULL;
	}
	return mailbox;
}

void
mailbox_destroy(struct mailbox *mailbox)
{
	if (!mailbox)
		return;
	rte_ring_free(mailbox->acks);
	rte_ring_free(mailbox->requests);
	free(mailbox);
}

int
mailbox_send(struct mailbox *mailbox, struct message *message)
{
	if (mailbox->in_flight == MAILBOX_MESSAGES_MAX)
		return -EAGAIN;
	if (rte_ring_sp_enqueue(mailbox->requests, message) != 0)
		return -EAGAIN;
	mailbox->in_flight++;
	return 0;
}

struct message *
mailbox_take_ack(struct mailbox *mailbox)
{
	void *message;
	if (rte_ring_sc_dequeue(mailbox->acks, &message) != 0)
		return NULL;
	mailbox->in_flight--;
	return message;
}

struct message *
mailbox_receive(struct mailbox *mailbox)
{
	void *message;
	return rte_ring_sc_dequeue(mailbox->requests, &message) == 0 ? message : NULL;
}

void
mailbox_ack(struct mailbox *mailbox, struct message *message)
{
	int full = rte_ring_sp_enqueue(mailbox->acks, message);
	assert(!full); // no more are in flight than the ring holds
	(void)full;
}
