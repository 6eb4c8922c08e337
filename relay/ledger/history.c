/* SPDX-License-Identifier: BSD-3-Clause */
// history.c - what went through the relay, minute by minute: a thread that writes and reads it.
#include "ledger/history.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "ledger/history_store.h"
#include "platform/clock.h"
#include "platform/log.h"

#define RETRY_MS 5000 // where the disk failed
#define PRUNE_MINUTES 60
#define DAY_MS (CIVIL_DAY_S * MS_IN_S)

struct post {
	STAILQ_ENTRY(post) link;
	struct history_minute minute;
	struct history_school_row schools[];
};
STAILQ_HEAD(posts, post);

struct query {
	STAILQ_ENTRY(query) link;
	struct history_answer answer;
	history_answered_fn answered;
	void *context;
};
STAILQ_HEAD(queries, query);

struct history {
	struct history_store store; // the thread's alone
	unsigned prune_in;          // minutes
	bool is_told;               // the failure, to the log
	int event_fd;
	pthread_t thread;
	pthread_mutex_t lock; // over all below; nobody holds it while it waits for the disk
	pthread_cond_t wakes;
	struct posts posts;
	size_t post_count;
	struct queries asked;
	struct queries answered;
	size_t query_count; // of both
	bool is_ending;
	int result; // of the last attempt
};

static int
posts_write(struct history *history, struct posts *posts)
{
	struct history_store *store = &history->store;
	struct post *post;
	struct wall_time newest = {0};
	int result = history_store_ready(store);
	if (result || STAILQ_EMPTY(posts))
		return result;
	result = history_store_begin(store);
	STAILQ_FOREACH (post, posts, link) {
		if (!result)
			result = history_store_add(store, &post->minute);
		newest = post->minute.minute;
	}
	if (!result && history->prune_in-- == 0) {
		history->prune_in = PRUNE_MINUTES;
		result = history_store_prune(
			store, (struct wall_time){newest.ms - HISTORY_DAYS * DAY_MS});
	}
	result = history_store_end(store, result);
	if (result) // opened anew, so that a damaged file is noticed
		history_store_shut(store);
	return result;
}

static void
failure_tell(struct history *history, int result)
{
	if (result && !history->is_told)
		log_error("%s: cannot be written: %s; the last %d minutes stay in memory",
			history->store.path, history->store.why, HISTORY_HELD_MAX);
	if (!result && history->is_told)
		log_info("%s: written again", history->store.path);
	history->is_told = result != 0;
}

// The lock is held, but not while the disk is asked.
static void
posts_turn(struct history *history)
{
	struct posts posts = STAILQ_HEAD_INITIALIZER(posts);
	size_t count = history->post_count;
	STAILQ_CONCAT(&posts, &history->posts);
	pthread_mutex_unlock(&history->lock);
	int result = posts_write(history, &posts);
	failure_tell(history, result);
	struct post *post;
	while (!result && (post = STAILQ_FIRST(&posts))) {
		STAILQ_REMOVE_HEAD(&posts, link);
		free(post);
	}
	pthread_mutex_lock(&history->lock);
	history->result = result;
	if (!result)
		history->post_count -= count;
	STAILQ_CONCAT(&posts, &history->posts);
	STAILQ_CONCAT(&history->posts, &posts);
}

static void
query_turn(struct history *history, struct query *query)
{
	struct history_answer *answer = &query->answer;
	STAILQ_REMOVE_HEAD(&history->asked, link);
	pthread_mutex_unlock(&history->lock);
	answer->result = history_store_ready(&history->store);
	if (!answer->result)
		answer->result = history_store_answer(&history->store, answer);
	if (answer->result)
		answer->row_count = answer->day_count = 0;
	pthread_mutex_lock(&history->lock);
	STAILQ_INSERT_TAIL(&history->answered, query, link);
	if (eventfd_write(history->event_fd, 1))
		log_error("throughput: an answer waits: %s", strerror(errno));
}

static void *
run(void *context)
{
	struct history *history = context;
	int64_t retry_ns = 0;
	pthread_mutex_lock(&history->lock);
	for (;;) {
		struct query *query = STAILQ_FIRST(&history->asked);
		bool is_due = !STAILQ_EMPTY(&history->posts) && clock_mono().ns >= retry_ns;
		if (history->is_ending)
			break;
		if (is_due) {
			posts_turn(history);
			retry_ns = history->result ? clock_mono().ns + RETRY_MS * NS_IN_MS : 0;
		} else if (query) {
			query_turn(history, query);
		} else if (!STAILQ_EMPTY(&history->posts)) {
			const struct timespec at = {retry_ns / NS_IN_S, retry_ns % NS_IN_S};
			pthread_cond_timedwait(&history->wakes, &history->lock, &at);
		} else {
			pthread_cond_wait(&history->wakes, &history->lock);
		}
	}
	posts_turn(history);
	history_store_shut(&history->store);
	pthread_mutex_unlock(&history->lock);
	return NULL;
}

