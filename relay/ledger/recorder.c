/* SPDX-License-Identifier: BSD-3-Clause */
// recorder.c - from live lessons to rows: which lessons are recorded, and when each is over.
#include "ledger/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/recorder_internal.h"

struct recorder *
recorder_create(const struct recorder_settings *settings, const struct recorder_edges *edges)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);
	if (!recorder)
		return NULL;
	recorder->settings = *settings;
	recorder->edges = *edges;
	TAILQ_INIT(&recorder->list);
	STAILQ_INIT(&recorder->unwritten);
	recorder->known = calloc(RECORDER_KNOWN_MAX, sizeof *recorder->known);
	if (!recorder->known) {
		free(recorder);
		return NULL;
	}
	return recorder;
}

void
recorder_destroy(struct recorder *recorder)
{
	if (!recorder)
		return;
	struct recording *recording;
	while ((recording = TAILQ_FIRST(&recorder->list)))
		recording_remove(recorder, recording);
	recorder_rows_clear(recorder);
	free(recorder->known);
	free(recorder);
}

void
recorder_set(struct recorder *recorder, const struct recorder_settings *settings)
{
	recorder->settings = *settings;
}

void
recorder_started(struct recorder *recorder, struct wall_time down_from, struct wall_time wall)
{
	recorder->down_from = down_from;
	recorder->started_at = wall;
}

struct wall_time
recorder_down_from(const struct recorder *recorder)
{
	return recorder->down_from;
}

struct recording *
recording_find(const struct recorder *recorder, const char *id)
{
	struct recording *recording;
	TAILQ_FOREACH (recording, &recorder->list, link)
		if (!strcmp(recording->id, id))
			return recording;
	return NULL;
}

int
recording_add(struct recorder *recorder, const char *id, struct recording **out)
{
	if (recorder->count == RECORDER_LESSONS_MAX) {
		recorder->overflows++;
		return -ENOSPC;
	}
	struct recording *recording = calloc(1, sizeof *recording);
	if (!recording)
		return -ENOMEM;
	snprintf(recording->id, sizeof recording->id, "%s", id);
	TAILQ_INSERT_TAIL(&recorder->list, recording, link);
	recorder->count++;
	*out = recording;
	return 0;
}

void
recording_remove(struct recorder *recorder, struct recording *recording)
{
	TAILQ_REMOVE(&recorder->list, recording, link);
	recorder->count--;
	recorder->looked_at = NULL;
	free(recording->parts);
	free(recording->flows);
	free(recording);
}

int32_t
recording_minute_of(const struct recording *recording, struct mono_time at)
{
	int64_t ns = mono_since_ns(at, recording->base);
	int64_t minute = ns / (60 * NS_IN_S) - (ns < 0);
	return minute > INT32_MAX ? INT32_MAX : minute < -1 ? -1 : (int32_t)minute;
}

static void
key_make(char key[RECORDER_KEY_BYTES], const char *id, const char *assisted)
{
	snprintf(key, RECORDER_KEY_BYTES, "%s|%s", id, assisted);
}

bool
recorder_is_known(const struct recorder *recorder, const char *id, const char *assisted)
{
	size_t count = recorder->known_count < RECORDER_KNOWN_MAX ? recorder->known_count
								  : RECORDER_KNOWN_MAX;
	char key[RECORDER_KEY_BYTES];
	key_make(key, id, assisted);
	for (size_t i = 0; i < count; i++)
		if (!strcmp(recorder->known[i], key))
			return true;
	return false;
}

void
recorder_known(struct recorder *recorder, const char *lesson_id, const char *assisted)
{
	if (!recorder_is_known(recorder, lesson_id, assisted))
		key_make(recorder->known[recorder->known_count++ % RECORDER_KNOWN_MAX], lesson_id,
			assisted);
}

void
recorder_end(struct recorder *recorder, const char *lesson_id, enum recorder_end reason,
	struct mono_time mono)
{
	struct recording *recording = recording_find(recorder, lesson_id);
	if (!recording || recording->has_ended)
		return;
	recording->is_running = false;
	recording->has_ended = true;
	recording->end_reason = reason;
	recording->ended_at = mono;
}

// The last figures of flows come a little after the lesson's end.
static bool
is_over(const struct recording *recording, struct mono_time mono)
{
	if (recording->is_running)
		return false;
	struct mono_time end = recording->has_ended ? recording->ended_at : recording->bell;
	return mono_reached(mono, mono_after_ns(end, RECORDER_SETTLE_S * NS_IN_S));
}

void
recorder_step(struct recorder *recorder, struct wall_time wall, struct mono_time mono)
{
	struct mono_time settled = mono_after_ns(mono, -RECORDER_MINUTE_SETTLE_S * NS_IN_S);
	struct recording *recording, *next;
	for (recording = TAILQ_FIRST(&recorder->list); recording; recording = next) {
		next = TAILQ_NEXT(recording, link);
		int32_t minute = recording_minute_of(recording, settled);
		if (minute > recording->minute)
			recording_minute_close(recorder, recording, minute);
		if (recording->is_judged || !is_over(recording, mono))
			continue;
		recording_minute_close(recorder, recording, recording->minute + 1);
		recording_judge(recorder, recording, wall);
		recording->is_judged = true;
	}
}

void
recorder_written(struct recorder *recorder)
{
	struct recording *recording, *next;
	recorder_rows_clear(recorder);
	for (recording = TAILQ_FIRST(&recorder->list); recording; recording = next) {
		next = TAILQ_NEXT(recording, link);
		if (recording->is_judged)
			recording_remove(recorder, recording);
	}
}

bool
recorder_has(const struct recorder *recorder, const char *lesson_id)
{
	return recording_find(recorder, lesson_id) != NULL;
}

size_t
recorder_count(const struct recorder *recorder)
{
	return recorder->count;
}

uint64_t
recorder_overflows(const struct recorder *recorder)
{
	return recorder->overflows;
}
