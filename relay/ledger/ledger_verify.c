/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_verify.c - finds the first row of each chain that was altered, removed or inserted.
#include "ledger/ledger_verify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/ledger_chain.h"
#include "ledger/ledger_head.h"
#include "ledger/ledger_schema.h"

#define COLUMNS_MAX 64 // somebody may have added some

// One walk along a chain.
struct walk {
	struct ledger_chain *chain;
	struct ledger_finding *finding;
	int columns;    // that the table has, with the hash
	int64_t number; // of the last row that fits
	uint8_t hash[LEDGER_HASH_BYTES];
	int64_t known_number; // of the head from elsewhere; 0: not known
	const uint8_t *known_hash;
};

// A row of the minutes as an entry knows it.
struct anchor {
	sqlite3_stmt *entries; // NULL: at the end
	int64_t entry;
	int64_t minute;
	uint8_t hash[LEDGER_HASH_BYTES];
};

static void refuse(struct ledger_finding *finding, int64_t number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void
refuse(struct ledger_finding *finding, int64_t number, const char *format, ...)
{
	va_list arguments;
	finding->is_whole = false;
	finding->number = number;
	va_start(arguments, format);
	vsnprintf(finding->what, sizeof finding->what, format, arguments);
	va_end(arguments);
}

// Looks at a row; false: it is the first that does not fit.
static bool
walk_row(struct walk *walk, sqlite3_stmt *row)
{
	struct ledger_value values[COLUMNS_MAX];
	int64_t number = sqlite3_column_int64(row, 0), next = walk->number + 1;
	int count = sqlite3_column_count(row);
	walk->finding->rows++;
	if (count != walk->columns) {
		refuse(walk->finding, number, "the table has %d columns and not %d", count,
			walk->columns);
		return false;
	}
	if (number < next) {
		refuse(walk->finding, number, "a row that was inserted: rows until %lld %s",
			(long long)walk->number, "are gone by age, or it is before the first");
		return false;
	}
	if (number > next) {
		refuse(walk->finding, next, "rows %lld to %lld are missing: they were removed",
			(long long)next, (long long)number - 1);
		return false;
	}
	ledger_values_read(row, values, (size_t)count - 1);
	if (ledger_chain_add(walk->chain, values, (size_t)count - 1, walk->hash) != 0) {
		refuse(walk->finding, number, "its hash could not be calculated");
		return false;
	}
	if (sqlite3_column_bytes(row, count - 1) != LEDGER_HASH_BYTES ||
		memcmp(sqlite3_column_blob(row, count - 1), walk->hash, LEDGER_HASH_BYTES) != 0) {
		refuse(walk->finding, number,
			"the row does not fit its hash: it was altered or inserted, or the row "
			"before it was, together with its hash");
		return false;
	}
	if (number == walk->known_number &&
		memcmp(walk->hash, walk->known_hash, LEDGER_HASH_BYTES) != 0) {
		refuse(walk->finding, number,
			"the row had another hash when it was written, says " LEDGER_HEAD_FILE
			": rows until here were altered and their hashes calculated anew");
		return false;
	}
	walk->number = number;
	return true;
}

// The end was reached: was it the end that is known?
static void
walk_end(struct walk *walk, const char *who, int64_t known)
{
	if (walk->finding->is_whole && known > walk->number)
		refuse(walk->finding, walk->number + 1,
			"rows %lld to %lld are missing at the end: they were removed, says %s",
			(long long)walk->number + 1, (long long)known, who);
}

static int
prepare(sqlite3 *database, const char *text, sqlite3_stmt **out)
{
	return sqlite3_prepare_v2(database, text, -1, out, NULL);
}

static int
entries_walk(sqlite3 *database, struct walk *walk)
{
	sqlite3_stmt *rows;
	int code = prepare(database, "SELECT * FROM entries ORDER BY number", &rows);
	if (code != SQLITE_OK)
		return code;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW && walk_row(walk, rows))
		;
	code = sqlite3_finalize(rows);
	if (code == SQLITE_OK)
		walk_end(walk, LEDGER_HEAD_FILE, walk->known_number);
	return code;
}

// The next row of the minutes that an entry knows.
static int
anchor_next(struct anchor *anchor)
{
	int code = anchor->entries ? sqlite3_step(anchor->entries) : SQLITE_DONE;
	if (code == SQLITE_ROW && sqlite3_column_bytes(anchor->entries, 2) == LEDGER_HASH_BYTES) {
		anchor->entry = sqlite3_column_int64(anchor->entries, 0);
		anchor->minute = sqlite3_column_int64(anchor->entries, 1);
		memcpy(anchor->hash, sqlite3_column_blob(anchor->entries, 2), LEDGER_HASH_BYTES);
		return SQLITE_OK;
	}
	anchor->minute = INT64_MAX;
	code = sqlite3_finalize(anchor->entries);
	anchor->entries = NULL;
	return code;
}

// All entries that know the row that the walk is at, or one that is gone by age.
static int
anchors_check(struct anchor *anchor, struct walk *walk)
{
	int code = SQLITE_OK;
	while (code == SQLITE_OK && anchor->minute <= walk->number) {
		if (anchor->minute == walk->number && walk->finding->rows > 0 &&
			memcmp(anchor->hash, walk->hash, LEDGER_HASH_BYTES) != 0) {
			refuse(walk->finding, walk->number,
				"the row had another hash when entry %lld was written: rows until "
				"here were altered and their hashes calculated anew",
				(long long)anchor->entry);
			return code;
		}
		code = anchor_next(anchor);
	}
	return code;
}

