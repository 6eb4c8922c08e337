/* SPDX-License-Identifier: BSD-3-Clause */
// text_encoding.h - a person's text file as UTF-8, whichever encoding it was saved in.
#ifndef TIMETABLE_TEXT_ENCODING_H
#define TIMETABLE_TEXT_ENCODING_H

#include <stddef.h>

#include "timetable/file_error.h"
#include "timetable/timetable.h"

enum text_encoding {
	TEXT_UTF8,
	TEXT_UTF8_MARKED, // with a byte order mark in front, as Excel's "CSV UTF-8" has
	TEXT_GBK,         // what Excel's plain "CSV" is on a Chinese Windows (code page 936)
};

// "UTF-8", "UTF-8 with byte order mark", "GBK"
const char *text_encoding_name(enum text_encoding encoding);

// The file's text as UTF-8 without byte order mark and with a zero behind it, to be freed by the
// caller. Text that is not UTF-8 counts as GBK unless most of it is UTF-8 after all. Returns 0,
// -ENOMEM, or -EINVAL with *error naming the line: bytes that are neither, UTF-16, a zero byte, too
// many bytes (CSV_TABLE_FILE_BYTES_MAX).
int text_encoding_decode(const struct timetable_bytes *file, char **text_out, size_t *count_out,
	enum text_encoding *encoding_out, struct file_error *error);

// How many bytes the UTF-8 character at `bytes` has (RFC 3629), or 0 where there is none; `left`
// bytes are there, at least one.
size_t text_utf8_bytes(const char *bytes, size_t left);

// Takes out what is not UTF-8: what is left of a character that a limit has cut.
void text_utf8_mend(char *text);

#endif
