/* SPDX-License-Identifier: BSD-3-Clause */
// words.h - what exports call things, in Chinese and in English.
#ifndef TIMETABLE_WORDS_H
#define TIMETABLE_WORDS_H

#include "timetable/timetable.h"

enum language {
	LANGUAGE_CHINESE,
	LANGUAGE_ENGLISH,
};

enum word {
	WORD_CLASS,
	WORD_TEACHER,
	WORD_FORM,
	WORD_PERIOD,
	WORD_OTHER_TIMES,
	WORD_WEEKLY_TIMETABLE,
	WORD_MASTER_TIMETABLE,
	WORD_PAIR,
	WORD_CANCELLED,
	WORD_MOVED,
	WORD_NO_LESSONS,
	WORD_DAY_OFF,
	WORD_EXAM,
	WORD_UNMAPPED,
	WORD_RUNS_AS, // before a date
	WORD_DIFFERS,
	WORD_LEADS,
	WORD_ASSISTS,
	WORD_LISTENS,
	WORD_CALENDAR, // of lessons, the name of a feed
	WORD_COUNT,
};

const char *word_get(enum language language, enum word word);
const char *word_weekday(enum language language, int weekday); // 1 = Monday .. 7 = Sunday
const char *word_weekday_short(enum language language, int weekday);
const char *word_form(enum language language, enum lesson_form form);

// "zh" or "en", with or without a region behind it ("zh-CN"). 0 or -EINVAL.
int language_parse(const char *tag, enum language *out);
const char *language_tag(enum language language); // "zh-CN", "en"

#endif