// Where the chain begins: after the rows that were removed by age.
static int
pruned_find(sqlite3 *database, struct walk *walk)
{
	sqlite3_stmt *row;
	int code = prepare(database,
		"SELECT minute_number, minute_hash FROM entries WHERE kind = 'pruned'"
		" ORDER BY number DESC LIMIT 1",
		&row);
	if (code != SQLITE_OK)
		return code;
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_bytes(row, 1) == LEDGER_HASH_BYTES) {
		walk->number = sqlite3_column_int64(row, 0);
		memcpy(walk->hash, sqlite3_column_blob(row, 1), LEDGER_HASH_BYTES);
	}
	return sqlite3_finalize(row);
}

static int
minutes_walk(sqlite3 *database, struct walk *walk)
{
	struct anchor anchor = {0};
	sqlite3_stmt *rows = NULL;
	int code = pruned_find(database, walk);
	if (code == SQLITE_OK)
		code = prepare(database,
			"SELECT number, minute_number, minute_hash FROM entries"
			" WHERE kind != 'pruned' ORDER BY number",
			&anchor.entries);
	if (code == SQLITE_OK)
		code = anchor_next(&anchor);
	if (code == SQLITE_OK)
		code = anchors_check(&anchor, walk);
	if (code == SQLITE_OK)
		code = prepare(database, "SELECT * FROM minutes ORDER BY number", &rows);
	while (code == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW && walk_row(walk, rows)) {
		code = anchors_check(&anchor, walk);
		if (!walk->finding->is_whole)
			break;
	}
	int end = sqlite3_finalize(rows);
	if (code == SQLITE_OK)
		code = end;
	char who[64];
	snprintf(who, sizeof who, "entry %lld", (long long)anchor.entry);
	if (code == SQLITE_OK && anchor.minute != INT64_MAX)
		walk_end(walk, who, anchor.minute);
	if (code == SQLITE_OK)
		walk_end(walk, LEDGER_HEAD_FILE, walk->known_number);
	sqlite3_finalize(anchor.entries);
	return code;
}

// Rows are hashed by place, and read by name: a column that was given another's name, or a view
// that says something else, alters what every report tells.
static int
schema_look(sqlite3 *database, struct ledger_finding *finding)
{
	char what[LEDGER_WHY_BYTES];
	int code = ledger_schema_compare(database, what, sizeof what);
	if (code == SQLITE_OK && *what)
		refuse(finding, 0, "%s", what);
	return code;
}

int
ledger_verify(sqlite3 *database, const struct ledger_head *known, struct ledger_verified *out,
	char *why, size_t why_bytes)
{
	struct ledger_chain *chain = ledger_chain_create();
	*out = (struct ledger_verified){0};
	*why = '\0';
	if (!chain)
		return -ENOMEM;
	struct walk walks[LEDGER_CHAIN_COUNT] = {
		{.columns = LEDGER_ENTRY_COLUMNS}, {.columns = LEDGER_MINUTE_COLUMNS}};
	for (size_t i = 0; i < LEDGER_CHAIN_COUNT; i++) {
		walks[i].chain = chain;
		walks[i].finding = &out->chains[i];
		out->chains[i].is_whole = true;
	}
	if (known) {
		walks[0].known_number = known->entry_number;
		walks[0].known_hash = known->entry_hash;
		walks[1].known_number = known->minute_number;
		walks[1].known_hash = known->minute_hash;
	}
	int code = sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = entries_walk(database, &walks[LEDGER_CHAIN_ENTRIES]);
	if (code == SQLITE_OK)
		code = minutes_walk(database, &walks[LEDGER_CHAIN_MINUTES]);
	if (code == SQLITE_OK && ledger_verified_is_whole(out))
		code = schema_look(database, &out->chains[LEDGER_CHAIN_ENTRIES]);
	if (code != SQLITE_OK)
		snprintf(why, why_bytes, "%s", sqlite3_errmsg(database));
	if (!sqlite3_get_autocommit(database))
		sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
	out->head.entry_number = walks[0].number;
	out->head.minute_number = walks[1].number;
	memcpy(out->head.entry_hash, walks[0].hash, LEDGER_HASH_BYTES);
	memcpy(out->head.minute_hash, walks[1].hash, LEDGER_HASH_BYTES);
	ledger_chain_destroy(chain);
	return ledger_schema_error(code);
}

int
ledger_verify_file(const char *path, const char *head_path, struct ledger_verified *out, char *why,
	size_t why_bytes)
{
	struct ledger_head known;
	sqlite3 *database;
	int result = head_path ? ledger_head_read(head_path, &known) : -ENOENT;
	*out = (struct ledger_verified){0};
	if (result != 0 && result != -ENOENT) {
		snprintf(why, why_bytes, "%s: cannot be read as a ledger's head", head_path);
		return -EINVAL;
	}
	int code = ledger_schema_open_reader(path, &database, why, why_bytes);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	result = ledger_verify(database, result == 0 ? &known : NULL, out, why, why_bytes);
	sqlite3_close(database);
	return result;
}

bool
ledger_verified_is_whole(const struct ledger_verified *verified)
{
	return verified->chains[LEDGER_CHAIN_ENTRIES].is_whole &&
	       verified->chains[LEDGER_CHAIN_MINUTES].is_whole;
}

const char *
ledger_chain_table(enum ledger_chain_name chain)
{
	return chain == LEDGER_CHAIN_ENTRIES ? "entries" : "minutes";
}
