/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_head.c - ledger.head: the last row of each chain, kept outside the database.
#include "ledger/ledger_head.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "platform/atomic_file.h"

#define FILE_BYTES (2 * (LEDGER_HASH_TEXT_BYTES + 32))

void
ledger_hash_format(const uint8_t hash[LEDGER_HASH_BYTES], char text[LEDGER_HASH_TEXT_BYTES])
{
	for (size_t i = 0; i < LEDGER_HASH_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
}

static bool
hash_parse(const char *text, uint8_t hash[LEDGER_HASH_BYTES])
{
	for (size_t i = 0; i < LEDGER_HASH_BYTES; i++) {
		unsigned byte;
		if (!isxdigit((unsigned char)text[2 * i]) ||
			!isxdigit((unsigned char)text[2 * i + 1]) ||
			sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		hash[i] = (uint8_t)byte;
	}
	return text[2 * (size_t)LEDGER_HASH_BYTES] == '\0';
}

int
ledger_head_write(const char *path, const struct ledger_head *head)
{
	char entry[LEDGER_HASH_TEXT_BYTES], minute[LEDGER_HASH_TEXT_BYTES], text[FILE_BYTES];
	ledger_hash_format(head->entry_hash, entry);
	ledger_hash_format(head->minute_hash, minute);
	int length = snprintf(text, sizeof text, "entries %lld %s\nminutes %lld %s\n",
		(long long)head->entry_number, entry, (long long)head->minute_number, minute);
	return atomic_file_replace(path, text, (size_t)length, 0600);
}

int
ledger_head_read(const char *path, struct ledger_head *out)
{
	char entry[LEDGER_HASH_TEXT_BYTES], minute[LEDGER_HASH_TEXT_BYTES];
	long long entries, minutes;
	_Static_assert(LEDGER_HASH_TEXT_BYTES == 65, "the widths below");
	*out = (struct ledger_head){0};
	FILE *file = fopen(path, "re");
	if (!file)
		return -errno;
	int count = fscanf(
		file, "entries %18lld %64s minutes %18lld %64s", &entries, entry, &minutes, minute);
	fclose(file);
	if (count != 4 || entries < 0 || minutes < 0 || !hash_parse(entry, out->entry_hash) ||
		!hash_parse(minute, out->minute_hash)) {
		*out = (struct ledger_head){0};
		return -EINVAL;
	}
	out->entry_number = entries;
	out->minute_number = minutes;
	return 0;
}
