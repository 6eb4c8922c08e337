/* SPDX-License-Identifier: BSD-3-Clause */
// table_mark.h - which version of a file it is: the SHA-256 of its bytes, as a client's ETag.
#ifndef CONTROL_TABLE_MARK_H
#define CONTROL_TABLE_MARK_H

#include <stddef.h>

#include "timetable/timetable.h"

#define TABLE_MARK_BYTES 65 // 64 hex digits and the terminator

// The versions that a timetable was made of; "" where there is no such file.
struct table_marks {
	char conf[TABLE_MARK_BYTES];
	char tables[TIMETABLE_FILE_COUNT][TABLE_MARK_BYTES];
};

void table_mark_make(const void *bytes, size_t count, char mark[TABLE_MARK_BYTES]);

// Of a file as it is now; "" where it cannot be read.
void table_mark_of_file(const char *path, char mark[TABLE_MARK_BYTES]);

#endif
