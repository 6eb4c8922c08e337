// SPDX-License-Identifier: BSD-3-Clause
// bell_notice_rows.c - a notice's names, audiences, notes and times, put together as rows.
#include <stdio.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"

void
notice_name_end(struct notice_reader *reader)
{
	struct bell_notice *notice = reader->notice;

	if (reader->is_range_open)
		notice_refuse(&notice->lines[reader->name_line], "'%s' has a time without its end",
			reader->row.name);
	else if (reader->has_name && reader->row.audience[0] != '\0')
		notice_refuse(&notice->lines[reader->name_line], "'%s' has no time for %s",
			reader->row.name, reader->row.audience);
	else if (reader->has_name && !reader->has_time)
		notice_refuse(
			&notice->lines[reader->name_line], "'%s' has no time", reader->row.name);
	if (reader->has_name && notice->row_count > reader->name_rows)
		reader->from_s = notice->rows[reader->name_rows].times.start_s;
	reader->has_name = reader->has_time = reader->is_range_open = false;
}

// A name over two lines is one that the slot names know whole.
static bool
name_join(struct notice_reader *reader, const struct notice_cell *cell)
{
	struct bell_notice_row *row = &reader->row;
	char joined[2 * BELL_NOTICE_TEXT_BYTES_MAX];
	const struct slot_name *slot;

	if (!reader->has_name || reader->has_time || row->audience[0] != '\0' ||
		strlen(cell->name) >= sizeof(row->name))
		return false;
	snprintf(joined, sizeof(joined), "%s%.*s", row->name, BELL_NOTICE_TEXT_BYTES_MAX,
		cell->name);
	slot = slot_names_find(reader->slots, joined);
	if (slot == NULL || strlen(joined) >= sizeof(row->name))
		return false;
	memcpy(row->name, joined, strlen(joined) + 1);
	row->period = slot->period;
	notice_tell(reader->line, "goes on the name above: %s", row->name);
	return true;
}

void
notice_name_begin(struct notice_reader *reader, const struct notice_cell *cell)
{
	struct bell_notice_row *row = &reader->row;
	const struct slot_name *slot = slot_names_find(reader->slots, cell->name);

	if (name_join(reader, cell))
		return;
	notice_name_end(reader);
	*row = (struct bell_notice_row){.period = slot == NULL ? 0 : slot->period};
	if (!notice_is_name(cell->name)) {
		notice_refuse(reader->line, "'%.80s' holds figures that are no time such as 8:30",
			cell->name);
		return;
	}
	if (strlen(cell->name) >= sizeof(row->name) || strlen(cell->note) >= sizeof(row->note)) {
		notice_refuse(reader->line, "longer than any name");
		return;
	}
	memcpy(row->name, cell->name, strlen(cell->name) + 1);
	memcpy(row->note, cell->note, strlen(cell->note) + 1);
	reader->has_name = true;
	reader->name_line = (size_t)(reader->line - reader->notice->lines);
	reader->name_rows = reader->notice->row_count;
	notice_tell(reader->line, "%s%s%s%s", row->name,
		row->note[0] != '\0' ? " with the note " : "", row->note,
		slot == NULL       ? ", a name without a period: the slot names do not know it"
		: row->period == 0 ? ", a name without a period"
				   : "");
	if (row->period > 0)
		notice_tell(reader->line, "period %d", row->period);
}

void
notice_audience_take(struct notice_reader *reader, const char *audience)
{
	struct bell_notice_row *row = &reader->row;

	if (!reader->has_name) {
		notice_refuse(reader->line, "'%.80s' stands under no name", audience);
	} else if (row->audience[0] != '\0') {
		notice_refuse(reader->line, "'%s' has no time for %s", row->name, row->audience);
	} else if (strlen(audience) >= sizeof(row->audience)) {
		notice_refuse(reader->line, "longer than any audience");
	} else {
		memcpy(row->audience, audience, strlen(audience) + 1);
		notice_tell(reader->line, "%s, for %s", row->name, audience);
	}
}

static void
row_add(struct notice_reader *reader, const struct notice_cell *cell)
{
	struct bell_notice *notice = reader->notice;
	struct bell_notice_row *row = &reader->row;
	char reason[NOTICE_REASON_BYTES];
	char start[NOTICE_CLOCK_BYTES];
	char end[NOTICE_CLOCK_BYTES];
	bool has_row = notice->row_count > 0 && reader->from_s > 0;

	row->line = reader->line->line;
	if (notice->row_count == BELL_NOTICE_ROWS_MAX) {
		notice_refuse(reader->line, "more than %d rows", BELL_NOTICE_ROWS_MAX);
		return;
	}
	for (size_t i = reader->name_rows; i < notice->row_count; i++) {
		if (strcmp(notice->rows[i].audience, row->audience) == 0) {
			notice_refuse(reader->line, "'%s'%s%s has a time already, on line %u",
				row->name, row->audience[0] != '\0' ? " for " : "", row->audience,
				notice->rows[i].line);
			return;
		}
	}
	if (notice_times_resolve(cell, row->period, reader->part, reader->from_s, has_row,
		    &row->times, reason) != 0 ||
		notice_row_check(notice, row, reason) != 0) {
		notice_refuse(reader->line, "%s", reason);
		return;
	}
	notice->rows[notice->row_count++] = *row;
	notice_clock_format(row->times.start_s, start);
	notice_clock_format(row->times.end_s, end);
	if (cell->time_count == 2)
		notice_tell(reader->line, "%s%s%s from %s to %s", row->name,
			row->audience[0] != '\0' ? " for " : "", row->audience, start, end);
	else
		notice_tell(reader->line, "%s%s%s at %s, open-ended", row->name,
			row->audience[0] != '\0' ? " for " : "", row->audience, start);
}

void
notice_time_take(struct notice_reader *reader, struct notice_cell *cell)
{
	if (!reader->has_name) {
		notice_refuse(reader->line, "a time that stands under no name");
		return;
	}
	if (reader->is_range_open) {
		if (cell->time_count != 1 || cell->ends_with_dash) {
			notice_refuse(reader->line, "the range above has no end");
			return;
		}
		reader->range.times[reader->range.time_count++] = cell->times[0];
		*cell = reader->range;
		reader->is_range_open = false;
	} else if (cell->begins_with_dash) {
		notice_refuse(reader->line, "the end of a range that has no beginning");
	} else if (cell->ends_with_dash) {
		reader->range = *cell;
		reader->is_range_open = true;
		notice_tell(reader->line, "%s, the start of a range", reader->row.name);
		return;
	}
	row_add(reader, cell);
	reader->has_time = true;
	reader->row.audience[0] = '\0';
}

// A note alone belongs to the name above it; beside a time, to that time.
void
notice_note_add(struct notice_reader *reader, const struct notice_cell *cell)
{
	struct bell_notice_row *row = &reader->row;
	struct bell_notice *notice = reader->notice;

	if (!reader->has_name || row->note[0] != '\0' || strlen(cell->note) >= sizeof(row->note)) {
		notice_refuse(
			reader->line, "a note that belongs to no name, or to one that has a note");
		return;
	}
	memcpy(row->note, cell->note, strlen(cell->note) + 1);
	if (cell->time_count == 0) {
		for (size_t i = reader->name_rows; i < notice->row_count; i++)
			memcpy(notice->rows[i].note, row->note, sizeof(row->note));
	}
	notice_tell(reader->line, "%s with the note %s", row->name, row->note);
}
