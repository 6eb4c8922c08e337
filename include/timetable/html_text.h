/* SPDX-License-Identifier: BSD-3-Clause */
// html_text.h - pages without scripts and without requests to anywhere.
#ifndef TIMETABLE_HTML_TEXT_H
#define TIMETABLE_HTML_TEXT_H

#include "timetable/text.h"
#include "timetable/words.h"

// A list of fonts with Chinese letters, for `font:` in a style.
#define HTML_TEXT_FONTS                                                                            \
	"\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"Microsoft YaHei\",\"PingFang SC\",SimSun,"  \
	"sans-serif"

// Text between tags or in a quoted attribute.
void html_text_add(struct text *text, const char *value);

// Everything up to the opened body: `title` is two texts that " · " parts.
void html_text_begin(
	struct text *text, enum language language, const char *const title[2], const char *style);
void html_text_end(struct text *text);

#endif
