/* SPDX-License-Identifier: BSD-3-Clause */
// worker.c - one lcore's loop: messages, one burst down the stages, what time asks for,
// transmission.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <rte_cycles.h>

#include "datapath/internal.h"

#define MESSAGES_PER_TURN 64 // so that a burst of joins does not hold up the media
#define TRANSACTION_SECRET_BYTES 32
#define ANNOUNCEMENTS 3 // at start, a second apart (RFC 5227, section 2.3 asks for two)
#define WORKER_ALIGNMENT 64

struct worker *
worker_create(const struct worker_settings *settings)
{
	uint8_t secret[TRANSACTION_SECRET_BYTES];
	struct worker *worker = aligned_alloc(WORKER_ALIGNMENT,
		(sizeof *worker + WORKER_ALIGNMENT - 1) / WORKER_ALIGNMENT * WORKER_ALIGNMENT);
	if (!worker)
		return NULL;
	memset(worker, 0, sizeof *worker);
	worker->settings = *settings;
	for (enum ip_family family = 0; family < IP_FAMILIES; family++)
		worker->neighbours[family].announcements_left = ANNOUNCEMENTS;
	worker->ns_per_cycle = (double)NS_IN_S / (double)rte_get_tsc_hz();
	if (RAND_bytes(secret, sizeof secret) != 1)
		goto free_worker;
	hmac_sha1_key_init(&worker->transaction_key, secret, sizeof secret);
	OPENSSL_cleanse(secret, sizeof secret);
	worker->is_alone = !settings->fleet;
	worker->has_queue = settings->number < (settings->queue_count ? settings->queue_count : 1);
	worker->fleet = worker->is_alone ? fleet_create(stats_limits_get(settings->stats))
					 : settings->fleet;
	if (!worker->fleet)
		goto free_worker;
	if (tables_init(&worker->tables, fleet_store(worker->fleet), settings->number) != 0)
		goto free_fleet;
	return worker;

free_fleet:
	if (worker->is_alone)
		fleet_destroy(worker->fleet);
free_worker:
	free(worker);
	return NULL;
}

void
worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	tables_fini(&worker->tables);
	if (worker->is_alone)
		fleet_destroy(worker->fleet);
	hmac_sha1_key_fini(&worker->transaction_key);
	free(worker);
}

static int
apply(struct worker *worker, const struct message *message, struct mono_time now)
{
	struct tables *tables = &worker->tables;

	switch (message->type) {
	case MESSAGE_LEG_ADD:
		return tables_leg_add(tables, &message->leg, now);
	case MESSAGE_LEG_GATE:
		return tables_leg_gate(tables, &message->leg);
	case MESSAGE_LEG_REMOVE:
		return tables_leg_remove(tables, message->leg.leg);
	case MESSAGE_STREAM_ADD:
		return tables_stream_add(tables, &message->stream);
	case MESSAGE_STREAM_REMOVE:
		return tables_stream_remove(tables, message->stream.stream);
	case MESSAGE_OUTFLOW_ADD:
		return tables_outflow_add(tables, &message->outflow);
	case MESSAGE_OUTFLOW_REMOVE:
		return tables_outflow_remove(tables, message->outflow.outflow);
	case MESSAGE_CAPTURE:
		return tables_capture(tables, &message->capture);
	}
	return -EINVAL;
}

void
worker_handle(struct worker *worker, struct message *message, struct mono_time now)
{
	worker->stats.messages++;
	// What is about to go is published as it stands at its end; what has come, as it begins, in
	// place of what its slot held before.
	publish_named(worker, message, now);
	message->result = apply(worker, message, now);
	if (message->result != 0)
		return;
	if (message->type == MESSAGE_LEG_ADD)
		worker->leg_count++;
	if (message->type == MESSAGE_LEG_REMOVE)
		worker->leg_count--;
	fleet_tell_legs(worker->fleet, worker->settings.number, worker->leg_count);
	publish_named(worker, message, now);
}

static unsigned
handle_messages(struct worker *worker, struct mono_time now)
{
	unsigned count = 0;
	struct message *message;

	if (!worker->settings.mailbox)
		return 0;
	while (count < MESSAGES_PER_TURN &&
		(message = mailbox_receive(worker->settings.mailbox)) != NULL) {
		worker_handle(worker, message, now);
		mailbox_ack(worker->settings.mailbox, message);
		count++;
	}
	return count;
}

unsigned
worker_poll(struct worker *worker, struct mono_time now)
{
	struct burst *burst = &worker->burst;

	worker->stats.heartbeat++;
	worker->stats.heartbeat_ns = now.ns;
	unsigned messages = handle_messages(worker, now);

	burst->now = now;
	receive(worker, burst);
	for (const struct stage *stage = pipeline; burst->count > 0 && stage->name; stage++)
		stage->run(worker, burst);
	upkeep(worker, now);
	if (worker->tx_count > 0)
		transmit(worker);
	unsigned others = transmit_for_others(worker);
	publish(worker, now);
	return messages + burst->count + others;
}
