// SPDX-License-Identifier: BSD-3-Clause
// report_lesson.c - reads a lesson's rows and minutes: who was there, how good the lines were.
#include "ledger/report_lesson.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_queue.h"
#include "ledger/ledger_schema.h"
#include "ledger/report_rows.h"

#define MS_IN_MINUTE (60 * MS_IN_S)
#define ROWS_MAX 1024 // of one lesson, with all its corrections

static const struct report_word lines[LESSON_LINE_COUNT] = {
	[LESSON_LEAD_UP] = {"lead_up", {"主讲→服务器", "lead to relay"}},
	[LESSON_ASSISTED_UP] = {"assisted_up", {"协同→服务器", "assisted to relay"}},
	[LESSON_TO_ASSISTED] = {"to_assisted", {"主讲→协同", "lead to assisted"}},
	[LESSON_TO_LEAD] = {"to_lead", {"协同→主讲", "assisted to lead"}},
};

const struct report_word *
lesson_line_word(enum lesson_line line)
{
	assert(line < LESSON_LINE_COUNT);
	return &lines[line];
}

enum report_mark
lesson_cell_mark(const struct report_limits *limits, const struct lesson_cell *cell)
{
	const double figures[] = {cell->loss, cell->jitter_us / 1e3, cell->rtt_us / 1e3};
	const struct report_limit *const each[] = {
		&limits->loss, &limits->jitter_ms, &limits->round_trip_ms};
	enum report_mark mark = REPORT_GREEN;
	if (!cell->is_known)
		return REPORT_PLAIN;
	if (cell->gap_us / 1e6 >= limits->silent_s || cell->media_s == 0)
		return REPORT_RED;
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		if (figures[i] > each[i]->red)
			return REPORT_RED;
		if (figures[i] > each[i]->amber)
			mark = REPORT_AMBER;
	}
	return mark;
}

static void
worst(uint32_t *kept, uint32_t more)
{
	if (more > *kept)
		*kept = more;
}

struct lesson_cell
lesson_cell_fold(
	const struct lesson_record *record, enum lesson_line line, unsigned first, unsigned count)
{
	struct lesson_cell sum = {.loss = -1, .media_s = UINT32_MAX, .audio_s = UINT32_MAX};
	for (unsigned i = first; i < first + count && i < record->minute_count; i++) {
		const struct lesson_cell *cell = &record->minutes[line][i];
		sum.audio_s = cell->audio_s < sum.audio_s ? cell->audio_s : sum.audio_s;
		if (!cell->is_known)
			continue;
		sum.is_known = true;
		sum.loss = cell->loss > sum.loss ? cell->loss : sum.loss;
		sum.media_s = cell->media_s < sum.media_s ? cell->media_s : sum.media_s;
		worst(&sum.jitter_us, cell->jitter_us);
		worst(&sum.rtt_us, cell->rtt_us);
		worst(&sum.gap_us, cell->gap_us);
	}
	return sum;
}

// --- its rows

struct history {
	struct ledger_item *items[ROWS_MAX]; // by their numbers
	size_t count;
};

static int
row_keep(void *context, const struct ledger_entry *entry)
{
	struct history *history = context;
	if (history->count == ROWS_MAX)
		return -EFBIG;
	struct ledger_item *item = ledger_item_entry(entry);
	if (!item)
		return -ENOMEM;
	item->entry.number = entry->number;
	history->items[history->count++] = item;
	return 0;
}

static void
history_fini(struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		free(history->items[i]);
	free(history);
}

static const struct ledger_entry *
history_find(const struct history *history, int64_t number)
{
	for (size_t i = 0; i < history->count; i++)
		if (history->items[i]->entry.number == number)
			return &history->items[i]->entry;
	return NULL;
}

// Whether a later row stands in its place; of two that correct the same one, the later.
static bool
is_replaced(const struct history *history, const struct ledger_entry *entry)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct ledger_entry *other = &history->items[i]->entry;
		if (other->corrects == entry->number ||
			(entry->corrects != 0 && other->corrects == entry->corrects &&
				other->number > entry->number))
			return true;
	}
	return false;
}

// --- its minutes

static bool
line_find(const struct lesson_record *record, const char *school, const char *to_school,
	bool is_outbound, enum lesson_line *out)
{
	const char *lead = record->entry->lead, *assisted = record->entry->assisted;
	bool is_lead = strcmp(school, lead) == 0;
	if (!is_lead && strcmp(school, assisted) != 0)
		return false;
	if (!is_outbound)
		*out = is_lead ? LESSON_LEAD_UP : LESSON_ASSISTED_UP;
	else if (strcmp(to_school, is_lead ? assisted : lead) == 0)
		*out = is_lead ? LESSON_TO_ASSISTED : LESSON_TO_LEAD;
	else
		return false;
	return true;
}

