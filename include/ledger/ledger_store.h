/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_store.h - the inside of struct ledger: what its threads and the control thread share.
#ifndef LEDGER_LEDGER_STORE_H
#define LEDGER_LEDGER_STORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "ledger/ledger_queue.h"
#include "ledger/ledger_writer.h"

// Something to do for a reader's or the writer's thread, and whom to tell.
struct ledger_job {
	STAILQ_ENTRY(ledger_job) link;
	ledger_query_fn query; // a reader's
	bool is_long;          // the reader of long jobs'
	ledger_done_fn done;
	// The writer's; NULL: it is a reader's.
	int (*write)(struct ledger *ledger, struct ledger_job *job, const struct ledger_now *now);
	void *context;
	int result;
};
STAILQ_HEAD(ledger_jobs, ledger_job);

// Each a thread, so that no report waits behind what takes minutes.
enum ledger_reader_name {
	LEDGER_READER_REPORTS,
	LEDGER_READER_LONG,
	LEDGER_READER_COUNT,
};

struct ledger_reader {
	struct ledger *ledger;
	pthread_t thread;
	// All below: under the ledger's lock.
	pthread_cond_t wakes;
	struct ledger_jobs jobs;
	size_t job_count; // that wait or run
	sqlite3 *reading; // its connection; NULL: none
};

struct ledger {
	unsigned minute_days;
	int event_fd;
	pthread_t writer_thread;
	struct ledger_writer writer; // the writer's thread alone

	// All below: under `lock`, which nobody holds while it waits for the disk.
	pthread_mutex_t lock;
	pthread_cond_t writer_wakes;
	struct ledger_reader readers[LEDGER_READER_COUNT];
	atomic_bool is_ending; // set under the lock, read without it too
	struct ledger_queue queue;
	struct ledger_jobs writes;    // for the writer
	struct ledger_jobs over;      // to be told
	struct ledger_items answered; // to be told
	struct mono_time busy_since;  // 0: the writer waits
	struct ledger_status status;  // but for what is read from the queue
};

// The threads' main functions; the argument is the ledger, or the reader.
void *ledger_writer_run(void *ledger);
void *ledger_reader_run(void *reader);

// Opens a ledger to read it; what is read there ends with the ledger (SQLITE_INTERRUPT). As
// ledger_schema_open_reader().
int ledger_reader_open(
	struct ledger *ledger, const char *path, sqlite3 **out, char *why, size_t why_bytes);

// Has the database looked through as a long query; where it is damaged, the writer sets it aside.
// On the writer's thread. Errors as below.
int ledger_check_post(struct ledger *ledger);

// Adds a job to a reader's queue, or the writer's. -ENOMEM, -ENOBUFS.
int ledger_job_post(struct ledger *ledger, const struct ledger_job *job);

// A job or item is over: ledger_dispatch() tells. The lock is held.
void ledger_job_over(struct ledger *ledger, struct ledger_job *job, int result);
void ledger_item_over(struct ledger *ledger, struct ledger_item *item, int result);

#endif
