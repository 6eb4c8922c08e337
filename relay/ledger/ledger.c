/* SPDX-License-Identifier: BSD-3-Clause */
// ledger.c - the ledger as the control thread sees it: posts, queries, what is over, how it is.
#include "ledger/ledger.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include "ledger/ledger_store.h"
#include "platform/clock.h"
#include "platform/log.h"

// No signal of the process is for these threads; a fault of their own is.
static int
thread_start(pthread_t *thread, void *(*run)(void *), void *context, const char *name)
{
	sigset_t all, kept;
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &kept);
	int error = pthread_create(thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &kept, NULL);
	if (error == 0)
		pthread_setname_np(*thread, name);
	return -error;
}

static int
store_init(struct ledger *ledger, const struct ledger_options *options)
{
	pthread_condattr_t monotonic;
	ledger->minute_days = options->minute_days;
	ledger_queue_init(&ledger->queue);
	STAILQ_INIT(&ledger->writes);
	STAILQ_INIT(&ledger->over);
	STAILQ_INIT(&ledger->answered);
	pthread_mutex_init(&ledger->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&ledger->writer_wakes, &monotonic);
	for (size_t i = 0; i < LEDGER_READER_COUNT; i++) {
		ledger->readers[i].ledger = ledger;
		STAILQ_INIT(&ledger->readers[i].jobs);
		pthread_cond_init(&ledger->readers[i].wakes, &monotonic);
	}
	pthread_condattr_destroy(&monotonic);
	ledger->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ledger->event_fd < 0)
		return -errno;
	return ledger_writer_init(&ledger->writer, options->state_directory);
}

static void
store_fini(struct ledger *ledger)
{
	ledger_writer_fini(&ledger->writer);
	ledger_queue_fini(&ledger->queue);
	if (ledger->event_fd >= 0)
		close(ledger->event_fd);
	pthread_cond_destroy(&ledger->writer_wakes);
	for (size_t i = 0; i < LEDGER_READER_COUNT; i++)
		pthread_cond_destroy(&ledger->readers[i].wakes);
	pthread_mutex_destroy(&ledger->lock);
	free(ledger);
}

// Of the readers those that run: the first few.
static void
threads_end(struct ledger *ledger, size_t reader_count)
{
	pthread_mutex_lock(&ledger->lock);
	atomic_store(&ledger->is_ending, true);
	pthread_cond_signal(&ledger->writer_wakes);
	for (size_t i = 0; i < reader_count; i++) {
		if (ledger->readers[i].reading)
			sqlite3_interrupt(ledger->readers[i].reading);
		pthread_cond_signal(&ledger->readers[i].wakes);
	}
	pthread_mutex_unlock(&ledger->lock);
	for (size_t i = 0; i < reader_count; i++)
		pthread_join(ledger->readers[i].thread, NULL);
	pthread_join(ledger->writer_thread, NULL);
}

struct ledger *
ledger_create(const struct ledger_options *options)
{
	static const char *const names[LEDGER_READER_COUNT] = {
		[LEDGER_READER_REPORTS] = "ledger-reader", [LEDGER_READER_LONG] = "ledger-long"};
	struct ledger *ledger = calloc(1, sizeof *ledger);
	size_t count = 0;
	if (!ledger)
		return NULL;
	int result = store_init(ledger, options);
	if (result == 0)
		result = thread_start(
			&ledger->writer_thread, ledger_writer_run, ledger, "ledger-writer");
	if (result != 0)
		goto fini;
	for (; count < LEDGER_READER_COUNT && result == 0; count += result == 0)
		result = thread_start(&ledger->readers[count].thread, ledger_reader_run,
			&ledger->readers[count], names[count]);
	if (result == 0)
		return ledger;
	threads_end(ledger, count);
fini:
	log_error("the ledger cannot be started: %s", strerror(-result));
	store_fini(ledger);
	return NULL;
}

static void
cancel_all(struct ledger *ledger)
{
	struct ledger_items waiting;
	ledger_queue_claim(&ledger->queue, SIZE_MAX, &waiting);
	while (!STAILQ_EMPTY(&waiting)) {
		struct ledger_item *item = STAILQ_FIRST(&waiting);
		STAILQ_REMOVE_HEAD(&waiting, link);
		ledger_item_over(ledger, item, -ECANCELED);
	}
	for (size_t i = 0; i < LEDGER_READER_COUNT; i++)
		STAILQ_CONCAT(&ledger->writes, &ledger->readers[i].jobs);
	while (!STAILQ_EMPTY(&ledger->writes)) {
		struct ledger_job *job = STAILQ_FIRST(&ledger->writes);
		STAILQ_REMOVE_HEAD(&ledger->writes, link);
		ledger_job_over(ledger, job, -ECANCELED);
	}
}

// What is told may ask for more, which then is over at once.
static void
tell_all(struct ledger *ledger)
{
	bool is_any = true;
	while (is_any) {
		cancel_all(ledger);
		is_any = !STAILQ_EMPTY(&ledger->over) || !STAILQ_EMPTY(&ledger->answered);
		ledger_dispatch(ledger);
	}
}

void
ledger_destroy(struct ledger *ledger)
{
	if (!ledger)
		return;
	threads_end(ledger, LEDGER_READER_COUNT);
	if (ledger->queue.minute_count > 0 || ledger->queue.entry_count > 0)
		log_error("%s: %zu minute rows and %zu entries could not be written and are lost",
			ledger->writer.path, ledger->queue.minute_count, ledger->queue.entry_count);
	tell_all(ledger);
	store_fini(ledger);
}

