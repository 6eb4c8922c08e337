// SPDX-License-Identifier: BSD-3-Clause
// sheet_school.c - a school's page of a weekly sheet: its periods by weekdays, with its bells.
#include <stdbool.h>

#include "timetable/html_text.h"
#include "timetable/lessons_list.h"
#include "timetable/sheet_internal.h"

#define CELL_LINES 5 // of a lesson, when its lines wrap
#define ROW_LINES_MIN 2
#define LARGE_LINES_MAX 30 // of a page
#define MIDDLE_LINES_MAX 40

struct grid {
	const struct sheet *sheet;
	const struct timetable_school *school;
	const struct lesson *const *lessons;
	size_t count;
	struct sheet_week week;
	// By weekday and period; end_s 0 where there is none.
	struct bell_interval bells[SHEET_DAYS][TIMETABLE_PERIOD_MAX + 1];
};

// Everyone's bells; where there are none, an audience's.
static void
bells_fill(struct grid *grid, int day)
{
	const struct bell_table *tables;
	size_t count = bell_tables_find(grid->sheet->timetable, grid->school,
		grid->week.days[day].bells, civil_date_add(grid->sheet->monday, day), &tables);

	for (size_t i = 0; i < count; i++) {
		for (int period = 1; period <= TIMETABLE_PERIOD_MAX; period++) {
			if (grid->bells[day][period].end_s == 0)
				grid->bells[day][period] = tables[i].periods[period];
		}
	}
}

static int32_t
shared_s(struct bell_interval a, struct bell_interval b)
{
	int32_t start_s = a.start_s > b.start_s ? a.start_s : b.start_s;
	int32_t end_s = a.end_s < b.end_s ? a.end_s : b.end_s;

	return end_s > start_s ? end_s - start_s : 0;
}

// The row of a lesson: the school's period that the rule names, unless the lesson is held when that
// is not; then the one that it shares most with. 0 = none.
static int
period_of(const struct grid *grid, const struct lesson *lesson)
{
	const struct bell_interval *bells =
		grid->bells[lesson->date.days - grid->sheet->monday.days];
	struct bell_interval times = sheet_times_of(lesson);
	bool is_held;
	int best = lesson_part_of(lesson, grid->school, &is_held)->period;
	int32_t best_s = shared_s(bells[best], times);

	if (best != 0 && (best_s > 0 || bells[best].end_s == 0))
		return best;
	best = 0;
	for (int period = 1; period <= TIMETABLE_PERIOD_MAX; period++) {
		if (shared_s(bells[period], times) > best_s) {
			best = period;
			best_s = shared_s(bells[period], times);
		}
	}
	return best;
}

static bool
is_in_cell(const struct grid *grid, const struct lesson *lesson, int day, int period)
{
	return lesson->date.days == grid->sheet->monday.days + day &&
	       period_of(grid, lesson) == period;
}

static size_t
cell_count(const struct grid *grid, int day, int period)
{
	size_t count = 0;

	for (size_t i = 0; i < grid->count; i++)
		count += is_in_cell(grid, grid->lessons[i], day, period);
	return count;
}

static bool
row_is_shown(const struct grid *grid, int period)
{
	for (int day = 0; day < SHEET_DAYS; day++) {
		if (grid->week.is_shown[day] && grid->bells[day][period].end_s != 0)
			return true;
		if (cell_count(grid, day, period) > 0)
			return true;
	}
	return false;
}

// The larger, the better to read from the wall, as long as the page stays one.
static const char *
size_of(const struct grid *grid)
{
	size_t lines = 0;

	for (int period = 0; period <= TIMETABLE_PERIOD_MAX; period++) {
		size_t most = 0;

		if (!row_is_shown(grid, period))
			continue;
		for (int day = 0; day < SHEET_DAYS; day++) {
			size_t count = cell_count(grid, day, period);

			most = count > most ? count : most;
		}
		lines += most > 0 ? most * CELL_LINES : ROW_LINES_MIN;
	}
	return lines <= LARGE_LINES_MAX ? "large" : lines <= MIDDLE_LINES_MAX ? "middle" : "dense";
}

// Whose bells are worth telling: a day off rings none that matter.
static bool
rings(const struct grid *grid, int day, int period)
{
	return grid->week.is_shown[day] && grid->week.days[day].kind != CALENDAR_OFF &&
	       grid->bells[day][period].end_s != 0;
}

static bool
bells_equal(struct bell_interval a, struct bell_interval b)
{
	return a.start_s == b.start_s && a.end_s == b.end_s;
}

// The last of the days from `first` on that have the same bells; *next_out is the next one that
// rings otherwise, or SHEET_DAYS.
static int
run_end(const struct grid *grid, int first, int period, int *next_out)
{
	int last = first;
	int next;

	for (next = first + 1; next < SHEET_DAYS; next++) {
		if (!rings(grid, next, period))
			continue;
		if (!bells_equal(grid->bells[next][period], grid->bells[first][period]))
			break;
		last = next;
	}
	*next_out = next;
	return last;
}

