// SPDX-License-Identifier: BSD-3-Clause
// sheet.c - a week's timetable as a page to print (HTML): of a school, or of the whole county.
#include "timetable/sheet.h"

#include <errno.h>
#include <stdlib.h>

#include "timetable/html_text.h"
#include "timetable/lessons_list.h"
#include "timetable/sheet_internal.h"

static const char style[] =
	"@page{size:A4 landscape;margin:10mm}"
	"*{box-sizing:border-box}"
	"body{margin:0;color:#000;background:#fff;font:9pt/1.25 " HTML_TEXT_FONTS "}"
	"section{break-after:page}section:last-child{break-after:auto}"
	"h1{font-size:15pt;margin:0}p{margin:1mm 0 2mm}"
	"table{width:100%;border-collapse:collapse;table-layout:fixed}"
	"tr{break-inside:avoid}"
	"th,td{border:.5pt solid #444;padding:1mm;vertical-align:top;text-align:left;"
	"overflow-wrap:anywhere}"
	"th{font-weight:600}thead th{text-align:center;border-bottom-width:1.5pt}"
	"th.row{width:30mm}section.county th.row{width:52mm}"
	"small{display:block;font-size:85%;font-weight:400}"
	"div+div{border-top:.5pt dotted #444;margin-top:1mm;padding-top:1mm}"
	"td.none{background:#eee}"
	".at{white-space:nowrap}.differs{font-weight:700}"
	".mark{border:.5pt solid;padding:0 .8mm;font-size:85%}"
	"s{color:#555}"
	".large{font-size:10.5pt}.dense{font-size:7pt}.dense th,.dense td{padding:.5mm}"
	"@media screen{section{width:277mm;margin:8mm auto}}";

struct civil_date
sheet_monday(struct civil_date date)
{
	return civil_date_add(date, 1 - civil_weekday(date));
}

// The lessons that concern a school, in the list's order.
static size_t
lessons_of(const struct sheet *sheet, const struct timetable_school *school,
	const struct lesson **lessons)
{
	size_t count = 0;
	bool is_held;

	for (size_t i = 0; i < sheet->lessons->count; i++) {
		const struct lesson *lesson = &sheet->lessons->lessons[i];

		if (school == NULL || lesson_part_of(lesson, school, &is_held) != NULL)
			lessons[count++] = lesson;
	}
	return count;
}

static void
write_pair_lesson(const struct sheet *sheet, const struct lesson *lesson, struct text *out)
{
	bool is_held = lesson->cancellation == LESSON_HELD;

	text_add(out, "<div>");
	sheet_write_mark(sheet, lesson, is_held, out);
	text_add(out, is_held ? "<b>" : "<s>");
	html_text_add(out, lesson->title);
	text_add(out, is_held ? "</b> <span class=\"at\">" : "</s> <span class=\"at\">");
	sheet_write_times(sheet_times_of(lesson), out);
	text_add(out, "</span> <span class=\"at\">");
	html_text_add(out, lesson->class_name);
	text_add(out, "</span></div>");
}

static void
write_pair(const struct sheet *sheet, const struct sheet_week *week,
	const struct timetable_pair *pair, struct text *out)
{
	text_add(out, "<tr><th class=\"row\">");
	html_text_add(out, pair->lead->name);
	for (size_t i = 0; i < pair->assisted_count; i++) {
		text_add(out, " + ");
		html_text_add(out, pair->assisted[i]->name);
	}
	text_add(out, "</th>");
	for (int day = 0; day < SHEET_DAYS; day++) {
		if (!week->is_shown[day])
			continue;
		text_add(out, week->days[day].is_taught ? "<td>" : "<td class=\"none\">");
		for (size_t i = 0; i < sheet->lessons->count; i++) {
			const struct lesson *lesson = &sheet->lessons->lessons[i];

			if (lesson->rule != NULL && lesson->rule->pair == pair &&
				lesson->date.days == sheet->monday.days + day)
				write_pair_lesson(sheet, lesson, out);
		}
		text_add(out, "</td>");
	}
	text_add(out, "</tr>\n");
}

static void
write_county(const struct sheet *sheet, const struct lesson *const *lessons, size_t count,
	struct text *out)
{
	const struct timetable *timetable = sheet->timetable;
	struct sheet_week week = sheet_week_make(sheet, NULL, lessons, count);

	text_add(out, "<section class=\"county\">\n");
	sheet_write_heading(sheet, timetable->policies.county, WORD_MASTER_TIMETABLE, NULL, out);
	sheet_write_weekdays(sheet, &week, WORD_PAIR, out);
	for (size_t i = 0; i < timetable->pair_count; i++)
		write_pair(sheet, &week, &timetable->pairs[i], out);
	text_add(out, "</tbody></table>\n</section>\n");
}

void
sheet_write(const struct sheet *sheet, const struct timetable_school *school, struct text *out)
{
	const struct timetable *timetable = sheet->timetable;
	const struct lesson **lessons = calloc(sheet->lessons->count + 1, sizeof(*lessons));
	size_t count;

	if (lessons == NULL) {
		out->result = -ENOMEM;
		return;
	}
	html_text_begin(out, sheet->language,
		(const char *const[]){school != NULL ? school->name : timetable->policies.county,
			word_get(sheet->language, WORD_WEEKLY_TIMETABLE)},
		style);
	count = lessons_of(sheet, school, lessons);
	if (school != NULL) {
		sheet_write_school(sheet, school, lessons, count, out);
	} else {
		write_county(sheet, lessons, count, out);
		for (size_t i = 0; i < timetable->school_count; i++) {
			count = lessons_of(sheet, &timetable->schools[i], lessons);
			if (count > 0)
				sheet_write_school(
					sheet, &timetable->schools[i], lessons, count, out);
		}
	}
	html_text_end(out);
	free(lessons);
}
