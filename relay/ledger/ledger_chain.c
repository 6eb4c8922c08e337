/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_chain.c - the hash of a row: SHA-256 over the hash of the row before it and every column.
#include "ledger/ledger_chain.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "timetable/timetable.h"

#define BUFFER_BYTES 4096 // most rows are hashed in one call

struct ledger_chain {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
	size_t used;
	unsigned char buffer[BUFFER_BYTES];
};

struct ledger_chain *
ledger_chain_create(void)
{
	struct ledger_chain *chain = calloc(1, sizeof *chain);
	if (!chain)
		return NULL;
	chain->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	chain->context = EVP_MD_CTX_new();
	if (chain->algorithm && chain->context)
		return chain;
	ledger_chain_destroy(chain);
	return NULL;
}

void
ledger_chain_destroy(struct ledger_chain *chain)
{
	if (!chain)
		return;
	EVP_MD_CTX_free(chain->context);
	EVP_MD_free(chain->algorithm);
	free(chain);
}

static bool
flush(struct ledger_chain *chain)
{
	size_t used = chain->used;
	chain->used = 0;
	return EVP_DigestUpdate(chain->context, chain->buffer, used) == 1;
}

static bool
put(struct ledger_chain *chain, const void *bytes, size_t count)
{
	if (count > sizeof chain->buffer - chain->used && !flush(chain))
		return false;
	if (count > sizeof chain->buffer)
		return EVP_DigestUpdate(chain->context, bytes, count) == 1;
	if (count > 0)
		memcpy(chain->buffer + chain->used, bytes, count);
	chain->used += count;
	return true;
}

static bool
put_value(struct ledger_chain *chain, const struct ledger_value *value)
{
	unsigned char head[9] = {(unsigned char)value->type};
	for (int i = 0; i < 8; i++)
		head[1 + i] = (unsigned char)((uint64_t)value->integer >> (56 - 8 * i));
	return put(chain, head, sizeof head) &&
	       (value->type == 'i' || put(chain, value->bytes, (size_t)value->integer));
}

int
ledger_chain_add(struct ledger_chain *chain, const struct ledger_value *values, size_t count,
	uint8_t hash[LEDGER_HASH_BYTES])
{
	chain->used = 0;
	bool is_done = EVP_DigestInit_ex2(chain->context, chain->algorithm, NULL) == 1 &&
		       put(chain, hash, LEDGER_HASH_BYTES);
	for (size_t i = 0; is_done && i < count; i++)
		is_done = put_value(chain, &values[i]);
	if (!is_done || !flush(chain) || EVP_DigestFinal_ex(chain->context, hash, NULL) != 1)
		return -EIO;
	return 0;
}

static struct ledger_value
integer(int64_t value)
{
	return (struct ledger_value){.type = 'i', .integer = value};
}

static struct ledger_value
text(const char *value)
{
	assert(value != NULL);
	return (struct ledger_value){'t', (int64_t)strlen(value), value};
}

void
ledger_entry_values(const struct ledger_entry *entry, int64_t number,
	const struct ledger_head *head, struct ledger_value values[LEDGER_ENTRY_COLUMNS - 1])
{
	const struct ledger_value list[LEDGER_ENTRY_COLUMNS - 1] = {
		integer(number),
		text(ledger_kind_name(entry->kind)),
		integer(entry->written_at.ms),
		text(entry->author),
		integer(entry->corrects),
		text(entry->lesson),
		text(entry->date),
		text(entry->pair),
		text(entry->rule),
		text(entry->lead),
		text(entry->assisted),
		text(entry->lead_name),
		text(entry->assisted_name),
		text(entry->scope),
		text(entry->form),
		text(entry->title),
		text(entry->subject),
		text(entry->class_name),
		text(entry->teacher),
		text(entry->assistant),
		integer(entry->headcount),
		integer(entry->planned_start.ms),
		integer(entry->planned_end.ms),
		integer(entry->real_start.ms),
		integer(entry->real_end.ms),
		integer(entry->planned_minutes),
		integer(entry->live_minutes),
		text(ledger_verdict_name(entry->verdict)),
		text(entry->reason),
		integer(head->minute_number),
		{'b', LEDGER_HASH_BYTES, head->minute_hash},
	};
	memcpy(values, list, sizeof list);
}

void
ledger_minute_values(const struct ledger_minute *minute, int64_t number,
	struct ledger_value values[LEDGER_MINUTE_COLUMNS - 1])
{
	const struct ledger_value list[LEDGER_MINUTE_COLUMNS - 1] = {
		integer(number),
		text(minute->lesson),
		text(minute->school),
		text(minute->endpoint),
		text(minute->to_school),
		text(stream_kind_name(minute->kind)),
		integer(minute->is_outbound),
		integer(minute->minute.ms),
		integer((int64_t)minute->packets),
		integer((int64_t)minute->bytes),
		integer((int64_t)minute->expected),
		integer((int64_t)minute->lost),
		integer(minute->jitter_us),
		integer(minute->longest_gap_us),
		integer(minute->rtt_us),
		integer(minute->media_s),
	};
	memcpy(values, list, sizeof list);
}

int
ledger_values_bind(sqlite3_stmt *statement, const struct ledger_value *values, size_t count,
	const uint8_t hash[LEDGER_HASH_BYTES])
{
	int code = SQLITE_OK;
	for (size_t i = 0; code == SQLITE_OK && i < count; i++) {
		const struct ledger_value *value = &values[i];
		int at = (int)i + 1;
		if (value->type == 'i')
			code = sqlite3_bind_int64(statement, at, value->integer);
		else if (value->type == 't')
			code = sqlite3_bind_text(
				statement, at, value->bytes, (int)value->integer, SQLITE_STATIC);
		else
			code = sqlite3_bind_blob(
				statement, at, value->bytes, (int)value->integer, SQLITE_STATIC);
	}
	if (code == SQLITE_OK)
		code = sqlite3_bind_blob(
			statement, (int)count + 1, hash, LEDGER_HASH_BYTES, SQLITE_STATIC);
	return code;
}

void
ledger_values_read(sqlite3_stmt *statement, struct ledger_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int at = (int)i, type = sqlite3_column_type(statement, at);
		struct ledger_value *value = &values[i];
		if (type == SQLITE_INTEGER) {
			*value = integer(sqlite3_column_int64(statement, at));
			continue;
		}
		// A number with a fraction is in no ledger: as a text it fits no hash.
		value->bytes = sqlite3_column_blob(statement, at);
		value->integer = sqlite3_column_bytes(statement, at);
		value->type = type == SQLITE_NULL ? 'n' : type == SQLITE_BLOB ? 'b' : 't';
	}
}
