/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_rows.h - a small ledger: two pairs' two weeks of October 2024, with every verdict, manual
// rows, a correction and one lesson's minutes.
#ifndef TESTS_LEDGER_ROWS_H
#define TESTS_LEDGER_ROWS_H

#include "books.h"

static const char rows_calendar[] = "date,kind,runs_as,note,school\n"
				    "2024-09-02,week1,,,\n"
				    "2024-10-07,off,,国庆节,\n"
				    "2024-10-12,work,2024-10-04,,\n";

static inline struct ledger_entry
rows_lesson(const char *date, const char *id, const char *time)
{
	struct wall_time start = fixture_wall(date, time);
	return (struct ledger_entry){.kind = LEDGER_LESSON,
		.written_at = {start.ms + 45 * 60 * MS_IN_S},
		.author = "relay",
		.lesson = id,
		.date = date,
		.pair = "wuxi-houren",
		.rule = "chinese-tue",
		.lead = "wuxi",
		.assisted = "houren",
		.lead_name = "巫溪中心小学",
		.assisted_name = "厚仁中心小学",
		.scope = "county",
		.form = "synchronous",
		.title = "语文",
		.subject = "语文",
		.class_name = "三1班",
		.teacher = "王老师",
		.assistant = "",
		.headcount = -1,
		.planned_start = start,
		.planned_end = {start.ms + 40 * 60 * MS_IN_S},
		.real_start = start,
		.real_end = {start.ms + 40 * 60 * MS_IN_S},
		.planned_minutes = 40,
		.live_minutes = 40,
		.verdict = LEDGER_DELIVERED,
		.reason = "live(40|40)"};
}

static inline struct ledger_entry
rows_manual(const char *date, const char *form, const char *title)
{
	struct ledger_entry entry = rows_lesson(date, "", "08:00");
	entry.kind = LEDGER_MANUAL;
	entry.author = "office";
	entry.rule = "";
	entry.form = form;
	entry.title = title;
	entry.subject = "";
	entry.class_name = "";
	entry.reason = "";
	entry.planned_start = entry.planned_end = (struct wall_time){0};
	entry.real_start = entry.real_end = (struct wall_time){0};
	entry.planned_minutes = entry.live_minutes = 0;
	return entry;
}

// The first week: three delivered of which one by a correction, one missed, one extra. The second:
// a lesson of two assisted schools, and one that is cancelled.
static inline void
rows_fill(void)
{
	struct ledger_entry entry = rows_lesson("2024-10-08", "chinese-tue/2024-10-08", "09:20");
	books_enter(&entry);
	entry = rows_lesson("2024-10-09", "english-wed/2024-10-09", "09:20");
	entry.live_minutes = 12;
	entry.verdict = LEDGER_PARTIAL;
	entry.reason = "live(12|40); absent(厚仁中心小学|28)";
	entry.title = "=1+1";
	int64_t partial = books_enter(&entry);
	entry = rows_lesson("2024-10-10", "maths-thu/2024-10-10", "10:30");
	entry.live_minutes = 0;
	entry.real_start = entry.real_end = (struct wall_time){0};
	entry.verdict = LEDGER_MISSED;
	entry.reason = "live(0|40); never_opened()";
	books_enter(&entry);
	entry = rows_lesson("2024-10-11", "adhoc/2024-10-11T06:00:00Z-1", "14:00");
	entry.rule = "";
	entry.verdict = LEDGER_EXTRA;
	books_enter(&entry);
	entry = rows_lesson("2024-10-12", "science-fri/2024-10-12", "13:20");
	entry.headcount = 62;
	books_enter(&entry);
	entry = rows_lesson("2024-10-09", "english-wed/2024-10-09", "09:20");
	entry.kind = LEDGER_CORRECTION;
	entry.corrects = partial;
	entry.author = "张老师";
	entry.written_at = fixture_wall("2024-10-09", "15:02");
	entry.title = "英语";
	entry.live_minutes = 38;
	entry.headcount = 57;
	entry.reason = "断电后补课";
	books_enter(&entry);
}

static inline void
rows_fill_second_week(void)
{
	struct ledger_entry entry = rows_lesson("2024-10-15", "art/2024-10-15", "09:20");
	entry.pair = "three";
	entry.rule = "art";
	entry.form = "training";
	entry.scope = "city";
	books_enter(&entry);
	entry.assisted = "jian";
	entry.assisted_name = "建设小学";
	entry.verdict = LEDGER_MISSED;
	entry.live_minutes = 0;
	books_enter(&entry);
	entry = rows_lesson("2024-10-16", "maths/2024-10-16", "09:20");
	entry.verdict = LEDGER_CANCELLED;
	entry.live_minutes = 0;
	entry.reason = "exception()";
	books_enter(&entry);
	entry = rows_manual("2024-10-17", "visit", "送教：<古诗> & 词");
	books_enter(&entry);
	entry = rows_manual("2024-10-17", "working_day", "");
	entry.verdict = LEDGER_NO_VERDICT;
	books_enter(&entry);
	books_enter(&entry); // the same day again
	entry.date = "2024-10-18";
	books_enter(&entry);
	entry = rows_manual("2024-10-18", "training", "教研");
	entry.headcount = 20;
	books_enter(&entry);
}

// A lesson's minutes from its bell on: at minute 5 the assisted school's uplink loses 3 %, at 6
// 10 %, at 7 it is silent; what the lead receives of it is jittery at 8. Both send two streams.
static inline void
rows_fill_minutes(const char *lesson, struct wall_time start, unsigned count)
{
	static const char *const schools[] = {"wuxi", "houren"};
	for (unsigned i = 0; i < count; i++) {
		struct ledger_minute rows[8];
		size_t filled = 0;
		for (unsigned flow = 0; flow < 8; flow++) {
			unsigned sender = flow & 1;
			bool is_outbound = (flow & 2) != 0;
			bool is_bad = sender == 1 && !is_outbound;
			struct ledger_minute row = {.lesson = lesson,
				.school = schools[sender],
				.endpoint = sender ? "houren-1" : "wuxi-1",
				.to_school = is_outbound ? schools[1 - sender] : "",
				.kind = (flow & 4) ? STREAM_TEACHER : STREAM_AUDIO,
				.is_outbound = is_outbound,
				.minute = {start.ms + i * 60 * MS_IN_S},
				.packets = 3000,
				.bytes = 600000,
				.expected = 3000,
				.jitter_us = 1500 + 100 * flow,
				.longest_gap_us = 40000,
				.rtt_us = 12000,
				.media_s = 60};
			row.lost = is_bad && i == 5 ? 90 : is_bad && i == 6 ? 300 : 0;
			if (is_bad && i == 7)
				row.media_s = 40, row.longest_gap_us = 20000000;
			if (sender == 1 && is_outbound && i == 8)
				row.jitter_us = 42000;
			rows[filled++] = row;
		}
		ck_assert_int_eq(ledger_post_minutes(books.ledger, rows, filled), 0);
	}
}

#endif
