/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_threads.c - the threads of the ledger: one writes what waits, the others answer queries.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/ledger_schema.h"
#include "ledger/ledger_store.h"
#include "platform/clock.h"
#include "platform/log.h"

#define TICK_MS 1000  // between two attempts, and two looks at the file
#define ROWS_MAX 2048 // of minutes in one transaction
#define PRUNE_EVERY_NS (3600 * NS_IN_S)
#define STEPS_OF_A_LOOK 10000 // of SQLite's machine, between two looks whether to end

// What the writer does in one turn.
struct turn {
	struct ledger_items items;
	struct ledger_job *job; // NULL: none
	struct ledger_now now;
	int result;
	int job_result;
	int pruned;
	bool has_written;
};

static bool
has_work(const struct ledger *ledger)
{
	return !STAILQ_EMPTY(&ledger->queue.minutes) || !STAILQ_EMPTY(&ledger->queue.entries) ||
	       !STAILQ_EMPTY(&ledger->writes);
}

// The lock is held.
static void
turn_begin(struct ledger *ledger, struct turn *turn)
{
	*turn = (struct turn){.now = {.wall = clock_wall()}};
	ledger_queue_claim(&ledger->queue, ROWS_MAX, &turn->items);
	turn->job = STAILQ_FIRST(&ledger->writes);
	if (turn->job)
		STAILQ_REMOVE_HEAD(&ledger->writes, link);
	turn->now.minutes_held = ledger->queue.minute_count;
	turn->now.minutes_dropped = ledger->queue.minutes_dropped;
	ledger->busy_since = clock_mono();
}

// May take as long as the disk does.
static void
turn_run(struct ledger *ledger, struct turn *turn, bool is_prune_due)
{
	struct ledger_writer *writer = &ledger->writer;
	turn->result = ledger_writer_ready(writer, &turn->now);
	if (turn->job)
		turn->job_result = turn->result ? turn->result
						: turn->job->write(ledger, turn->job, &turn->now);
	if (turn->result == 0 && !writer->database) // the job has closed it
		turn->result = ledger_writer_ready(writer, &turn->now);
	turn->has_written = !STAILQ_EMPTY(&turn->items) || writer->gap.is_open;
	if (turn->result == 0 && turn->has_written)
		turn->result = ledger_writer_write(writer, &turn->items, &turn->now);
	if (turn->result == 0 && is_prune_due)
		turn->pruned = ledger_writer_prune(writer, ledger->minute_days, &turn->now);
	if (turn->pruned < 0)
		turn->result = turn->pruned;
	if (writer->is_check_due && ledger_check_post(ledger) == 0)
		writer->is_check_due = false;
}

static void
items_end(struct ledger *ledger, struct turn *turn)
{
	struct ledger_status *status = &ledger->status;
	struct ledger_items kept = STAILQ_HEAD_INITIALIZER(kept);
	struct ledger_items over = STAILQ_HEAD_INITIALIZER(over);
	bool is_written = turn->result == 0 || turn->pruned < 0;
	while (!STAILQ_EMPTY(&turn->items)) {
		struct ledger_item *item = STAILQ_FIRST(&turn->items);
		STAILQ_REMOVE_HEAD(&turn->items, link);
		if (is_written) {
			status->minutes_written += item->minute_count;
			status->entries_written += item->minute_count == 0;
		}
		if (is_written || item->posted)
			STAILQ_INSERT_TAIL(&over, item, link);
		else
			STAILQ_INSERT_TAIL(&kept, item, link);
	}
	ledger_queue_release(&ledger->queue, &over);
	ledger_queue_return(&ledger->queue, &kept);
	while (!STAILQ_EMPTY(&over)) {
		struct ledger_item *item = STAILQ_FIRST(&over);
		STAILQ_REMOVE_HEAD(&over, link);
		ledger_item_over(ledger, item, is_written ? 0 : turn->result);
	}
}

// The lock is held.
static void
turn_end(struct ledger *ledger, struct turn *turn)
{
	struct ledger_status *status = &ledger->status;
	const struct ledger_writer *writer = &ledger->writer;
	items_end(ledger, turn);
	if (turn->job)
		ledger_job_over(ledger, turn->job, turn->job_result);
	ledger->busy_since.ns = 0;
	if (turn->result != 0 && !status->is_failing)
		status->failing_since = turn->now.wall;
	status->is_failing = turn->result != 0;
	status->error = turn->result;
	status->failures += turn->result != 0;
	status->commits += turn->result == 0 && turn->has_written;
	status->minutes_pruned += turn->pruned > 0 ? (uint64_t)turn->pruned : 0;
	status->gaps = writer->gaps;
	status->head = writer->head;
	memcpy(status->why, turn->result ? writer->why : "", turn->result ? sizeof status->why : 1);
	memcpy(status->set_aside, writer->set_aside, sizeof status->set_aside);
}

