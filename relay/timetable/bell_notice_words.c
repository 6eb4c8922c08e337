// SPDX-License-Identifier: BSD-3-Clause
// bell_notice_words.c - the words that a notice has besides its names: headings, parts of the day,
// audiences, the date of effect.
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *word;
	enum notice_part part;
} parts[] = {
	{"上午", NOTICE_PART_MORNING},
	{"早上", NOTICE_PART_MORNING},
	{"早晨", NOTICE_PART_MORNING},
	{"中午", NOTICE_PART_NOON},
	{"下午", NOTICE_PART_AFTERNOON},
	{"傍晚", NOTICE_PART_EVENING},
	{"晚上", NOTICE_PART_EVENING},
	{"夜间", NOTICE_PART_EVENING},
};

static const char *const headings[] = {"时段", "时间段", "节次", "课次", "课节", "时间", "起讫",
	"时间起讫", "起止时间", "时间起止", "起止", "起", "讫", "止", "项目", "内容", "活动内容",
	"作息内容", "作息时间", "安排", "活动安排", "名称", "序号", "开始", "结束", "开始时间",
	"结束时间"};

static const char *const audiences[] = {"低段", "中段", "高段", "低学段", "中学段", "高学段",
	"低年级", "中年级", "高年级", "各年级", "全校", "住校生", "寄宿生", "走读生", "通校生"};

// What may stand beside a date of effect; the first ones say that it is one.
#define EFFECT_WORDS_SAYING 8
static const char *const effect_words[] = {"执行", "实行", "施行", "实施", "开始", "正式", "生效",
	"起", "自", "从", "于", "(", ")", ":", "。", "，", ",", " "};

static bool
is_listed(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, list[i]) == 0)
			return true;
	}
	return false;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t bytes = strlen(text);

	return bytes >= strlen(end) && strcmp(text + bytes - strlen(end), end) == 0;
}

enum notice_part
notice_part_of(const char *text)
{
	size_t bytes;
	enum notice_part part = notice_part_at_end(text, &bytes);

	return bytes == strlen(text) ? part : NOTICE_PART_NONE;
}

enum notice_part
notice_part_at_end(const char *text, size_t *bytes_out)
{
	*bytes_out = 0;
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (ends_with(text, parts[i].word)) {
			*bytes_out = strlen(parts[i].word);
			return parts[i].part;
		}
	}
	return NOTICE_PART_NONE;
}

bool
notice_is_heading(const char *text)
{
	return is_listed(text, headings, COUNT(headings));
}

bool
notice_is_title(const char *text)
{
	return strstr(text, "时间表") != NULL || strstr(text, "作息") != NULL ||
	       strstr(text, "时刻表") != NULL || ends_with(text, "学校") ||
	       ends_with(text, "小学") || ends_with(text, "中学");
}

bool
notice_is_remark(const char *text)
{
	static const char *const words[] = {"备注:", "说明:", "注:", "※", "*"};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return true;
	}
	return false;
}

// How many bytes of `text` belong to a list of grades such as 三—六 or 1、2.
static size_t
grades_bytes(const char *text)
{
	static const char *const words[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九",
		"至", "到", "和", "、", "，", ","};
	size_t at = 0;
	size_t step;

	do {
		step = isdigit((unsigned char)text[at]) ? 1 : notice_dash_bytes(text + at);
		for (size_t i = 0; i < COUNT(words) && step == 0; i++) {
			if (strncmp(text + at, words[i], strlen(words[i])) == 0)
				step = strlen(words[i]);
		}
		at += step;
	} while (step > 0);
	return at;
}

bool
notice_is_audience(const char *text)
{
	size_t bytes = grades_bytes(text);

	return (bytes > 0 && strcmp(text + bytes, "年级") == 0) ||
	       is_listed(text, audiences, COUNT(audiences));
}

