// SPDX-License-Identifier: BSD-3-Clause
// words.c - what exports call things, in Chinese and in English.
#include "timetable/words.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define LANGUAGE_COUNT 2

static const char *const words[WORD_COUNT][LANGUAGE_COUNT] = {
	[WORD_CLASS] = {"班级", "Class"},
	[WORD_TEACHER] = {"教师", "Teacher"},
	[WORD_FORM] = {"形式", "Form"},
	[WORD_PERIOD] = {"节次", "Period"},
	[WORD_OTHER_TIMES] = {"其他时间", "Other times"},
	[WORD_WEEKLY_TIMETABLE] = {"结对课堂周课表", "Weekly timetable of paired lessons"},
	[WORD_MASTER_TIMETABLE] = {"结对课堂大课表", "Master timetable of paired lessons"},
	[WORD_PAIR] = {"结对学校", "Pair"},
	[WORD_CANCELLED] = {"停课", "cancelled"},
	[WORD_MOVED] = {"调课", "moved"},
	[WORD_NO_LESSONS] = {"本周没有结对课", "No paired lessons in this week"},
	[WORD_DAY_OFF] = {"放假", "no school"},
	[WORD_EXAM] = {"考试", "exams"},
	[WORD_UNMAPPED] = {"调休上班，课表未定", "make-up day, not mapped"},
	[WORD_RUNS_AS] = {"课表同", "as on"},
	[WORD_DIFFERS] = {"粗体的时间与本校铃声不同。",
		"Times in bold are not those of this school's own bells."},
	[WORD_LEADS] = {"主讲", "leads"},
	[WORD_ASSISTS] = {"协同", "assists"},
	[WORD_LISTENS] = {"旁听", "listens"},
	[WORD_CALENDAR] = {"结对课堂", "Paired lessons"},
};

static const struct {
	const char *full;
	const char *brief;
} weekdays[7][LANGUAGE_COUNT] = {
	{{"星期一", "周一"}, {"Monday", "Mon"}},
	{{"星期二", "周二"}, {"Tuesday", "Tue"}},
	{{"星期三", "周三"}, {"Wednesday", "Wed"}},
	{{"星期四", "周四"}, {"Thursday", "Thu"}},
	{{"星期五", "周五"}, {"Friday", "Fri"}},
	{{"星期六", "周六"}, {"Saturday", "Sat"}},
	{{"星期日", "周日"}, {"Sunday", "Sun"}},
};

// By the names that rules.csv uses.
static const struct {
	const char *name;
	const char *words[LANGUAGE_COUNT];
} forms[] = {
	{"synchronous", {"同步课堂", "synchronous classroom"}},
	{"delivered", {"远程专递课堂", "delivered class"}},
	{"training", {"教师网络研修", "teacher training"}},
	{"master_teacher", {"名师网络课堂", "master-teacher class"}},
	{"preparation", {"备课", "preparation"}},
	{"tutoring", {"辅导", "tutoring"}},
	{"inspection", {"督导", "inspection"}},
	{"other", {"其他", "other"}},
};

const char *
word_get(enum language language, enum word word)
{
	assert(language < LANGUAGE_COUNT);
	assert(word < WORD_COUNT);
	return words[word][language];
}

const char *
word_weekday(enum language language, int weekday)
{
	assert(language < LANGUAGE_COUNT);
	assert(weekday >= 1);
	assert(weekday <= 7);
	return weekdays[weekday - 1][language].full;
}

const char *
word_weekday_short(enum language language, int weekday)
{
	assert(language < LANGUAGE_COUNT);
	assert(weekday >= 1);
	assert(weekday <= 7);
	return weekdays[weekday - 1][language].brief;
}

const char *
word_form(enum language language, enum lesson_form form)
{
	const char *name = lesson_form_name(form);

	assert(language < LANGUAGE_COUNT);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (strcmp(forms[i].name, name) == 0)
			return forms[i].words[language];
	}
	return name;
}

int
language_parse(const char *tag, enum language *out)
{
	static const char *const languages[LANGUAGE_COUNT] = {"zh", "en"};

	for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
		if (strncmp(tag, languages[i], 2) == 0 && (tag[2] == '\0' || tag[2] == '-')) {
			*out = (enum language)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *
language_tag(enum language language)
{
	return language == LANGUAGE_CHINESE ? "zh-CN" : "en";
}
