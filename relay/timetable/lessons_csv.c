// SPDX-License-Identifier: BSD-3-Clause
// lessons_csv.c - dated lessons and weekly rules as tables that a spreadsheet opens.
#include "timetable/lessons_csv.h"

#include "timetable/csv_text.h"
#include "timetable/lessons_list.h"
#include "timetable/readers.h"

static void
write_cell(const char *value, struct text *out)
{
	csv_text_add_guarded(out, value);
	text_add(out, ",");
}

static void
write_clock(struct wall_time at, struct text *out)
{
	int second = civil_second_of(at);

	text_add_format(out, "%02d:%02d", second / 3600, second / 60 % 60);
	if (second % 60 != 0)
		text_add_format(out, ":%02d", second % 60);
	text_add(out, ",");
}

// The schools of a role, or their rooms, "a;b".
static void
write_parts(const struct lesson *lesson, enum lesson_role role, struct text *out)
{
	struct text list = {0};

	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson_part *part = &lesson->parts[i];

		if (part->role != role)
			continue;
		text_add_format(&list, "%s%s", list.count > 0 ? ";" : "", part->school->name);
		if (part->endpoint->room[0] != '\0')
			text_add_format(&list, " (%s)", part->endpoint->room);
	}
	if (list.result != 0)
		out->result = list.result;
	write_cell(list.bytes != NULL ? list.bytes : "", out);
	text_fini(&list);
}

static void
write_lesson(
	const struct plan_exceptions *exceptions, const struct lesson *lesson, struct text *out)
{
	bool is_cancelled = lesson->cancellation != LESSON_HELD;
	bool is_moved = lesson_is_moved(exceptions, lesson);
	char date[CIVIL_DATE_BYTES];

	civil_date_format(lesson->date, date);
	text_add_format(out, "%s,%d,", date, civil_weekday(lesson->date));
	write_clock(lesson->start, out);
	write_clock(lesson->end, out);
	text_add(out, is_cancelled ? "cancelled," : is_moved ? "moved," : "planned,");
	text_add_format(
		out, "%s,", is_cancelled ? lesson_cancellation_name(lesson->cancellation) : "");
	write_cell(lesson->title, out);
	write_cell(lesson->class_name, out);
	write_cell(lesson->teacher, out);
	write_cell(lesson_form_name(lesson->form), out);
	write_parts(lesson, LESSON_LEAD, out);
	write_parts(lesson, LESSON_ASSIST, out);
	write_parts(lesson, LESSON_LISTEN, out);
	write_cell(lesson->rule != NULL ? lesson->rule->pair->id : "", out);
	if (lesson->term_week != 0)
		text_add_format(out, "%u", lesson->term_week);
	civil_date_format(lesson->planned, date);
	text_add_format(out, ",%s,", date);
	csv_text_add_field(out, lesson->id);
	text_add(out, "\r\n");
}

void
lessons_csv_write(
	const struct lesson_list *list, const struct plan_exceptions *exceptions, struct text *out)
{
	text_add(out, CSV_TEXT_MARK "date,weekday,begins,ends,status,reason,subject,class,"
				    "teacher,form,lead,assisted,listeners,pair,term_week,"
				    "planned_date,lesson\r\n");
	for (size_t i = 0; i < list->count; i++)
		write_lesson(exceptions, &list->lessons[i], out);
}

void
lessons_csv_write_rules(const struct timetable *timetable, struct text *out)
{
	const struct csv_table *table = &timetable->tables[TIMETABLE_RULES];

	text_add(out, CSV_TEXT_MARK);
	for (size_t i = 0; i < rules_column_count; i++)
		text_add_format(out, "%s%s", i > 0 ? "," : "", rules_columns[i].name);
	text_add(out, "\r\n");
	for (size_t row = 0; row < table->count; row++) {
		for (size_t i = 0; i < rules_column_count; i++) {
			if (i > 0)
				text_add(out, ",");
			csv_text_add_field(out, table->rows[row].fields[i]);
		}
		text_add(out, "\r\n");
	}
}
