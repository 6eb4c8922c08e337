/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_queue.h - what waits for the ledger's writer: copies of rows, oldest first, with a limit.
//
// Not locked: who shares a queue locks it.
#ifndef LEDGER_LEDGER_QUEUE_H
#define LEDGER_LEDGER_QUEUE_H

#include <sys/queue.h>

#include "ledger/ledger.h"

// Rows that were posted together; one allocation with all their texts.
struct ledger_item {
	STAILQ_ENTRY(ledger_item) link;
	size_t minute_count;           // 0: it is an entry
	struct ledger_minute *minutes; // in the allocation
	struct ledger_entry entry;
	ledger_posted_fn posted;
	void *context;
	int64_t number; // for `posted`
	int result;
};
STAILQ_HEAD(ledger_items, ledger_item);

struct ledger_queue {
	struct ledger_items minutes;
	struct ledger_items entries;
	size_t minute_count; // rows that wait, with the claimed ones
	size_t entry_count;
	uint64_t minutes_dropped;
	uint64_t entries_refused;
};

// Copies; NULL where memory is lacking. To be freed with free().
struct ledger_item *ledger_item_minutes(const struct ledger_minute *rows, size_t count);
struct ledger_item *ledger_item_entry(const struct ledger_entry *entry);

void ledger_queue_init(struct ledger_queue *queue);
void ledger_queue_fini(struct ledger_queue *queue); // frees what waits

// Takes the item. Minutes beyond LEDGER_MINUTES_HELD_MAX push out the oldest that are not claimed.
// -ENOBUFS: an entry beyond LEDGER_ENTRIES_HELD_MAX; the caller keeps it.
int ledger_queue_put(struct ledger_queue *queue, struct ledger_item *item);

// Moves the oldest minutes, about `rows_max` rows, to `claimed`, and behind them all entries, but
// only when no minutes stay behind: an entry stands after the minutes that were posted before it.
void ledger_queue_claim(struct ledger_queue *queue, size_t rows_max, struct ledger_items *claimed);

// Claimed items that are written, or given up: they count no more.
void ledger_queue_release(struct ledger_queue *queue, const struct ledger_items *claimed);

// Claimed items that could not be written stand first again.
void ledger_queue_return(struct ledger_queue *queue, struct ledger_items *claimed);

#endif