// The lock is held.
static void
tick_wait(struct ledger *ledger, pthread_cond_t *wakes)
{
	int64_t at_ns = clock_mono().ns + TICK_MS * NS_IN_MS;
	const struct timespec at = {at_ns / NS_IN_S, at_ns % NS_IN_S};
	while (!ledger->is_ending && (ledger->status.is_failing || !has_work(ledger)))
		if (pthread_cond_timedwait(wakes, &ledger->lock, &at) == ETIMEDOUT)
			return;
}

void *
ledger_writer_run(void *context)
{
	struct ledger *ledger = context;
	struct mono_time prune_at = clock_mono();
	bool is_last = false;
	struct turn turn;
	pthread_mutex_lock(&ledger->lock);
	while (!is_last) {
		bool is_ending = ledger->is_ending;
		bool is_prune_due = ledger->minute_days > 0 && !is_ending &&
				    mono_reached(clock_mono(), prune_at);
		turn_begin(ledger, &turn);
		pthread_mutex_unlock(&ledger->lock);
		turn_run(ledger, &turn, is_prune_due);
		pthread_mutex_lock(&ledger->lock);
		turn_end(ledger, &turn);
		if (is_prune_due && turn.pruned < LEDGER_PRUNE_ROWS_MAX)
			prune_at = mono_after_ns(clock_mono(), PRUNE_EVERY_NS);
		is_last = is_ending && (turn.result != 0 || !has_work(ledger));
		if (turn.pruned < LEDGER_PRUNE_ROWS_MAX)
			tick_wait(ledger, &ledger->writer_wakes);
	}
	pthread_mutex_unlock(&ledger->lock);
	return NULL;
}

static int
is_ending(void *context)
{
	const struct ledger *ledger = context;
	return atomic_load(&ledger->is_ending);
}

int
ledger_reader_open(
	struct ledger *ledger, const char *path, sqlite3 **out, char *why, size_t why_bytes)
{
	int code = ledger_schema_open_reader(path, out, why, why_bytes);
	if (code == SQLITE_OK)
		sqlite3_progress_handler(*out, STEPS_OF_A_LOOK, is_ending, ledger);
	return code;
}

// PRAGMA quick_check takes no look by itself whether to end: it is interrupted.
static void
reading_set(struct ledger_reader *reader, sqlite3 *database)
{
	pthread_mutex_lock(&reader->ledger->lock);
	reader->reading = database;
	pthread_mutex_unlock(&reader->ledger->lock);
}

// Opened for each query: a file that was replaced meanwhile is the new one.
static int
query_run(struct ledger_reader *reader, const struct ledger_job *job)
{
	struct ledger *ledger = reader->ledger;
	char why[LEDGER_WHY_BYTES];
	sqlite3 *database;
	int code = ledger_reader_open(ledger, ledger->writer.path, &database, why, sizeof why);
	if (code != SQLITE_OK) {
		log_debug("%s: cannot be read: %s", ledger->writer.path, why);
		return ledger_schema_error(code);
	}
	reading_set(reader, database);
	int result = job->query(database, job->context);
	reading_set(reader, NULL);
	sqlite3_close(database);
	return result;
}

void *
ledger_reader_run(void *context)
{
	struct ledger_reader *reader = context;
	struct ledger *ledger = reader->ledger;
	pthread_mutex_lock(&ledger->lock);
	while (!ledger->is_ending) {
		struct ledger_job *job = STAILQ_FIRST(&reader->jobs);
		if (!job) {
			pthread_cond_wait(&reader->wakes, &ledger->lock);
			continue;
		}
		STAILQ_REMOVE_HEAD(&reader->jobs, link);
		pthread_mutex_unlock(&ledger->lock);
		int result = query_run(reader, job);
		pthread_mutex_lock(&ledger->lock);
		reader->job_count--;
		ledger_job_over(ledger, job, result);
	}
	pthread_mutex_unlock(&ledger->lock);
	return NULL;
}
