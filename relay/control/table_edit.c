/* SPDX-License-Identifier: BSD-3-Clause */
// table_edit.c - how a table would change, or has changed, as JSON and as text.
#include "control/table_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/text_diff.h"
#include "platform/clock.h"
#include "timetable/exceptions.h"

static void
append_line(void *context, const char *line, size_t bytes)
{
	json_t *array = context;
	if (json_array_size(array) < TABLE_EDIT_LINES_MAX) {
		json_t *text = json_stringn(line, bytes);
		json_array_append_new(array, text ? text : json_string("(no UTF-8)"));
	}
}

// The exceptions that could be carried out until now, and not on the new timetable.
static json_t *
lost_view(const struct control *control, const struct timetable *fresh)
{
	const struct plan_exceptions *exceptions = scheduler_exceptions(control->scheduler);
	json_t *array = json_array();
	for (size_t i = 0; i < exceptions->count; i++) {
		char reason[FILE_ERROR_REASON_BYTES];
		if (plan_exception_check(control->config->timetable, exceptions, i, reason) == 0 &&
			plan_exception_check(fresh, exceptions, i, reason) != 0)
			json_array_append_new(
				array, json_pack("{s:s, s:s, s:s}", "lesson",
					       exceptions->items[i].lesson_id, "kind",
					       plan_exception_kind_name(exceptions->items[i].kind),
					       "reason", reason));
	}
	return array;
}

static json_int_t
lessons_count(const struct control *control, struct timetable *fresh)
{
	struct civil_date today = civil_date_of(clock_wall());
	struct lesson_list list;
	if (timetable_expand(
		    fresh, scheduler_exceptions(control->scheduler), today, today, &list) != 0)
		return 0;
	json_int_t count = (json_int_t)list.count;
	lesson_list_fini(&list);
	return count;
}

json_t *
table_edit_view(
	const struct control *control, const struct table_edit *edit, struct timetable *fresh)
{
	const struct table_file *before = &edit->before;
	json_t *removed = json_array(), *added = json_array();
	long removed_count = text_diff(
		before->bytes, before->count, edit->bytes, edit->count, append_line, removed);
	long added_count = text_diff(
		edit->bytes, edit->count, before->bytes, before->count, append_line, added);
	if (removed_count < 0 || added_count < 0) {
		json_decref(removed);
		json_decref(added);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:I, s:o}", "table",
		table_name(edit->table), "etag", edit->mark, "lines_removed",
		(json_int_t)removed_count, "lines_added", (json_int_t)added_count, "removed",
		removed, "added", added, "lessons_today", lessons_count(control, fresh),
		"exceptions_lost", lost_view(control, fresh));
}

struct words {
	char *text;
	size_t used;
};

static void
add_line(void *context, const char *line, size_t bytes)
{
	struct words *words = context;
	if (words->used + bytes + 2 > LEDGER_AUDIT_TEXT_BYTES_MAX)
		return;
	words->text[words->used++] = '\n';
	memcpy(words->text + words->used, line, bytes);
	words->used += bytes;
	words->text[words->used] = '\0';
}

char *
table_edit_text(const struct table_edit *edit, bool is_before)
{
	const struct table_file *before = &edit->before;
	struct words words = {.text = malloc(LEDGER_AUDIT_TEXT_BYTES_MAX + 1)};
	if (!words.text)
		return NULL;
	words.used = (size_t)snprintf(words.text, LEDGER_AUDIT_TEXT_BYTES_MAX, "%s",
		is_before ? before->mark : edit->mark);
	if (is_before)
		text_diff(before->bytes, before->count, edit->bytes, edit->count, add_line, &words);
	else
		text_diff(edit->bytes, edit->count, before->bytes, before->count, add_line, &words);
	return words.text;
}
