// SPDX-License-Identifier: BSD-3-Clause
// bell_notice_times.c - the times of a notice on a clock of 24 hours, and whether they can be true.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"

#define HOUR_S 3600
#define HALF_DAY_S (12 * HOUR_S)
#define FIRST_BELL_S (5 * HOUR_S) // a day begins no earlier
#define MORNING_END_S (14 * HOUR_S)
#define NOON_START_S (10 * HOUR_S)
#define EVENING_START_S (16 * HOUR_S)
// A slip of the pen makes a time run on to the other half of the day; these tell it.
#define PAUSE_MAX_S (5 * HOUR_S) // from one row's start to the next one's
#define LENGTH_MAX_S (5 * HOUR_S)
#define PERIOD_LENGTH_MAX_S (2 * HOUR_S)

void
notice_clock_format(int32_t second, char text[NOTICE_CLOCK_BYTES])
{
	unsigned s = (unsigned)second % CIVIL_DAY_S;

	if (s % 60 == 0)
		snprintf(text, NOTICE_CLOCK_BYTES, "%02u:%02u", s / HOUR_S, s / 60 % 60);
	else
		snprintf(text, NOTICE_CLOCK_BYTES, "%02u:%02u:%02u", s / HOUR_S, s / 60 % 60,
			s % 60);
}

// The first moment that `time` can mean and that is not before `from_s`, or -1.
static int32_t
time_resolve(struct notice_time time, int32_t from_s)
{
	if (time.second >= from_s)
		return time.second;
	if (!time.is_certain && time.second < HALF_DAY_S && time.second + HALF_DAY_S >= from_s)
		return time.second + HALF_DAY_S;
	return -1;
}

static int32_t
part_start(enum notice_part part)
{
	switch (part) {
	case NOTICE_PART_NOON:
		return NOON_START_S;
	case NOTICE_PART_AFTERNOON:
		return HALF_DAY_S;
	case NOTICE_PART_EVENING:
		return EVENING_START_S;
	default:
		return FIRST_BELL_S;
	}
}

static int
start_resolve(struct notice_time time, enum notice_part part, int32_t from_s, bool has_row,
	int32_t *out, char *reason)
{
	int32_t earliest_s = from_s > part_start(part) ? from_s : part_start(part);
	int32_t start_s = time_resolve(time, earliest_s);
	char written[NOTICE_CLOCK_BYTES];
	char above[NOTICE_CLOCK_BYTES];

	notice_clock_format(time.second, written);
	notice_clock_format(earliest_s, above);
	if (start_s < 0 || (has_row && start_s - from_s > PAUSE_MAX_S)) {
		if (has_row && earliest_s == from_s && time.second < from_s)
			snprintf(reason, NOTICE_REASON_BYTES,
				"%s is before %s, when the row above begins", written, above);
		else if (start_s < 0)
			snprintf(reason, NOTICE_REASON_BYTES,
				"%s is before %s, the earliest for this part of the day", written,
				above);
		else
			snprintf(reason, NOTICE_REASON_BYTES,
				"%s is more than five hours after the row above begins", written);
		return -EINVAL;
	}
	if (part == NOTICE_PART_MORNING && start_s >= MORNING_END_S) {
		snprintf(reason, NOTICE_REASON_BYTES, "%s is no time of the morning", written);
		return -EINVAL;
	}
	*out = start_s;
	return 0;
}

int
notice_times_resolve(const struct notice_cell *cell, int period, enum notice_part part,
	int32_t from_s, bool has_row, struct bell_interval *out, char reason[NOTICE_REASON_BYTES])
{
	int32_t length_max_s = period > 0 ? PERIOD_LENGTH_MAX_S : LENGTH_MAX_S;
	char written[2][NOTICE_CLOCK_BYTES];
	int result;

	*out = (struct bell_interval){0, 0};
	result = start_resolve(cell->times[0], part, from_s, has_row, &out->start_s, reason);
	if (result != 0)
		return result;
	if (cell->time_count < 2) {
		if (period == 0)
			return 0;
		snprintf(reason, NOTICE_REASON_BYTES, "period %d has no end", period);
		return -EINVAL;
	}
	out->end_s = time_resolve(cell->times[1], out->start_s + 1);
	if (out->end_s > 0 && out->end_s - out->start_s <= length_max_s)
		return 0;
	notice_clock_format(cell->times[0].second, written[0]);
	notice_clock_format(cell->times[1].second, written[1]);
	if (out->end_s > 0 && cell->times[1].second > cell->times[0].second)
		snprintf(reason, NOTICE_REASON_BYTES, "%s to %s is longer than %d hours",
			written[0], written[1], length_max_s / HOUR_S);
	else
		snprintf(reason, NOTICE_REASON_BYTES, "the end %s is not after the start %s",
			written[1], written[0]);
	return -EINVAL;
}

int
notice_row_check(const struct bell_notice *notice, const struct bell_notice_row *row,
	char reason[NOTICE_REASON_BYTES])
{
	for (size_t i = 0; i < notice->row_count; i++) {
		const struct bell_notice_row *other = &notice->rows[i];
		bool is_same_audience = strcmp(other->audience, row->audience) == 0;

		if (row->period == 0 || other->period == 0 || !is_same_audience)
			continue;
		if (other->period == row->period) {
			snprintf(reason, NOTICE_REASON_BYTES,
				"period %d ('%s') is already on line %u as '%s'", row->period,
				row->name, other->line, other->name);
			return -EINVAL;
		}
		if (row->times.start_s < other->times.end_s &&
			other->times.start_s < row->times.end_s) {
			snprintf(reason, NOTICE_REASON_BYTES,
				"period %d begins before period %d on line %u has ended",
				row->period, other->period, other->line);
			return -EINVAL;
		}
	}
	return 0;
}
