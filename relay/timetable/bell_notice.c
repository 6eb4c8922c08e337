// SPDX-License-Identifier: BSD-3-Clause
// bell_notice.c - a school's bell notice, pasted as text, line by line into rows of bells.csv.
#include "timetable/bell_notice.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"
#include "timetable/text_encoding.h"

// Copies what fits, never half a character; control characters become '?'.
static void
text_copy(char *out, size_t out_bytes, const char *text, size_t count)
{
	size_t used = 0;
	size_t step;

	for (size_t i = 0; i < count; i += step) {
		bool is_control;

		step = text_utf8_bytes(text + i, count - i);
		// C1 controls are two bytes, the first of them 0xc2.
		is_control = step == 0 || (unsigned char)text[i] < 0x20 || text[i] == 0x7f ||
			     (step == 2 && (unsigned char)text[i] == 0xc2 &&
				     (unsigned char)text[i + 1] < 0xa0);
		if (used + (step == 0 ? 1 : step) >= out_bytes)
			break;
		if (is_control)
			out[used++] = text[i] == '\t' ? ' ' : '?';
		else
			memcpy(out + used, text + i, step);
		used += is_control ? 0 : step;
		step = step == 0 ? 1 : step;
	}
	out[used] = '\0';
}

static void
title_add(struct bell_notice *notice, const char *text)
{
	size_t used = strlen(notice->title);

	if (used > 0 && used + 1 < sizeof(notice->title))
		notice->title[used++] = ' ';
	text_copy(notice->title + used, sizeof(notice->title) - used, text, strlen(text));
}

void
notice_tell(struct bell_notice_line *line, const char *format, ...)
{
	size_t used = strlen(line->account);
	va_list arguments;

	// What is refused stays so, whatever else the line holds.
	if (line->is_refused)
		return;
	if (used > 0 && used + strlen("; ") < sizeof(line->account)) {
		memcpy(line->account + used, "; ", sizeof("; "));
		used += strlen("; ");
	}
	va_start(arguments, format);
	vsnprintf(line->account + used, sizeof(line->account) - used, format, arguments);
	va_end(arguments);
	text_utf8_mend(line->account);
}

void
notice_refuse(struct bell_notice_line *line, const char *format, ...)
{
	va_list arguments;

	if (line->is_refused)
		return;
	line->is_refused = true;
	va_start(arguments, format);
	vsnprintf(line->account, sizeof(line->account), format, arguments);
	va_end(arguments);
	text_utf8_mend(line->account);
}

static void
part_take(struct notice_reader *reader, enum notice_part part, const char *word)
{
	notice_name_end(reader);
	reader->part = part;
	notice_tell(reader->line, "the part of the day: %s", word);
}

// A name, an audience or a part of the day, once all its text is there.
static void
word_take(struct notice_reader *reader, const struct notice_cell *cell)
{
	enum notice_part part = notice_part_of(cell->name);
	bool is_before_rows = !reader->has_name && reader->notice->row_count == 0;

	if (part != NOTICE_PART_NONE && cell->time_count == 0)
		part_take(reader, part, cell->name);
	else if (notice_is_audience(cell->name))
		notice_audience_take(reader, cell->name);
	else if (is_before_rows && cell->time_count == 0 && notice_is_heading(cell->name))
		notice_tell(reader->line, "the heading of a column");
	else if (is_before_rows && cell->time_count == 0 && notice_is_title(cell->name)) {
		title_add(reader->notice, cell->name);
		notice_tell(reader->line, "the title");
	} else {
		notice_name_begin(reader, cell);
	}
}

static void
upright_end(struct notice_reader *reader)
{
	struct bell_notice_line *line = reader->line;
	struct notice_cell cell = {.time_count = 0};

	if (reader->upright[0] == '\0')
		return;
	memcpy(cell.name, reader->upright, sizeof(cell.name));
	reader->upright[0] = '\0';
	reader->line = &reader->notice->lines[reader->upright_line];
	word_take(reader, &cell);
	reader->line = line;
}

// Whether the line is one sign of a cell that stands upright; then it is taken.
static bool
upright_take(struct notice_reader *reader, const struct notice_cell *cell)
{
	size_t bytes = strlen(cell->text);
	size_t used = strlen(reader->upright);

	if (bytes < 3 || text_utf8_bytes(cell->text, bytes) != bytes ||
		notice_dash_bytes(cell->text) > 0 || used + bytes >= sizeof(reader->upright))
		return false;
	if (used == 0)
		reader->upright_line = (size_t)(reader->line - reader->notice->lines);
	else
		notice_tell(reader->line, "goes on the cell above");
	memcpy(reader->upright + used, cell->text, bytes + 1);
	return true;
}

static bool
date_take(struct notice_reader *reader, const struct notice_cell *cell)
{
	struct bell_notice *notice = reader->notice;
	char rest[NOTICE_CELL_BYTES_MAX];
	char reason[NOTICE_REASON_BYTES];
	char text[CIVIL_DATE_BYTES];
	struct civil_date date;
	int found = notice_date_read(cell->text, &date, rest, reason);

	if (found == 0)
		return false;
	if (found < 0) {
		notice_refuse(reader->line, "%s", reason);
	} else if (reader->has_date && notice->effective_from.days != date.days) {
		civil_date_format(notice->effective_from, text);
		notice_refuse(reader->line, "another date of effect than %s%s", text,
			reader->date_line == 0 ? ", which was given" : " above");
	} else if (rest[0] != '\0' && !notice_is_title(rest)) {
		notice_refuse(reader->line, "'%.80s' beside a date is not understood", rest);
	} else {
		notice->effective_from = date;
		reader->has_date = true;
		reader->date_line = reader->line->line;
		civil_date_format(date, text);
		if (rest[0] != '\0') {
			title_add(notice, rest);
			notice_tell(reader->line, "the title");
		}
		notice_tell(reader->line, "in force from %s on", text);
	}
	return true;
}

