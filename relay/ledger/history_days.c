/* SPDX-License-Identifier: BSD-3-Clause */
// history_days.c - a day's peak and the 95th percentile of its minutes.
#include <errno.h>
#include <stdlib.h>

#include "ledger/history_store.h"

#define DAY_MS (CIVIL_DAY_S * MS_IN_S)
#define DAY_MINUTES 1440
#define PERCENTILE 95

static const char relay_minutes[] =
	"SELECT minute_ms, ms, ip_bytes_in, ip_bytes_out, peak_ip_bytes_in_s, peak_ip_bytes_out_s"
	" FROM minutes WHERE minute_ms >= ?1 AND minute_ms < ?2 ORDER BY minute_ms";

static const char school_minutes[] =
	"SELECT minute_ms, ms, bytes_in, bytes_out, 0, 0 FROM schools"
	" WHERE minute_ms >= ?1 AND minute_ms < ?2 AND school = ?3 ORDER BY minute_ms";

// The minutes of the day that is being read: means in bytes a second.
struct minutes {
	uint64_t in[DAY_MINUTES];
	uint64_t out[DAY_MINUTES];
	size_t count;
	struct history_day day;
};

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

// The nearest rank: the smallest value that at least so many percent do not exceed.
static uint64_t
percentile(uint64_t *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[(count * PERCENTILE + 99) / 100 - 1];
}

static int
day_end(struct history_answer *answer, struct minutes *minutes)
{
	if (minutes->count == 0)
		return 0;
	struct history_day *days = realloc(answer->days, (answer->day_count + 1) * sizeof *days);
	if (!days)
		return -ENOMEM;
	minutes->day.p95_in = percentile(minutes->in, minutes->count);
	minutes->day.p95_out = percentile(minutes->out, minutes->count);
	answer->days = days;
	days[answer->day_count++] = minutes->day;
	minutes->count = 0;
	return 0;
}

static uint64_t
column(sqlite3_stmt *statement, int index)
{
	return (uint64_t)sqlite3_column_int64(statement, index);
}

static void
raise_to(uint64_t *mark, uint64_t value)
{
	if (value > *mark)
		*mark = value;
}

static int
minute_take(struct history_answer *answer, struct minutes *minutes, sqlite3_stmt *statement)
{
	int64_t zone_ms = (int64_t)answer->question.zone_s * MS_IN_S;
	int64_t at_ms = sqlite3_column_int64(statement, 0);
	int64_t day_ms = (at_ms + zone_ms) / DAY_MS * DAY_MS - zone_ms;
	uint64_t ms = column(statement, 1);
	int result = 0;
	if (minutes->count == DAY_MINUTES || minutes->day.day.ms != day_ms)
		result = day_end(answer, minutes);
	if (result || ms == 0)
		return result;
	if (minutes->count == 0)
		minutes->day = (struct history_day){.day = {day_ms}};
	uint64_t in = column(statement, 2) * MS_IN_S / ms;
	uint64_t out = column(statement, 3) * MS_IN_S / ms;
	minutes->in[minutes->count] = in;
	minutes->out[minutes->count++] = out;
	raise_to(&minutes->day.peak_in, in);
	raise_to(&minutes->day.peak_out, out);
	raise_to(&minutes->day.peak_in, column(statement, 4));
	raise_to(&minutes->day.peak_out, column(statement, 5));
	return 0;
}

int
history_days_answer(struct history_store *store, struct history_answer *answer)
{
	const struct history_question *question = &answer->question;
	struct minutes *minutes = calloc(1, sizeof *minutes);
	sqlite3_stmt *statement = NULL;
	int code, result = 0;
	if (!minutes)
		return -ENOMEM;
	code = sqlite3_prepare_v2(store->database,
		*question->school ? school_minutes : relay_minutes, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_int64(statement, 1, question->from.ms);
		sqlite3_bind_int64(statement, 2, question->until.ms);
	}
	if (code == SQLITE_OK && *question->school)
		code = sqlite3_bind_text(statement, 3, question->school, -1, SQLITE_STATIC);
	while (code == SQLITE_OK && !result) {
		int step = sqlite3_step(statement);
		if (step == SQLITE_DONE)
			break;
		if (step == SQLITE_ROW)
			result = minute_take(answer, minutes, statement);
		else
			code = step;
	}
	if (!result)
		result = history_store_fail(store, code);
	if (!result)
		result = day_end(answer, minutes);
	sqlite3_finalize(statement);
	free(minutes);
	return result;
}
