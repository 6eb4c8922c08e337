/* SPDX-License-Identifier: BSD-3-Clause */
// journal.c - what a restart must know of the lessons that run: sessions.json in the state
// directory, and the ledger's ad-hoc lessons.
#include "control/journal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "ledger/ledger_plan.h"
#include "platform/atomic_file.h"
#include "platform/log.h"

struct journal {
	char path[PATH_MAX];
	struct ledger_plan *ledger;
	char *written; // the file's text, as far as is known
	bool is_failing;
};

struct journal *
journal_create(const char *state_directory, struct ledger_plan *ledger)
{
	struct journal *journal = calloc(1, sizeof *journal);
	if (!journal)
		return NULL;
	journal->ledger = ledger;
	int length =
		snprintf(journal->path, sizeof journal->path, "%s/sessions.json", state_directory);
	if (length >= (int)sizeof journal->path) {
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
	free(journal->written);
	free(journal);
}

// The ids of `array` to endpoints[*count..]. Whether all of them are texts that fit.
static bool
endpoints_read(json_t *array, const char *endpoints[TIMETABLE_PARTS_MAX], size_t *count)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *id = json_string_value(json_array_get(array, i));
		if (!id || strlen(id) >= TIMETABLE_ID_BYTES_MAX || *count == TIMETABLE_PARTS_MAX)
			return false;
		endpoints[(*count)++] = id;
	}
	return true;
}

static void
restore_edit(struct scheduler *scheduler, const char *id, json_t *entry)
{
	struct lesson_edit edit = {0};
	const char *endpoints[TIMETABLE_PARTS_MAX];
	json_t *speakers = NULL, *listeners = NULL;
	json_int_t end_ms;
	int result = -EINVAL;
	if (strlen(id) < sizeof edit.id &&
		!json_unpack(entry, "{s:I, s?o, s?o}", "ends_at_ms", &end_ms, "endpoints",
			&speakers, "listeners", &listeners) &&
		endpoints_read(speakers, endpoints, &edit.endpoint_count) &&
		endpoints_read(listeners, endpoints, &edit.endpoint_count)) {
		strcpy(edit.id, id);
		edit.end.ms = end_ms;
		edit.listener_count = json_array_size(listeners);
		for (size_t i = 0; i < edit.endpoint_count; i++)
			strcpy(edit.endpoints[i], endpoints[i]);
		result = scheduler_edit_restore(scheduler, &edit);
	}
	if (result)
		log_warning("sessions.json: what was changed of %s is not all restored: %s", id,
			strerror(-result));
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

static void
file_restore(const struct journal *journal, struct scheduler *scheduler)
{
	json_t *root = file_load(journal);
	if (!root)
		return;
	size_t index;
	json_t *entry;
	json_array_foreach(json_object_get(root, "ended"), index, entry) if (json_is_string(entry))
		scheduler_ended_add(scheduler, json_string_value(entry));
	const char *id;
	json_object_foreach(json_object_get(root, "edited"), id, entry)
		restore_edit(scheduler, id, entry);
	json_decref(root);
}

// What has ended comes first: it is not opened again.
void
journal_restore(struct journal *journal, struct scheduler *scheduler, struct wall_time wall,
	struct mono_time mono)
{
	file_restore(journal, scheduler);
	journal_adhoc_restore(journal->ledger, scheduler, wall, mono);
}

static json_t *
edit_view(const struct lesson_edit *edit)
{
	size_t speaker_count = edit->endpoint_count - edit->listener_count;
	json_t *speakers = json_array(), *listeners = json_array();
	for (size_t i = 0; i < edit->endpoint_count; i++)
		json_array_append_new(
			i < speaker_count ? speakers : listeners, json_string(edit->endpoints[i]));
	return json_pack("{s:I, s:o, s:o}", "ends_at_ms", (json_int_t)edit->end.ms, "endpoints",
		speakers, "listeners", listeners);
}

static char *
text_make(const struct scheduler *scheduler)
{
	json_t *edited = json_object(), *ended = json_array();
	for (size_t i = 0; i < scheduler_edit_count(scheduler); i++) {
		const struct lesson_edit *edit = scheduler_edit_get(scheduler, i);
		json_object_set_new(edited, edit->id, edit_view(edit));
	}
	for (size_t i = 0; i < scheduler_ended_count(scheduler); i++)
		json_array_append_new(ended, json_string(scheduler_ended_get(scheduler, i)));
	json_t *root = json_pack("{s:o, s:o}", "edited", edited, "ended", ended);
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;
	json_decref(root);
	return text;
}

static int
file_save(struct journal *journal, const struct scheduler *scheduler)
{
	char *text = text_make(scheduler);
	if (!text)
		return -ENOMEM;
	if (journal->written && !strcmp(journal->written, text)) {
		free(text);
		return 0;
	}
	int result = atomic_file_replace(journal->path, text, strlen(text), 0600);
	if (result) {
		free(text);
		return result;
	}
	free(journal->written);
	journal->written = text;
	return 0;
}

int
journal_save(struct journal *journal, const struct scheduler *scheduler, struct wall_time now)
{
	int file_result = file_save(journal, scheduler);
	int ledger_result = journal_adhoc_save(journal->ledger, scheduler, now);
	int result = file_result ? file_result : ledger_result;
	if (result && !journal->is_failing)
		log_error("%s: cannot be written: %s; lessons go on, a restart may not "
			  "know all of them",
			file_result ? journal->path : LEDGER_PLAN_FILE, strerror(-result));
	if (!result && journal->is_failing)
		log_info("%s: written again", journal->path);
	journal->is_failing = result != 0;
	return result;
}
