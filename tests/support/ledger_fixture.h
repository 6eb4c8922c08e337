/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_fixture.h - a folder for a ledger, rows for it, and looks into it from outside.
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <sqlite3.h>

#include "ledger/ledger.h"
#include "ledger/ledger_verify.h"
#include "ledger/ledger_writer.h"

#define NOON_MS (INT64_C(1795147200) * 1000) // 2026-11-20T04:00:00Z

// In memory: a test is not about how fast this disk is.
static char folder[64];
static char ledger_path[128];

static inline int
folder_forget(const char *path, const struct stat *found, int kind, struct FTW *place)
{
	(void)found, (void)kind, (void)place;
	return remove(path);
}

static inline void
folder_make(void)
{
	strcpy(folder, "/dev/shm/test_ledger.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(ledger_path, sizeof ledger_path, "%s/" LEDGER_FILE, folder);
}

static inline void
folder_end(void)
{
	nftw(folder, folder_forget, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct ledger_minute
a_minute(int index)
{
	return (struct ledger_minute){.lesson = "chinese-tue/2026-11-24",
		.school = "wuxi",
		.endpoint = "wuxi-1",
		.to_school = index % 2 ? "houren" : "",
		.kind = index % 4 ? STREAM_TEACHER : STREAM_AUDIO,
		.is_outbound = index % 2 != 0,
		.minute = {NOON_MS + index * 60 * MS_IN_S},
		.packets = 3000 + (uint64_t)index,
		.bytes = 3000000,
		.expected = 3001,
		.lost = 1,
		.jitter_us = 1700,
		.longest_gap_us = 40000,
		.rtt_us = 23000,
		.media_s = 60};
}

static inline struct ledger_entry
an_entry(const char *lesson)
{
	return (struct ledger_entry){.kind = LEDGER_LESSON,
		.written_at = {NOON_MS},
		.author = "relay",
		.lesson = lesson,
		.date = "2026-11-24",
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
		.class_name = "三(1)班",
		.teacher = "",
		.assistant = "",
		.headcount = -1,
		.planned_start = {NOON_MS},
		.planned_end = {NOON_MS + 40 * 60 * MS_IN_S},
		.real_start = {NOON_MS},
		.real_end = {NOON_MS + 39 * 60 * MS_IN_S},
		.planned_minutes = 40,
		.live_minutes = 39,
		.verdict = LEDGER_DELIVERED,
		.reason = ""};
}

// Another program's look into the file, as the sqlite3 program does it.
static inline int64_t
outside_number(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "unix"), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(db));
	int code = sqlite3_step(statement);
	ck_assert_msg(code == SQLITE_ROW || code == SQLITE_DONE, "%s: %s", sql, sqlite3_errmsg(db));
	int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

// Somebody edits the file who knows how to: without the triggers.
static inline void
outside_edit(const char *path, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "unix"), SQLITE_OK);
	sqlite3_exec(db,
		"DROP TRIGGER IF EXISTS entries_are_not_changed;"
		"DROP TRIGGER IF EXISTS minutes_are_not_changed;"
		"DROP TRIGGER IF EXISTS entries_are_not_removed;"
		"DROP TRIGGER IF EXISTS minutes_are_not_removed;",
		NULL, NULL, NULL);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s: %s", sql, error);
	sqlite3_close(db);
}

#endif
