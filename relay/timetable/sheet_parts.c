// SPDX-License-Identifier: BSD-3-Clause
// sheet_parts.c - what the pages of a weekly sheet have in common: headings, days, times, marks.
#include <string.h>

#include "timetable/html_text.h"
#include "timetable/lessons_list.h"
#include "timetable/sheet_internal.h"

#define WORKDAYS 5

struct sheet_week
sheet_week_make(const struct sheet *sheet, const struct timetable_school *school,
	const struct lesson *const *lessons, size_t count)
{
	struct sheet_week week;

	for (int day = 0; day < SHEET_DAYS; day++) {
		struct civil_date date = civil_date_add(sheet->monday, day);

		week.days[day] = calendar_day_get(sheet->timetable, school, date);
		week.is_shown[day] = day < WORKDAYS || week.days[day].kind == CALENDAR_WORK;
		for (size_t i = 0; i < count; i++) {
			if (lessons[i]->date.days == date.days)
				week.is_shown[day] = true;
		}
	}
	return week;
}

static void
write_clock(int32_t second, struct text *out)
{
	text_add_format(out, "%02d:%02d", second / 3600, second / 60 % 60);
	if (second % 60 != 0)
		text_add_format(out, ":%02d", second % 60);
}

void
sheet_write_times(struct bell_interval times, struct text *out)
{
	write_clock(times.start_s, out);
	text_add(out, "–");
	write_clock(times.end_s, out);
}

struct bell_interval
sheet_times_of(const struct lesson *lesson)
{
	return (struct bell_interval){civil_second_of(lesson->start), civil_second_of(lesson->end)};
}

// "10-08"
static void
write_day_of_year(struct civil_date date, struct text *out)
{
	char text[CIVIL_DATE_BYTES];

	civil_date_format(date, text);
	text_add(out, text + strlen("2024-"));
}

void
sheet_write_mark(
	const struct sheet *sheet, const struct lesson *lesson, bool is_held, struct text *out)
{
	bool is_moved = lesson_is_moved(sheet->exceptions, lesson);

	if (is_held && !is_moved)
		return;
	text_add(out, "<span class=\"mark\">");
	text_add(out, word_get(sheet->language, is_held ? WORD_MOVED : WORD_CANCELLED));
	if (is_held && lesson->planned.days != lesson->date.days) {
		text_add(out, " ");
		write_day_of_year(lesson->planned, out);
	}
	text_add(out, "</span> ");
}

void
sheet_write_heading(const struct sheet *sheet, const char *name, enum word title,
	const struct timetable_school *school, struct text *out)
{
	struct calendar_day monday = calendar_day_get(sheet->timetable, school, sheet->monday);
	char first[CIVIL_DATE_BYTES];
	char last[CIVIL_DATE_BYTES];

	civil_date_format(sheet->monday, first);
	civil_date_format(civil_date_add(sheet->monday, SHEET_DAYS - 1), last);
	text_add(out, "<h1>");
	html_text_add(out, name);
	text_add_format(out, " · %s</h1>\n<p>", word_get(sheet->language, title));
	if (school != NULL) {
		html_text_add(out, sheet->timetable->policies.county);
		text_add(out, " · ");
	}
	text_add_format(out, "%s – %s", first, last);
	if (monday.term_week != 0 && sheet->language == LANGUAGE_CHINESE)
		text_add_format(out, " · 第%u周", monday.term_week);
	else if (monday.term_week != 0)
		text_add_format(out, " · week %u of the term", monday.term_week);
	text_add(out, "</p>\n");
}

// What is not ordinary about a day.
static void
write_day_note(
	const struct sheet *sheet, int day, const struct calendar_day *about, struct text *out)
{
	bool is_other = about->is_taught && about->runs_as.days != sheet->monday.days + day;
	char date[CIVIL_DATE_BYTES];

	if (about->kind != CALENDAR_OFF && about->kind != CALENDAR_EXAM && !about->is_unmapped &&
		!is_other)
		return;
	text_add(out, "<small>");
	if (about->kind == CALENDAR_OFF)
		text_add(out, word_get(sheet->language, WORD_DAY_OFF));
	else if (about->kind == CALENDAR_EXAM)
		text_add(out, word_get(sheet->language, WORD_EXAM));
	else if (about->is_unmapped)
		text_add(out, word_get(sheet->language, WORD_UNMAPPED));
	if (is_other) {
		civil_date_format(about->runs_as, date);
		text_add_format(out, "%s %s", word_get(sheet->language, WORD_RUNS_AS), date);
	}
	text_add(out, "</small>");
}

void
sheet_write_weekdays(const struct sheet *sheet, const struct sheet_week *week, enum word corner,
	struct text *out)
{
	text_add_format(out, "<table><thead><tr><th class=\"row\">%s</th>",
		word_get(sheet->language, corner));
	for (int day = 0; day < SHEET_DAYS; day++) {
		if (!week->is_shown[day])
			continue;
		text_add_format(out, "<th>%s ", word_weekday(sheet->language, day + 1));
		write_day_of_year(civil_date_add(sheet->monday, day), out);
		write_day_note(sheet, day, &week->days[day], out);
		text_add(out, "</th>");
	}
	text_add(out, "</tr></thead><tbody>\n");
}