bool
notice_is_name(const char *text)
{
	static const char *const after[] = {"节", "年级", "班", "课", "号"};
	const char *at = text;

	if (text[0] == '\0' || strchr(text, ':') != NULL)
		return false;
	while ((at = strpbrk(at, "0123456789")) != NULL) {
		size_t bytes = strspn(at, "0123456789");
		bool is_counted = false;

		for (size_t i = 0; i < COUNT(after); i++)
			is_counted =
				is_counted || strncmp(at + bytes, after[i], strlen(after[i])) == 0;
		// "自习1" is a name too; "8点30" and "8.30" are times that were meant otherwise.
		if (bytes > 2 || (!is_counted && at[bytes] != '\0'))
			return false;
		at += bytes;
	}
	return true;
}

// Reads digits and then `mark`, or one of ". / -" where `is_plain`. Returns the bytes, or 0.
static size_t
date_part_read(const char *text, const char *mark, bool is_plain, int *out)
{
	size_t bytes = strspn(text, "0123456789");

	if (bytes == 0 || bytes > 4)
		return 0;
	*out = atoi(text);
	if (strncmp(text + bytes, mark, strlen(mark)) == 0)
		return bytes + strlen(mark);
	return is_plain && text[bytes] != '\0' && strchr("./-", text[bytes]) ? bytes + 1 : 0;
}

// "2024年10月9日", "2024-10-09", "2024.10.9" at `text`. Returns the bytes, or 0.
static size_t
date_bytes(const char *text, int date[3])
{
	size_t year = date_part_read(text, "年", true, &date[0]);
	size_t month = year == 0 ? 0 : date_part_read(text + year, "月", true, &date[1]);
	size_t day = month == 0 ? 0 : date_part_read(text + year + month, "日", false, &date[2]);
	size_t figures;

	if (month == 0 || date[0] < 1000)
		return 0;
	if (day > 0)
		return year + month + day;
	figures = strspn(text + year + month, "0123456789");
	if (figures == 0 || figures > 2)
		return 0;
	date[2] = atoi(text + year + month);
	return year + month + figures;
}

static size_t
date_find(const char *text, int date[3], size_t *at_out)
{
	for (size_t at = 0; text[at] != '\0'; at++) {
		bool is_inside = at > 0 && isdigit((unsigned char)text[at - 1]);
		size_t bytes = is_inside ? 0 : date_bytes(text + at, date);

		*at_out = at;
		if (bytes > 0)
			return bytes;
	}
	return 0;
}

// Takes every word of effect out of `text`. Returns whether there was one that says so.
static bool
effect_words_take(char *text)
{
	bool is_effect = false;

	for (size_t i = 0; i < COUNT(effect_words); i++) {
		char *found;

		while ((found = strstr(text, effect_words[i])) != NULL) {
			size_t bytes = strlen(effect_words[i]);

			is_effect = is_effect || i < EFFECT_WORDS_SAYING;
			memmove(found, found + bytes, strlen(found + bytes) + 1);
		}
	}
	return is_effect;
}

int
notice_date_read(const char *text, struct civil_date *out, char rest[NOTICE_CELL_BYTES_MAX],
	char reason[NOTICE_REASON_BYTES])
{
	int date[3];
	int second[3];
	size_t at;
	size_t second_at;
	size_t bytes = date_find(text, date, &at);

	if (bytes == 0)
		return 0;
	if (civil_date_make(date[0], date[1], date[2], out) != 0) {
		snprintf(reason, NOTICE_REASON_BYTES, "'%.*s' is no date", (int)bytes, text + at);
		return -EINVAL;
	}
	if (date_find(text + at + bytes, second, &second_at) > 0) {
		snprintf(reason, NOTICE_REASON_BYTES, "two dates in one line: which is of effect?");
		return -EINVAL;
	}
	snprintf(rest, NOTICE_CELL_BYTES_MAX, "%.*s%s", (int)at, text, text + at + bytes);
	if (effect_words_take(rest))
		return 1;
	snprintf(reason, NOTICE_REASON_BYTES,
		"a date of which it is not said that the table is in force from it (起执行)");
	return -EINVAL;
}
