/* SPDX-License-Identifier: BSD-3-Clause */
// mailbox.h - two single-producer, single-consumer rings between control and one worker.
#ifndef PLATFORM_MAILBOX_H
#define PLATFORM_MAILBOX_H

#include <stdbool.h>

#include "platform/messages.h"

#define MAILBOX_MESSAGES_MAX 4096 // in flight, sent and not yet acknowledged

struct mailbox;

// Needs EAL. `name` is unique. Returns NULL where memory is lacking.
struct mailbox *mailbox_create(const char *name);
void mailbox_destroy(struct mailbox *mailbox);

// Control's side. Sending returns 0, or -EAGAIN where MAILBOX_MESSAGES_MAX are in flight: keep the
// message and try again after the next acknowledgement. Taking returns NULL where there is none.
int mailbox_send(struct mailbox *mailbox, struct message *message);
struct message *mailbox_take_ack(struct mailbox *mailbox);

// The worker's side. An acknowledgement always finds room.
struct message *mailbox_receive(struct mailbox *mailbox);
void mailbox_ack(struct mailbox *mailbox, struct message *message);

#endif
