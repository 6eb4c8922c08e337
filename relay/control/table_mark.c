/* SPDX-License-Identifier: BSD-3-Clause */
// table_mark.c - which version of a file it is: the SHA-256 of its bytes, as a client's ETag.
#include "control/table_mark.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "control/source_file.h"

void
table_mark_make(const void *bytes, size_t count, char mark[TABLE_MARK_BYTES])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	_Static_assert(TABLE_MARK_BYTES == 2 * SHA256_DIGEST_LENGTH + 1, "a mark is hex");
	SHA256(bytes, count, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(mark + 2 * i, 3, "%02x", digest[i]);
}

void
table_mark_of_file(const char *path, char mark[TABLE_MARK_BYTES])
{
	char reason[SOURCE_FILE_REASON_BYTES];
	char *bytes;
	size_t count;
	*mark = '\0';
	if (source_file_read(path, CSV_TABLE_FILE_BYTES_MAX, &bytes, &count, reason) != 0)
		return;
	table_mark_make(bytes, count, mark);
	free(bytes);
}