int
ledger_event_fd(const struct ledger *ledger)
{
	return ledger->event_fd;
}

// The lock is held. A full counter is readable all the same.
static void
event_tell(struct ledger *ledger)
{
	const uint64_t one = 1;
	ssize_t written = write(ledger->event_fd, &one, sizeof one);
	(void)written;
}

void
ledger_job_over(struct ledger *ledger, struct ledger_job *job, int result)
{
	job->result = result;
	STAILQ_INSERT_TAIL(&ledger->over, job, link);
	event_tell(ledger);
}

void
ledger_item_over(struct ledger *ledger, struct ledger_item *item, int result)
{
	item->result = result;
	if (!item->posted) {
		free(item);
		return;
	}
	STAILQ_INSERT_TAIL(&ledger->answered, item, link);
	event_tell(ledger);
}

void
ledger_dispatch(struct ledger *ledger)
{
	struct ledger_items items = STAILQ_HEAD_INITIALIZER(items);
	struct ledger_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
	uint64_t count;
	pthread_mutex_lock(&ledger->lock);
	ssize_t got = read(ledger->event_fd, &count, sizeof count);
	(void)got; // nothing there: nothing is over
	STAILQ_CONCAT(&items, &ledger->answered);
	STAILQ_CONCAT(&jobs, &ledger->over);
	pthread_mutex_unlock(&ledger->lock);
	while (!STAILQ_EMPTY(&items)) {
		struct ledger_item *item = STAILQ_FIRST(&items);
		STAILQ_REMOVE_HEAD(&items, link);
		item->posted(item->context, item->result == 0 ? item->number : 0, item->result);
		free(item);
	}
	while (!STAILQ_EMPTY(&jobs)) {
		struct ledger_job *job = STAILQ_FIRST(&jobs);
		STAILQ_REMOVE_HEAD(&jobs, link);
		job->done(job->context, job->result);
		free(job);
	}
}

static int
item_post(struct ledger *ledger, struct ledger_item *item)
{
	pthread_mutex_lock(&ledger->lock);
	int result = ledger_queue_put(&ledger->queue, item);
	pthread_cond_signal(&ledger->writer_wakes);
	pthread_mutex_unlock(&ledger->lock);
	if (result != 0)
		free(item);
	return result;
}

int
ledger_post_minutes(struct ledger *ledger, const struct ledger_minute *rows, size_t count)
{
	if (count == 0)
		return 0;
	struct ledger_item *item = ledger_item_minutes(rows, count);
	if (item)
		return item_post(ledger, item);
	pthread_mutex_lock(&ledger->lock);
	ledger->queue.minutes_dropped += count;
	pthread_mutex_unlock(&ledger->lock);
	return -ENOMEM;
}

int
ledger_post_entry(struct ledger *ledger, const struct ledger_entry *entry, ledger_posted_fn posted,
	void *context)
{
	struct ledger_item *item = ledger_item_entry(entry);
	if (!item)
		return -ENOMEM;
	item->posted = posted;
	item->context = context;
	return item_post(ledger, item);
}

int
ledger_job_post(struct ledger *ledger, const struct ledger_job *job)
{
	struct ledger_job *own = malloc(sizeof *own);
	int result = 0;
	if (!own)
		return -ENOMEM;
	*own = *job;
	struct ledger_reader *reader =
		&ledger->readers[job->is_long ? LEDGER_READER_LONG : LEDGER_READER_REPORTS];
	pthread_mutex_lock(&ledger->lock);
	if (job->write) {
		STAILQ_INSERT_TAIL(&ledger->writes, own, link);
		pthread_cond_signal(&ledger->writer_wakes);
	} else if (reader->job_count >= LEDGER_QUERIES_MAX) {
		result = -ENOBUFS;
	} else {
		reader->job_count++;
		STAILQ_INSERT_TAIL(&reader->jobs, own, link);
		pthread_cond_signal(&reader->wakes);
	}
	pthread_mutex_unlock(&ledger->lock);
	if (result != 0)
		free(own);
	return result;
}

int
ledger_query(struct ledger *ledger, ledger_query_fn query, void *context, ledger_done_fn done)
{
	const struct ledger_job job = {.query = query, .context = context, .done = done};
	assert(query != NULL && done != NULL);
	return ledger_job_post(ledger, &job);
}

int
ledger_query_long(struct ledger *ledger, ledger_query_fn query, void *context, ledger_done_fn done)
{
	const struct ledger_job job = {
		.query = query, .is_long = true, .context = context, .done = done};
	assert(query != NULL && done != NULL);
	return ledger_job_post(ledger, &job);
}

void
ledger_status_get(struct ledger *ledger, struct ledger_status *out)
{
	struct mono_time now = clock_mono();
	pthread_mutex_lock(&ledger->lock);
	*out = ledger->status;
	out->minutes_held = ledger->queue.minute_count;
	out->entries_held = ledger->queue.entry_count;
	out->minutes_dropped = ledger->queue.minutes_dropped;
	out->entries_refused = ledger->queue.entries_refused;
	if (ledger->busy_since.ns != 0)
		out->busy_ms = mono_since_ns(now, ledger->busy_since) / NS_IN_MS;
	pthread_mutex_unlock(&ledger->lock);
}
