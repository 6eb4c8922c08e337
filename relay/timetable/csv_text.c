// SPDX-License-Identifier: BSD-3-Clause
// csv_text.c - fields written so that a CSV reader gives them back as they are (RFC 4180).
#include "timetable/csv_text.h"

#include <stdbool.h>
#include <string.h>

void
csv_text_add_field(struct text *text, const char *field)
{
	size_t count = strlen(field);
	bool is_blank_ended = count > 0 && (strchr(" \t", field[0]) != NULL ||
						   strchr(" \t", field[count - 1]) != NULL);

	// A reader trims blanks around a field that is not quoted.
	if (!is_blank_ended && strpbrk(field, ",\"\r\n") == NULL) {
		text_add(text, field);
		return;
	}
	text_add(text, "\"");
	for (const char *quote; (quote = strchr(field, '"')) != NULL; field = quote + 1) {
		text_add_bytes(text, field, (size_t)(quote - field));
		text_add(text, "\"\"");
	}
	text_add(text, field);
	text_add(text, "\"");
}

void
csv_text_add_guarded(struct text *text, const char *field)
{
	struct text guarded = {0};

	if (field[0] == '\0' || strchr("=+-@\t\r", field[0]) == NULL) {
		csv_text_add_field(text, field);
		return;
	}
	text_add_format(&guarded, "'%s", field);
	if (guarded.result != 0)
		text->result = guarded.result;
	else
		csv_text_add_field(text, guarded.bytes);
	text_fini(&guarded);
}

void
csv_text_add_row(struct text *text, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			text_add(text, ",");
		csv_text_add_field(text, fields[i]);
	}
	text_add(text, "\n");
}