struct history *
history_create(const char *state_directory)
{
	struct history *history = calloc(1, sizeof *history);
	pthread_condattr_t monotonic;
	if (!history)
		return NULL;
	STAILQ_INIT(&history->posts);
	STAILQ_INIT(&history->asked);
	STAILQ_INIT(&history->answered);
	pthread_mutex_init(&history->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&history->wakes, &monotonic);
	pthread_condattr_destroy(&monotonic);
	history->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int bytes = snprintf(history->store.path, sizeof history->store.path, "%s/" HISTORY_FILE,
		state_directory);
	if (history->event_fd < 0 || bytes >= (int)sizeof history->store.path ||
		pthread_create(&history->thread, NULL, run, history)) {
		if (history->event_fd >= 0)
			close(history->event_fd);
		free(history);
		return NULL;
	}
	return history;
}

int
history_event_fd(const struct history *history)
{
	return history->event_fd;
}

static void
queries_tell(struct history *history, struct queries *queries)
{
	struct query *query;
	while ((query = STAILQ_FIRST(queries))) {
		STAILQ_REMOVE_HEAD(queries, link);
		history->query_count--;
		query->answered(query->context, &query->answer);
		free(query->answer.rows);
		free(query->answer.days);
		free(query);
	}
}

void
history_dispatch(struct history *history)
{
	struct queries over = STAILQ_HEAD_INITIALIZER(over);
	eventfd_t count;
	(void)!eventfd_read(history->event_fd, &count);
	pthread_mutex_lock(&history->lock);
	STAILQ_CONCAT(&over, &history->answered);
	pthread_mutex_unlock(&history->lock);
	queries_tell(history, &over);
}

void
history_destroy(struct history *history)
{
	struct query *query;
	struct post *post;
	if (!history)
		return;
	pthread_mutex_lock(&history->lock);
	history->is_ending = true;
	pthread_cond_signal(&history->wakes);
	pthread_mutex_unlock(&history->lock);
	pthread_join(history->thread, NULL);
	STAILQ_FOREACH (query, &history->asked, link)
		query->answer.result = -ECANCELED;
	STAILQ_CONCAT(&history->answered, &history->asked);
	queries_tell(history, &history->answered);
	while ((post = STAILQ_FIRST(&history->posts))) {
		STAILQ_REMOVE_HEAD(&history->posts, link);
		free(post);
	}
	close(history->event_fd);
	pthread_cond_destroy(&history->wakes);
	pthread_mutex_destroy(&history->lock);
	free(history);
}

void
history_post(struct history *history, const struct history_minute *minute)
{
	size_t bytes = minute->school_count * sizeof *minute->schools;
	struct post *post = malloc(sizeof *post + bytes);
	if (!post) {
		log_error("throughput: a minute is lost: out of memory");
		return;
	}
	post->minute = *minute;
	post->minute.schools = post->schools;
	if (bytes > 0)
		memcpy(post->schools, minute->schools, bytes);
	pthread_mutex_lock(&history->lock);
	STAILQ_INSERT_TAIL(&history->posts, post, link);
	// The oldest gives way; it is none that is being written, for those are not in the list.
	if (++history->post_count > HISTORY_HELD_MAX) {
		post = STAILQ_FIRST(&history->posts);
		STAILQ_REMOVE_HEAD(&history->posts, link);
		free(post);
		history->post_count--;
	}
	pthread_cond_signal(&history->wakes);
	pthread_mutex_unlock(&history->lock);
}

int
history_ask(struct history *history, const struct history_question *question,
	history_answered_fn answered, void *context)
{
	int64_t span_ms = question->until.ms - question->from.ms;
	if (question->step_s == 0 || question->step_s % 60 != 0 || span_ms <= 0 ||
		span_ms / MS_IN_S / question->step_s >= HISTORY_ROWS_MAX)
		return -EINVAL;
	if (history->query_count == HISTORY_QUERIES_MAX)
		return -ENOBUFS;
	struct query *query = calloc(1, sizeof *query);
	if (!query)
		return -ENOMEM;
	query->answer.question = *question;
	query->answered = answered;
	query->context = context;
	history->query_count++;
	pthread_mutex_lock(&history->lock);
	STAILQ_INSERT_TAIL(&history->asked, query, link);
	pthread_cond_signal(&history->wakes);
	pthread_mutex_unlock(&history->lock);
	return 0;
}

int
history_state(struct history *history, size_t *held_out)
{
	pthread_mutex_lock(&history->lock);
	int result = history->result;
	*held_out = history->post_count;
	pthread_mutex_unlock(&history->lock);
	return result;
}