// When the period is; where the bells change within the week, from which to which weekday.
static void
write_row_bells(const struct grid *grid, int period, struct text *out)
{
	enum language language = grid->sheet->language;
	bool is_first = true;
	int next;

	for (int day = 0; day < SHEET_DAYS; day = next) {
		int last;

		next = day + 1;
		if (!rings(grid, day, period))
			continue;
		last = run_end(grid, day, period, &next);
		text_add(out, "<small>");
		if (!is_first || next < SHEET_DAYS) {
			text_add(out, word_weekday_short(language, day + 1));
			if (last > day)
				text_add_format(out, "–%s", word_weekday_short(language, last + 1));
			text_add(out, " ");
		}
		sheet_write_times(grid->bells[day][period], out);
		text_add(out, "</small>");
		is_first = false;
	}
}

// Its own part, and with whom.
static void
write_partners(const struct grid *grid, const struct lesson *lesson, enum lesson_role own,
	struct text *out)
{
	static const enum word roles[] = {
		[LESSON_LEAD] = WORD_LEADS,
		[LESSON_ASSIST] = WORD_ASSISTS,
		[LESSON_LISTEN] = WORD_LISTENS,
	};
	const char *between = " · ";

	text_add_format(out, "<br>%s", word_get(grid->sheet->language, roles[own]));
	for (size_t i = 0; i < lesson->part_count; i++) {
		if (lesson->parts[i].school == grid->school)
			continue;
		text_add(out, between);
		html_text_add(out, lesson->parts[i].school->name);
		between = grid->sheet->language == LANGUAGE_CHINESE ? "、" : ", ";
	}
}

static void
write_facts(const struct lesson *lesson, const struct lesson_part *part, struct text *out)
{
	const char *const facts[] = {lesson->class_name, lesson->teacher, part->endpoint->room};
	const char *between = "<br>";

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		if (facts[i][0] == '\0')
			continue;
		text_add(out, between);
		html_text_add(out, facts[i]);
		between = " · ";
	}
}

// Whether its times are not those of the school's own period.
static bool
differs(const struct grid *grid, const struct lesson *lesson)
{
	int day = lesson->date.days - grid->sheet->monday.days;

	return !bells_equal(sheet_times_of(lesson), grid->bells[day][period_of(grid, lesson)]);
}

static void
write_lesson(const struct grid *grid, const struct lesson *lesson, struct text *out)
{
	bool is_held;
	const struct lesson_part *part = lesson_part_of(lesson, grid->school, &is_held);

	text_add(out, "<div>");
	sheet_write_mark(grid->sheet, lesson, is_held, out);
	text_add(out, is_held ? "<b>" : "<s>");
	html_text_add(out, lesson->title);
	text_add(out, is_held ? "</b> " : "</s> ");
	text_add(
		out, differs(grid, lesson) ? "<span class=\"at differs\">" : "<span class=\"at\">");
	sheet_write_times(sheet_times_of(lesson), out);
	text_add(out, "</span>");
	write_partners(grid, lesson, part->role, out);
	if (lesson->form != FORM_SYNCHRONOUS)
		text_add_format(out, "<br>%s", word_form(grid->sheet->language, lesson->form));
	write_facts(lesson, part, out);
	text_add(out, "</div>");
}

static void
write_row(const struct grid *grid, int period, struct text *out)
{
	enum language language = grid->sheet->language;

	text_add(out, "<tr><th class=\"row\">");
	if (period == 0)
		text_add(out, word_get(language, WORD_OTHER_TIMES));
	else if (language == LANGUAGE_CHINESE)
		text_add_format(out, "第%d节", period);
	else
		text_add_format(out, "%s %d", word_get(language, WORD_PERIOD), period);
	write_row_bells(grid, period, out);
	text_add(out, "</th>");
	for (int day = 0; day < SHEET_DAYS; day++) {
		if (!grid->week.is_shown[day])
			continue;
		text_add(out, grid->week.days[day].is_taught ? "<td>" : "<td class=\"none\">");
		for (size_t i = 0; i < grid->count; i++) {
			if (is_in_cell(grid, grid->lessons[i], day, period))
				write_lesson(grid, grid->lessons[i], out);
		}
		text_add(out, "</td>");
	}
	text_add(out, "</tr>\n");
}

void
sheet_write_school(const struct sheet *sheet, const struct timetable_school *school,
	const struct lesson *const *lessons, size_t count, struct text *out)
{
	struct grid grid = {
		.sheet = sheet,
		.school = school,
		.lessons = lessons,
		.count = count,
		.week = sheet_week_make(sheet, school, lessons, count),
	};

	for (int day = 0; day < SHEET_DAYS; day++)
		bells_fill(&grid, day);
	text_add_format(out, "<section class=\"%s\">\n", size_of(&grid));
	sheet_write_heading(sheet, school->name, WORD_WEEKLY_TIMETABLE, school, out);
	if (count == 0)
		text_add_format(out, "<p>%s</p>\n", word_get(sheet->language, WORD_NO_LESSONS));
	sheet_write_weekdays(sheet, &grid.week, WORD_PERIOD, out);
	for (int period = 1; period <= TIMETABLE_PERIOD_MAX; period++) {
		if (row_is_shown(&grid, period))
			write_row(&grid, period, out);
	}
	if (row_is_shown(&grid, 0))
		write_row(&grid, 0, out);
	text_add(out, "</tbody></table>\n");
	for (size_t i = 0; i < count; i++) {
		if (differs(&grid, lessons[i])) {
			text_add_format(
				out, "<p>%s</p>\n", word_get(sheet->language, WORD_DIFFERS));
			break;
		}
	}
	text_add(out, "</section>\n");
}
