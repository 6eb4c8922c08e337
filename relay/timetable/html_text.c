// SPDX-License-Identifier: BSD-3-Clause
// html_text.c - pages without scripts and without requests to anywhere.
#include "timetable/html_text.h"

#include <string.h>

void
html_text_add(struct text *text, const char *value)
{
	static const char special[] = "&<>\"'";

	while (*value != '\0') {
		size_t plain = strcspn(value, special);

		text_add_bytes(text, value, plain);
		value += plain;
		if (*value != '\0')
			text_add_format(text, "&#%d;", *value++);
	}
}

void
html_text_begin(
	struct text *text, enum language language, const char *const title[2], const char *style)
{
	text_add_format(text,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
		language_tag(language));
	html_text_add(text, title[0]);
	text_add(text, " · ");
	html_text_add(text, title[1]);
	text_add_format(text, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}

void
html_text_end(struct text *text)
{
	text_add(text, "</body>\n</html>\n");
}
