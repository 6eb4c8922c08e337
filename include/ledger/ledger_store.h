/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_store.h - the inside of struct ledger: what its two threads and the control thread share.
#ifndef LEDGER_LEDGER_STORE_H
#define LEDGER_LEDGER_STORE_H

#include <pthread.h>
#include <sys/queue.h>

#include "ledger/ledger_queue.h"
#include "ledger/ledger_writer.h"

// Something to do for the reader's or the writer's thread, and whom to tell.
struct ledger_job {
	STAILQ_ENTRY(ledger_job) link;
	ledger_query_fn query; // the reader's
	ledger_done_fn done;
	// The writer's; NULL: it is the reader's.
	int (*write)(struct ledger *ledger, struct ledger_job *job, const struct ledger_now *now);
	void *context;
	int result;
};
STAILQ_HEAD(ledger_jobs, ledger_job);

struct ledger {
	unsigned minute_days;
	int event_fd;
	pthread_t writer_thread, reader_thread;
	struct ledger_writer writer; // the writer's thread alone

	// All below: under `lock`, which nobody holds while it waits for the disk.
	pthread_mutex_t lock;
	pthread_cond_t writer_wakes, reader_wakes;
	bool is_ending;
	struct ledger_queue queue;
	struct ledger_jobs queries;   // for the reader
	struct ledger_jobs writes;    // for the writer
	struct ledger_jobs over;      // to be told
	struct ledger_items answered; // to be told
	size_t query_count;           // that wait or run
	sqlite3 *reading;             // the reader's connection; NULL: none
	struct mono_time busy_since;  // 0: the writer waits
	struct ledger_status status;  // but for what is read from the queue
};

// The threads' main functions; the argument is the ledger.
void *ledger_writer_run(void *ledger);
void *ledger_reader_run(void *ledger);

// Adds a job to the reader's queue. -ENOMEM, -ENOBUFS.
int ledger_job_post(struct ledger *ledger, const struct ledger_job *job);

// A job or item is over: ledger_dispatch() tells. The lock is held.
void ledger_job_over(struct ledger *ledger, struct ledger_job *job, int result);
void ledger_item_over(struct ledger *ledger, struct ledger_item *item, int result);

#endif
