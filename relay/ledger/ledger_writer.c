/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_writer.c - writes rows into ledger.db, one transaction after another.
#include "ledger/ledger_writer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_backup.h"
#include "ledger/ledger_head.h"
#include "ledger/ledger_schema.h"
#include "platform/log.h"

#define DAY_MS (24 * 60 * 60 * MS_IN_S)

int
ledger_writer_init(struct ledger_writer *writer, const char *state_directory)
{
	*writer = (struct ledger_writer){0};
	if (strlen(state_directory) >= sizeof writer->directory)
		return -ENAMETOOLONG;
	strcpy(writer->directory, state_directory);
	snprintf(writer->path, sizeof writer->path, "%s/" LEDGER_FILE, state_directory);
	writer->chain = ledger_chain_create();
	return writer->chain ? 0 : -ENOMEM;
}

void
ledger_writer_fini(struct ledger_writer *writer)
{
	// In one file, for whoever copies it while the relay is down.
	if (writer->database)
		sqlite3_wal_checkpoint_v2(
			writer->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	ledger_writer_shut(writer);
	ledger_chain_destroy(writer->chain);
	writer->chain = NULL;
}

static int
exec(struct ledger_writer *writer, const char *text)
{
	return sqlite3_exec(writer->database, text, NULL, NULL, NULL);
}

static int
insert(sqlite3_stmt *statement, struct ledger_chain *chain, const struct ledger_value *values,
	size_t count, uint8_t hash[LEDGER_HASH_BYTES])
{
	if (ledger_chain_add(chain, values, count, hash) != 0)
		return SQLITE_ERROR;
	int code = ledger_values_bind(statement, values, count, hash);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int
ledger_entry_append(struct ledger_writer *writer, const struct ledger_entry *entry,
	const struct ledger_head *minutes, struct ledger_head *head, int64_t *number_out)
{
	struct ledger_value values[LEDGER_ENTRY_COLUMNS - 1];
	*number_out = ++head->entry_number;
	ledger_entry_values(entry, *number_out, minutes, values);
	return insert(writer->inserts[LEDGER_INSERT_ENTRY], writer->chain, values,
		LEDGER_ENTRY_COLUMNS - 1, head->entry_hash);
}

static int
item_append(struct ledger_writer *writer, struct ledger_item *item, struct ledger_head *head)
{
	struct ledger_value values[LEDGER_MINUTE_COLUMNS - 1];
	if (item->minute_count == 0)
		return ledger_entry_append(writer, &item->entry, head, head, &item->number);
	int code = SQLITE_OK;
	for (size_t i = 0; code == SQLITE_OK && i < item->minute_count; i++) {
		ledger_minute_values(&item->minutes[i], ++head->minute_number, values);
		code = insert(writer->inserts[LEDGER_INSERT_MINUTE], writer->chain, values,
			LEDGER_MINUTE_COLUMNS - 1, head->minute_hash);
	}
	return code;
}

// An entry of the ledger's own: every text that it does not give is not known.
static struct ledger_entry
own_entry(enum ledger_kind kind, struct wall_time now, const char *reason)
{
	return (struct ledger_entry){.kind = kind,
		.written_at = now,
		.author = "relay",
		.lesson = "",
		.date = "",
		.pair = "",
		.rule = "",
		.lead = "",
		.assisted = "",
		.lead_name = "",
		.assisted_name = "",
		.scope = "",
		.form = "",
		.title = "",
		.subject = "",
		.class_name = "",
		.teacher = "",
		.assistant = "",
		.headcount = -1,
		.reason = reason};
}

static int
gap_append(struct ledger_writer *writer, const struct ledger_now *now, struct ledger_head *head)
{
	const struct ledger_gap *gap = &writer->gap;
	struct reason reason = gap->reason;
	char kept[24], dropped[24];
	int64_t number;
	snprintf(kept, sizeof kept, "%zu", now->minutes_held);
	snprintf(dropped, sizeof dropped, "%llu",
		(unsigned long long)(now->minutes_dropped - gap->dropped_before));
	reason_add(&reason, REASON_rows_kept, kept, dropped);
	struct ledger_entry entry = own_entry(LEDGER_GAP, now->wall, reason.text);
	entry.real_start = gap->since;
	entry.real_end = now->wall;
	return ledger_entry_append(writer, &entry, head, head, &number);
}

// After a commit.
static void
settle(struct ledger_writer *writer, const struct ledger_head *head)
{
	char path[LEDGER_PATH_BYTES];
	writer->head = *head;
	snprintf(path, sizeof path, "%s/" LEDGER_HEAD_FILE, writer->directory);
	int result = ledger_head_write(path, head);
	if (result && !writer->is_head_told)
		log_warning("%s: cannot be written: %s; rows that somebody cuts off at the "
			    "ledger's end would not be missed",
			path, strerror(-result));
	writer->is_head_told = result != 0;
	if (writer->gap.is_open || writer->is_told)
		log_info("%s: rows are written again", writer->path);
	if (writer->gap.is_open)
		writer->gaps++;
	writer->gap.is_open = false;
	writer->is_told = false;
	*writer->why = '\0';
}

int
ledger_writer_write(
	struct ledger_writer *writer, struct ledger_items *items, const struct ledger_now *now)
{
	struct ledger_head head = writer->head;
	struct ledger_item *item;
	assert(writer->database != NULL);
	int code = exec(writer, "BEGIN IMMEDIATE");
	STAILQ_FOREACH (item, items, link)
		if (code == SQLITE_OK)
			code = item_append(writer, item, &head);
	if (code == SQLITE_OK && writer->gap.is_open)
		code = gap_append(writer, now, &head);
	if (code == SQLITE_OK)
		code = exec(writer, "COMMIT");
	if (code != SQLITE_OK)
		return ledger_writer_fail(writer, code, now);
	settle(writer, &head);
	return 0;
}

// The moment before which rows are too old; 0 where there are none.
static struct wall_time
oldest_kept(struct ledger_writer *writer, unsigned days, struct wall_time now)
{
	struct wall_time last = {0};
	sqlite3_stmt *row;
	int code = sqlite3_prepare_v2(writer->database,
		"SELECT minute_ms FROM minutes ORDER BY number DESC LIMIT 1", -1, &row, NULL);
	if (code == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW)
		last.ms = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	int64_t kept_ms = (last.ms < now.ms ? last.ms : now.ms) - days * DAY_MS;
	return (struct wall_time){kept_ms > 0 ? kept_ms : 0};
}

// The first young row ends it: rows were written as the minutes went by. Returns how many go.
static int
find_old(struct ledger_writer *writer, struct wall_time until, struct ledger_head *last,
	struct wall_time span[2])
{
	sqlite3_stmt *rows;
	int count = 0;
	int code = sqlite3_prepare_v2(writer->database,
		"SELECT number, minute_ms, hash FROM minutes ORDER BY number", -1, &rows, NULL);
	while (code == SQLITE_OK && count < LEDGER_PRUNE_ROWS_MAX &&
		sqlite3_step(rows) == SQLITE_ROW && sqlite3_column_int64(rows, 1) < until.ms &&
		sqlite3_column_bytes(rows, 2) == LEDGER_HASH_BYTES) {
		span[1].ms = sqlite3_column_int64(rows, 1);
		if (count++ == 0)
			span[0] = span[1];
		last->minute_number = sqlite3_column_int64(rows, 0);
		memcpy(last->minute_hash, sqlite3_column_blob(rows, 2), LEDGER_HASH_BYTES);
	}
	sqlite3_finalize(rows);
	return count;
}

int
ledger_writer_prune(struct ledger_writer *writer, unsigned days, const struct ledger_now *now)
{
	struct ledger_head head = writer->head, last = {0};
	struct wall_time span[2] = {{0}, {0}};
	struct reason reason = {0};
	char text[128], number_text[24];
	int64_t number;
	int count = find_old(writer, oldest_kept(writer, days, now->wall), &last, span);
	if (count == 0)
		return 0;
	snprintf(number_text, sizeof number_text, "%d", count);
	reason_add_count(&reason, REASON_pruned, number_text, days);
	snprintf(text, sizeof text, "DELETE FROM minutes WHERE number <= %lld",
		(long long)last.minute_number);
	struct ledger_entry entry = own_entry(LEDGER_PRUNED, now->wall, reason.text);
	entry.real_start = span[0];
	entry.real_end = span[1];
	int code = exec(writer, "BEGIN IMMEDIATE");
	if (code == SQLITE_OK)
		code = ledger_entry_append(writer, &entry, &last, &head, &number);
	if (code == SQLITE_OK)
		code = exec(writer, text);
	if (code == SQLITE_OK)
		code = exec(writer, "COMMIT");
	if (code != SQLITE_OK)
		return ledger_writer_fail(writer, code, now);
	settle(writer, &head);
	return count;
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int
ledger_writer_restore(struct ledger_writer *writer, const char *file, const char *kept,
	const struct ledger_now *now)
{
	int code =
		ledger_backup_write(writer->database, kept, NULL, writer->why, sizeof writer->why);
	if (code == SQLITE_OK)
		code = ledger_backup_load(writer->database, file, writer->why, sizeof writer->why);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	writer->opening++;
	code = ledger_head_load(writer->database, &writer->head);
	if (code != SQLITE_OK)
		return ledger_writer_fail(writer, code, now);
	log_info("%s: %s took its place; as it was before it is kept as %s", writer->path, file,
		kept);
	char entry[24], minute[24];
	snprintf(entry, sizeof entry, "%lld", (long long)writer->head.entry_number);
	snprintf(minute, sizeof minute, "%lld", (long long)writer->head.minute_number);
	ledger_gap_begin(writer, REASON_restored, now, name_of(file), name_of(kept));
	reason_add(&writer->gap.reason, REASON_only_there, entry, minute);
	return 0;
}