// A row's columns from `i` on: expected, lost, jitter_us, longest_gap_us, rtt_us, media_s.
static void
flow_add(struct lesson_cell *cell, sqlite3_stmt *row, int i, bool is_audio)
{
	int64_t expected = sqlite3_column_int64(row, i), lost = sqlite3_column_int64(row, i + 1);
	uint32_t media_s = (uint32_t)sqlite3_column_int64(row, i + 5);
	double loss = expected > 0 ? (double)lost / (double)expected : -1;
	if (!cell->is_known)
		*cell = (struct lesson_cell){.is_known = true, .loss = -1};
	if (loss > cell->loss)
		cell->loss = loss;
	worst(&cell->jitter_us, (uint32_t)sqlite3_column_int64(row, i + 2));
	worst(&cell->gap_us, (uint32_t)sqlite3_column_int64(row, i + 3));
	worst(&cell->rtt_us, (uint32_t)sqlite3_column_int64(row, i + 4));
	worst(&cell->media_s, media_s);
	if (is_audio)
		worst(&cell->audio_s, media_s);
}

static void
minute_read(struct lesson_record *record, sqlite3_stmt *row)
{
	enum lesson_line line;
	int64_t index = (sqlite3_column_int64(row, 0) - record->start.ms) / MS_IN_MINUTE;
	if (sqlite3_column_int64(row, 0) < record->start.ms || index >= record->minute_count ||
		!line_find(record, (const char *)sqlite3_column_text(row, 1),
			(const char *)sqlite3_column_text(row, 2), sqlite3_column_int(row, 3) != 0,
			&line))
		return;
	bool is_audio = strcmp((const char *)sqlite3_column_text(row, 4), "audio") == 0;
	flow_add(&record->minutes[line][index], row, 5, is_audio);
}

static int
minutes_each(sqlite3 *database, const char *lesson, struct lesson_record *record)
{
	static const char text[] =
		"SELECT minute_ms, school, to_school, is_outbound, kind, expected, lost,"
		" jitter_us, longest_gap_us, rtt_us, media_s FROM minutes WHERE lesson = ?1";
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(database, text, -1, &statement, NULL);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	code = sqlite3_bind_text(statement, 1, lesson, -1, SQLITE_STATIC);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW)
			minute_read(record, statement);
	}
	sqlite3_finalize(statement);
	return ledger_schema_error(code);
}

// When the page begins and ends: the bells, and what was live beyond them.
static int
record_begin(struct lesson_record *record, const struct ledger_entry *entry)
{
	int64_t start = entry->planned_start.ms, end = entry->planned_end.ms;
	if (entry->real_start.ms != 0 && (start == 0 || entry->real_start.ms < start))
		start = entry->real_start.ms;
	if (entry->real_end.ms > end)
		end = entry->real_end.ms;
	start -= start % MS_IN_MINUTE;
	int64_t count = (end - start + MS_IN_MINUTE - 1) / MS_IN_MINUTE;
	record->entry = entry;
	record->start.ms = start;
	record->minute_count = count < 0                    ? 0
			       : count > LESSON_MINUTES_MAX ? LESSON_MINUTES_MAX
							    : (unsigned)count;
	for (int line = 0; line < LESSON_LINE_COUNT; line++) {
		record->minutes[line] =
			calloc(record->minute_count + 1, sizeof *record->minutes[line]);
		if (!record->minutes[line])
			return -ENOMEM;
	}
	return 0;
}

static int
record_read(sqlite3 *database, const struct history *history, const struct ledger_entry *entry,
	struct lesson_record *record)
{
	int result = record_begin(record, entry);
	for (const struct ledger_entry *row = entry; row && row->corrects != 0;) {
		row = history_find(history, row->corrects);
		record->original = row ? row : record->original;
	}
	return result ? result : minutes_each(database, entry->lesson, record);
}

// --- its tables

static const struct report_column minute_columns[] = {
	{{"assisted", {"协同学校代码", "Assisted"}}, REPORT_JSON},
	{{"minute", {"时间", "Minute"}}, REPORT_HTML},
	{{"line", {"线路", "Line"}}, REPORT_HTML},
	{{"live", {"双方在线", "Both live"}}, REPORT_HTML},
	{{"loss", {"丢包率", "Loss"}}, REPORT_HTML},
	{{"jitter_ms", {"抖动(毫秒)", "Jitter ms"}}, REPORT_HTML},
	{{"rtt_ms", {"往返时延(毫秒)", "Round trip ms"}}, REPORT_HTML},
	{{"longest_gap_ms", {"最长中断(毫秒)", "Longest gap ms"}}, REPORT_HTML},
	{{"media_s", {"有媒体秒数", "Seconds with media"}}, REPORT_HTML},
	{{"state", {"质量", "Quality"}}, REPORT_HTML},
};