static void
cell_take(struct notice_reader *reader, const char *bytes, size_t count, bool is_alone)
{
	char reason[NOTICE_REASON_BYTES];
	struct notice_cell cell;
	int result = notice_cell_read(bytes, count, &cell, reason);
	bool is_upright = result == 0 && is_alone && upright_take(reader, &cell);
	bool has_own_note;

	if (is_upright)
		return;
	upright_end(reader);
	if (date_take(reader, &cell))
		return;
	if (notice_is_remark(cell.text)) {
		notice_tell(reader->line, "a remark, which is not taken");
		return;
	}
	if (result != 0) {
		notice_refuse(reader->line, "%s", reason);
		return;
	}
	has_own_note = cell.name[0] == '\0' && cell.note[0] != '\0';
	if (cell.name[0] != '\0')
		word_take(reader, &cell);
	else if (has_own_note)
		notice_note_add(reader, &cell);
	if (cell.time_count > 0) {
		notice_time_take(reader, &cell);
		if (has_own_note)
			reader->row.note[0] = '\0';
	}
}

static void
line_take(struct notice_reader *reader, const char *bytes, size_t count)
{
	bool is_alone = memchr(bytes, '\t', count) == NULL;
	const char *end = bytes + count;

	text_copy(reader->line->text, sizeof(reader->line->text), bytes, count);
	while (bytes <= end) {
		const char *tab = memchr(bytes, '\t', (size_t)(end - bytes));
		const char *cell_end = tab == NULL ? end : tab;

		if (!notice_is_blank(bytes, (size_t)(cell_end - bytes)))
			cell_take(reader, bytes, (size_t)(cell_end - bytes), is_alone);
		bytes = cell_end + 1;
	}
}

static int
lines_take(
	struct notice_reader *reader, const struct timetable_bytes *file, struct file_error *error)
{
	struct bell_notice *notice = reader->notice;
	const char *bytes = file->bytes;
	unsigned number = 1;
	size_t count;

	for (size_t at = 0; at < file->count; at += count + 1, number++) {
		count = 0;
		while (at + count < file->count && bytes[at + count] != '\n' &&
			bytes[at + count] != '\r')
			count++;
		// The CR of a CRLF ends the line, and the LF behind it is not another one.
		if (count == 0 && at > 0 && bytes[at] == '\n' && bytes[at - 1] == '\r') {
			number--;
			continue;
		}
		if (notice_is_blank(bytes + at, count))
			continue;
		if (notice->line_count == BELL_NOTICE_LINES_MAX)
			return file_error_set(error, file->file, number, "more than %d lines",
				BELL_NOTICE_LINES_MAX);
		reader->line = &notice->lines[notice->line_count++];
		reader->line->line = number;
		line_take(reader, bytes + at, count);
	}
	upright_end(reader);
	notice_name_end(reader);
	return 0;
}

// What no line alone is to blame for, and the first line that is.
static int
whole_check(const struct notice_reader *reader, const char *file, struct file_error *error)
{
	const struct bell_notice *notice = reader->notice;

	for (size_t i = 0; i < notice->line_count; i++) {
		if (notice->lines[i].is_refused)
			return file_error_set(
				error, file, notice->lines[i].line, "%s", notice->lines[i].account);
	}
	if (notice->row_count == 0)
		return file_error_set(error, file, 0, "there is no name with a time in it");
	if (!reader->has_date)
		return file_error_set(error, file, 0,
			"the notice does not say from which date on it is in force "
			"(2024年10月9日起执行): the date must be given");
	return 0;
}

int
bell_notice_read(const struct timetable_bytes *file, const struct slot_names *slots,
	const struct civil_date *effective_from, struct bell_notice *out, struct file_error *error)
{
	struct notice_reader *reader;
	int result;

	*out = (struct bell_notice){.row_count = 0};
	if (file->count > BELL_NOTICE_BYTES_MAX)
		return file_error_set(error, file->file, 0, "the notice has more than %d bytes",
			BELL_NOTICE_BYTES_MAX);
	out->rows = calloc(BELL_NOTICE_ROWS_MAX, sizeof(*out->rows));
	out->lines = calloc(BELL_NOTICE_LINES_MAX, sizeof(*out->lines));
	reader = calloc(1, sizeof(*reader));
	if (out->rows == NULL || out->lines == NULL || reader == NULL) {
		free(reader);
		return -ENOMEM;
	}
	reader->slots = slots;
	reader->notice = out;
	reader->has_date = effective_from != NULL;
	if (effective_from != NULL)
		out->effective_from = *effective_from;
	result = lines_take(reader, file, error);
	if (result == 0)
		result = whole_check(reader, file->file, error);
	if (result != 0)
		out->row_count = 0;
	free(reader);
	return result;
}

void
bell_notice_fini(struct bell_notice *notice)
{
	free(notice->rows);
	free(notice->lines);
	*notice = (struct bell_notice){.row_count = 0};
}
