/* SPDX-License-Identifier: BSD-3-Clause */
// journal.c - what a restart must know of the lessons that run: sessions.json in the state
// directory.
#include "control/journal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "control/atomic_file.h"
#include "platform/log.h"

#define MINUTE_MS 60000

struct journal {
	char path[PATH_MAX];
	char *written;    // the file's text, as far as is known
	json_t *extended; // id -> closing bell, ms since 1970, of planned lessons
	bool is_failing;
};

struct journal *
journal_create(const char *state_directory)
{
	struct journal *journal = calloc(1, sizeof *journal);
	if (!journal)
		return NULL;
	journal->extended = json_object();
	int length =
		snprintf(journal->path, sizeof journal->path, "%s/sessions.json", state_directory);
	if (!journal->extended || length >= (int)sizeof journal->path) {
		journal_destroy(journal);
		return NULL;
	}
	return journal;
}

void
journal_destroy(struct journal *journal)
{
	if (!journal)
		return;
	json_decref(journal->extended);
	free(journal->written);
	free(journal);
}

static void
restore_adhoc(
	struct scheduler *scheduler, json_t *entry, struct wall_time wall, struct mono_time mono)
{
	const char *id, *title, *endpoints[TIMETABLE_PARTS_MAX];
	json_t *array;
	json_int_t start_ms, end_ms;
	if (json_unpack(entry, "{s:s, s:s, s:I, s:I, s:o}", "id", &id, "title", &title,
		    "starts_at_ms", &start_ms, "ends_at_ms", &end_ms, "endpoints", &array) ||
		json_array_size(array) > TIMETABLE_PARTS_MAX) {
		log_warning("sessions.json: an ad-hoc lesson in it cannot be understood");
		return;
	}
	size_t count = json_array_size(array);
	for (size_t i = 0; i < count; i++) {
		endpoints[i] = json_string_value(json_array_get(array, i));
		if (!endpoints[i])
			return;
	}
	int result = scheduler_restore_adhoc(scheduler, id, endpoints, count, title,
		(struct wall_time){start_ms}, (struct wall_time){end_ms}, wall, mono);
	if (result && result != -ETIME)
		log_warning("sessions.json: %s is not resumed: %s", id, strerror(-result));
}

static json_t *
file_load(const struct journal *journal)
{
	json_error_t error;
	json_t *root = json_load_file(journal->path, JSON_REJECT_DUPLICATES, &error);
	if (root && json_is_object(root))
		return root;
	if (access(journal->path, F_OK)) // the first start
		return NULL;
	char aside[PATH_MAX + 8];
	snprintf(aside, sizeof aside, "%s.bad", journal->path);
	log_error("%s:%d: %s; set aside as sessions.json.bad", journal->path,
		error.line > 0 ? error.line : 0, root ? "not an object" : error.text);
	json_decref(root);
	if (rename(journal->path, aside))
		log_error("%s: cannot be renamed: %s", journal->path, strerror(errno));
	return NULL;
}

void
journal_restore(struct journal *journal, struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono)
{
	json_t *root = file_load(journal);
	if (!root)
		return;
	size_t index;
	json_t *entry;
	json_array_foreach(json_object_get(root, "ended"), index, entry) if (json_is_string(entry))
		scheduler_ended_add(scheduler, json_string_value(entry));
	json_array_foreach(json_object_get(root, "adhoc"), index, entry)
		restore_adhoc(scheduler, entry, wall, mono);
	const char *id;
	json_object_foreach(json_object_get(root, "extended"), id,
		entry) if (json_is_integer(entry)) json_object_set(journal->extended, id, entry);
	json_decref(root);
}

void
journal_extended(struct journal *journal, const struct scheduled_lesson *lesson)
{
	if (lesson->lesson.rule)
		json_object_set_new(
			journal->extended, lesson->lesson.id, json_integer(lesson->lesson.end.ms));
}

void
journal_opened(struct journal *journal, struct scheduler *scheduler,
	const struct scheduled_lesson *lesson, struct mono_time mono)
{
	json_t *end = json_object_get(journal->extended, lesson->lesson.id);
	int64_t more_ms = json_integer_value(end) - lesson->lesson.end.ms;
	if (!end || more_ms <= 0)
		return;
	int64_t minutes = (more_ms + MINUTE_MS - 1) / MINUTE_MS;
	int result =
		minutes > SCHEDULER_MINUTES_MAX
			? -EINVAL
			: scheduler_extend(scheduler, lesson->lesson.id, (unsigned)minutes, mono);
	if (result)
		log_warning("%s is not extended again: %s", lesson->lesson.id, strerror(-result));
}

static json_t *
adhoc_view(const struct lesson *lesson)
{
	json_t *endpoints = json_array();
	for (size_t i = 0; i < lesson->part_count; i++)
		json_array_append_new(endpoints, json_string(lesson->parts[i].endpoint->id));
	return json_pack("{s:s, s:s, s:I, s:I, s:o}", "id", lesson->id, "title", lesson->title,
		"starts_at_ms", (json_int_t)lesson->start.ms, "ends_at_ms",
		(json_int_t)lesson->end.ms, "endpoints", endpoints);
}

// An extension matters as long as its lesson is not over.
static void
extended_prune(struct journal *journal, const struct scheduler *scheduler)
{
	for (size_t i = 0; i < scheduler_ended_count(scheduler); i++)
		json_object_del(journal->extended, scheduler_ended_get(scheduler, i));
}

static char *
text_make(struct journal *journal, const struct scheduler *scheduler)
{
	extended_prune(journal, scheduler);
	json_t *adhoc = json_array(), *ended = json_array();
	for (size_t i = 0; i < scheduler_running_count(scheduler); i++) {
		const struct lesson *lesson = &scheduler_running_get(scheduler, i)->lesson;
		if (!lesson->rule)
			json_array_append_new(adhoc, adhoc_view(lesson));
	}
	for (size_t i = 0; i < scheduler_ended_count(scheduler); i++)
		json_array_append_new(ended, json_string(scheduler_ended_get(scheduler, i)));
	json_t *root = json_pack(
		"{s:o, s:O, s:o}", "adhoc", adhoc, "extended", journal->extended, "ended", ended);
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
	json_decref(root);
	return text;
}

int
journal_save(struct journal *journal, const struct scheduler *scheduler)
{
	char *text = text_make(journal, scheduler);
	if (!text)
		return -ENOMEM;
	if (journal->written && !strcmp(journal->written, text)) {
		free(text);
		return 0;
	}
	int result = atomic_file_replace(journal->path, text, strlen(text), 0600);
	if (result) {
		if (!journal->is_failing)
			log_error("%s: cannot be written: %s; lessons go on, a restart may not "
				  "know all of them",
				journal->path, strerror(-result));
		journal->is_failing = true;
		free(text);
		return result;
	}
	if (journal->is_failing)
		log_info("%s: written again", journal->path);
	journal->is_failing = false;
	free(journal->written);
	journal->written = text;
	return 0;
}
