/* SPDX-License-Identifier: BSD-3-Clause */
// audience.c - reads whom a bell rings for: "三—六年级" is a set of grades.
#include <string.h>

#include "timetable/readers.h"

#define GRADE_MAX 12

// 0 where no grade stands there.
static unsigned
grade_take(const char **text)
{
	static const char *const numerals[GRADE_MAX] = {
		"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"};
	unsigned grade = 0;

	if (**text >= '0' && **text <= '9') {
		while (**text >= '0' && **text <= '9' && grade <= GRADE_MAX)
			grade = grade * 10 + (unsigned)(*(*text)++ - '0');
		return grade <= GRADE_MAX ? grade : 0;
	}
	// The longest first: "十一" is not ten and one.
	for (grade = GRADE_MAX; grade >= 1; grade--) {
		if (word_take(text, numerals[grade - 1]))
			return grade;
	}
	return 0;
}

// "一二", "三—六", "1-3", "三、四", "一年级、二年级"; 0 where it is none of these.
static uint32_t
grades_parse(const char *text)
{
	static const char *const dashes[] = {"—", "–", "-", "－", "～", "~", "至", "到", NULL};
	static const char *const separators[] = {" ", "、", ",", "，", "和", NULL};
	uint32_t grades = 0;
	bool is_closed = false; // "年级" was the last word

	while (*text != '\0') {
		unsigned first = grade_take(&text);
		unsigned last = first;
		bool is_range = false;

		if (first == 0)
			return 0;
		while (word_take_any(&text, dashes))
			is_range = true;
		if (is_range)
			last = grade_take(&text);
		if (last < first)
			return 0;
		for (unsigned grade = first; grade <= last; grade++)
			grades |= UINT32_C(1) << grade;
		is_closed = word_take(&text, "年级");
		while (word_take_any(&text, separators))
			is_closed = false;
	}
	return is_closed ? grades : 0;
}

struct audience
audience_make(const char *text)
{
	return (struct audience){text, grades_parse(text)};
}

bool
audience_fits(const struct audience *band, const struct audience *audience)
{
	if (band->grades != 0 && audience->grades != 0)
		return (audience->grades & ~band->grades) == 0;
	return audience->text[0] != '\0' && strcmp(band->text, audience->text) == 0;
}