static void
put_figures(struct report *report, const struct lesson_cell *cell)
{
	static const struct report_word lights[] = {
		[REPORT_PLAIN] = {"unknown", {"", ""}},
		[REPORT_GREEN] = {"green", {"良好", "good"}},
		[REPORT_AMBER] = {"amber", {"一般", "fair"}},
		[REPORT_RED] = {"red", {"较差", "poor"}},
	};
	if (cell->loss >= 0)
		report_put_share(report, cell->loss);
	else
		report_put_none(report);
	report_put_tenths(report, cell->jitter_us / 1e3);
	if (cell->rtt_us > 0)
		report_put_tenths(report, cell->rtt_us / 1e3);
	else
		report_put_none(report);
	report_put_tenths(report, cell->gap_us / 1e3);
	report_put_count(report, cell->media_s);
	report_put_word(report, &lights[lesson_cell_mark(&report->question->limits, cell)]);
}

static void
put_minutes(struct report *report, const struct lesson_record *record)
{
	for (unsigned i = 0; i < record->minute_count; i++) {
		bool is_live = record->minutes[LESSON_LEAD_UP][i].audio_s >=
				       report->question->live_seconds &&
			       record->minutes[LESSON_ASSISTED_UP][i].audio_s >=
				       report->question->live_seconds;
		for (unsigned line = 0; line < LESSON_LINE_COUNT; line++) {
			const struct lesson_cell *cell = &record->minutes[line][i];
			if (!cell->is_known)
				continue;
			report_put_text(report, record->entry->assisted);
			report_put_moment(
				report, (struct wall_time){record->start.ms + i * MS_IN_MINUTE});
			report_put_word(report, lesson_line_word((enum lesson_line)line));
			report_put_count(report, is_live);
			put_figures(report, cell);
		}
	}
}

static void
put_tables(struct report *report, const struct history *history,
	const struct lesson_record *records, size_t count)
{
	static const struct report_word record_word = {"records", {"记录", "Record"}};
	static const struct report_word history_word = {
		"history", {"全部登记", "All rows, with those that were corrected"}};
	static const struct report_word minute_word = {"minutes", {"每分钟质量", "By minutes"}};
	report_table_begin(report, &record_word, report_entry_columns, report_entry_column_count);
	for (size_t i = 0; i < count; i++)
		report_put_entry(report, records[i].entry);
	report_table_begin(report, &history_word, report_entry_columns, report_entry_column_count);
	for (size_t i = 0; i < history->count; i++)
		report_put_entry(report, &history->items[i]->entry);
	report_table_begin(report, &minute_word, minute_columns,
		sizeof minute_columns / sizeof minute_columns[0]);
	for (size_t i = 0; i < count; i++)
		put_minutes(report, &records[i]);
}

static int
records_read(sqlite3 *database, const struct history *history, struct lesson_record *records,
	size_t *count_out)
{
	int result = 0;
	for (size_t i = 0; i < history->count && result == 0; i++) {
		const struct ledger_entry *entry = &history->items[i]->entry;
		if (!is_replaced(history, entry))
			result = record_read(database, history, entry, &records[(*count_out)++]);
	}
	return result == 0 && *count_out == 0 ? -ESRCH : result;
}

int
report_lesson_fill(sqlite3 *database, struct report *report)
{
	struct report_question question = *report->question;
	struct history *history = calloc(1, sizeof *history);
	struct lesson_record *records = calloc(ROWS_MAX, sizeof *records);
	size_t count = 0;
	int result = history && records ? 0 : -ENOMEM;
	question.is_all = true;
	if (result == 0)
		result = report_rows_each(database, &question, REPORT_BY_NUMBER, row_keep, history);
	if (result == 0)
		result = records_read(database, history, records, &count);
	if (result == 0 && question.format == REPORT_HTML)
		report_sheet_write(report->question, records, count, &report->page);
	else if (result == 0)
		put_tables(report, history, records, count);
	for (size_t i = 0; i < count; i++)
		for (int line = 0; line < LESSON_LINE_COUNT; line++)
			free(records[i].minutes[line]);
	free(records);
	if (history)
		history_fini(history);
	return result;
}
