/* SPDX-License-Identifier: BSD-3-Clause */
// test_calendar.c - terms, days off and make-up days: the real October of 2024, the working
// weekends of 2026, and what contradicts itself.
#include "../support/plan_scene.h"

#define CALENDAR "date,kind,runs_as,note,school,bells\n"
#define RULES "rule,pair,weekday,period,weeks,subject,governing_bell\n"

// The rows of a file as text, with `more` at the end of each; the first row gets `first`.
static size_t
rows_append(char *text, size_t bytes, const char *path, const char *first, const char *more)
{
	char *rows = fixture_read(path);
	size_t count = strlen(text);

	for (char *line = strtok(rows, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
		count += (size_t)snprintf(
			text + count, bytes - count, "%s%s\n", line, first != NULL ? first : more);
		first = NULL;
	}
	ck_assert_uint_lt(count, bytes);
	free(rows);
	return count;
}

static struct timetable *
golden_week(void)
{
	static char bells[16384], rules[4096];
	char *calendar = fixture_read("tests/data/week-2024-10-calendar.csv");
	char *winter = fixture_read("tests/data/bells-2024-winter.csv");
	struct timetable *timetable;

	bells[0] = rules[0] = '\0';
	rows_append(bells, sizeof(bells), "tests/data/bells-2024-summer-example.csv", NULL, "");
	strcat(bells, strchr(winter, '\n') + 1);
	rows_append(
		rules, sizeof(rules), "tests/data/week-2024-10-rules.csv", ",pair", ",wuxi-houren");
	timetable =
		scene_make(&(struct scene){.bells = bells, .rules = rules, .calendar = calendar});
	free(winter);
	free(calendar);
	return timetable;
}

START_TEST(the_golden_week_of_october_2024_is_exactly_as_expected)
{
	struct timetable *timetable = golden_week();
	char *expected = fixture_read("tests/data/week-2024-10-expected.csv");
	char *line = strtok(expected, "\r\n");
	struct lesson_list list;
	size_t count = 0;

	ck_assert_str_eq(line, "date,term_week,rule,subject,start,end");
	ck_assert_int_eq(timetable_expand(timetable, NULL, fixture_date("2024-10-01"),
				 fixture_date("2024-10-13"), &list),
		0);
	for (; (line = strtok(NULL, "\r\n")) != NULL; count++) {
		const struct lesson *lesson = &list.lessons[count];
		char text[256], date[CIVIL_DATE_BYTES], start[16], end[16];

		ck_assert_uint_lt(count, list.count);
		civil_date_format(lesson->date, date);
		scene_clock(lesson->start, start);
		scene_clock(lesson->end, end);
		snprintf(text, sizeof(text), "%s,%u,%s,%s,%s,%s", date, lesson->term_week,
			lesson->rule->id, lesson->subject, start, end);
		ck_assert_str_eq(text, line);
	}
	ck_assert_uint_eq(count, 5);
	ck_assert_uint_eq(list.count, count);
	lesson_list_fini(&list);
	free(expected);
	timetable_release(timetable);
}
END_TEST

START_TEST(the_8th_of_october_still_rings_by_the_old_table)
{
	struct timetable *timetable = golden_week();

	// Wednesday 9 October is the first day of the winter table: period 4 moves 30 minutes.
	scene_check(timetable, NULL, "2024-10-08", "2024-10-09",
		"chinese-tue/2024-10-08 09:20-10:05 wuxi-1+houren-1\n"
		"english-wed/2024-10-09 13:20-14:00 wuxi-1+houren-1",
		"");
	scene_check(timetable, NULL, "2024-09-25", "2024-09-25",
		"english-wed/2024-09-25 13:50-14:30 wuxi-1+houren-1", "");
	timetable_release(timetable);
}
END_TEST

START_TEST(nothing_is_held_before_the_first_week_nor_on_a_day_off)
{
	struct timetable *timetable = golden_week();

	scene_check(timetable, NULL, "2024-08-26", "2024-09-01", "", "");
	scene_check(timetable, NULL, "2024-09-02", "2024-09-02",
		"chinese-mon/2024-09-02 08:30-09:10 wuxi-1+houren-1", "");
	scene_check(timetable, NULL, "2024-10-01", "2024-10-07", "", "");
	timetable_release(timetable);
}
END_TEST

static const char daily[] = RULES "mo,wuxi-houren,1,1,all,a,\ntu,wuxi-houren,2,1,all,a,\n"
				  "we,wuxi-houren,3,1,all,a,\nth,wuxi-houren,4,1,all,a,\n"
				  "fr,wuxi-houren,5,1,all,a,\nsa,wuxi-houren,6,1,all,a,\n"
				  "su,wuxi-houren,7,1,all,a,\n";

// The State Council's working weekends of 2026; whose lessons they run is made up.
static const struct {
	const char *date;
	const char *before; // 15 days before it
	const char *from;   // 14 days before it
	const char *after;
	const char *runs_as;
	const char *rule;
} weekends[] = {
	{"2026-01-04", "2025-12-20", "2025-12-21", "2026-01-05", "2026-01-02", "fr"},
	{"2026-02-14", "2026-01-30", "2026-01-31", "2026-02-15", "2026-02-18", "we"},
	{"2026-02-28", "2026-02-13", "2026-02-14", "2026-03-01", "2026-02-20", "fr"},
	{"2026-05-09", "2026-04-24", "2026-04-25", "2026-05-10", "2026-05-05", "tu"},
	{"2026-09-20", "2026-09-05", "2026-09-06", "2026-09-21", "2026-10-06", "tu"},
	{"2026-10-10", "2026-09-25", "2026-09-26", "2026-10-11", "2026-10-07", "we"},
};

static size_t
alarms_on(const struct timetable *timetable, const char *today, const char *date)
{
	struct calendar_alarm alarms[8];
	size_t count = calendar_alarms(timetable, fixture_date(today), alarms, 8);
	size_t found = 0;

	ck_assert_uint_le(count, 8);
	for (size_t i = 0; i < count; i++)
		found += alarms[i].date.days == fixture_date(date).days;
	return found;
}

START_TEST(an_unmapped_working_weekend_of_2026_raises_an_alarm_and_opens_nothing)
{
	char calendar[1024] = CALENDAR "2025-12-15,week1,,,,\n";
	struct timetable *timetable;

	for (size_t i = 0; i < 6; i++)
		sprintf(calendar + strlen(calendar), "%s,work,,,,\n", weekends[i].date);
	timetable = scene_make(&(struct scene){.rules = daily, .calendar = calendar});
	scene_check(timetable, NULL, weekends[_i].date, weekends[_i].date, "", "");
	ck_assert_uint_eq(alarms_on(timetable, weekends[_i].before, weekends[_i].date), 0);
	ck_assert_uint_eq(alarms_on(timetable, weekends[_i].from, weekends[_i].date), 1);
	ck_assert_uint_eq(alarms_on(timetable, weekends[_i].date, weekends[_i].date), 1);
	ck_assert_uint_eq(alarms_on(timetable, weekends[_i].after, weekends[_i].date), 0);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_mapped_working_weekend_of_2026_runs_its_source_s_weekday)
{
	char calendar[1024] = CALENDAR "2025-12-15,week1,,,,\n";
	struct timetable *timetable;
	char held[128];

	for (size_t i = 0; i < 6; i++)
		sprintf(calendar + strlen(calendar), "%s,work,%s,,,\n%s,off,,,,\n",
			weekends[i].date, weekends[i].runs_as, weekends[i].runs_as);
	timetable = scene_make(&(struct scene){.rules = daily, .calendar = calendar});
	snprintf(held, sizeof(held), "%s/%s 08:30-09:10 wuxi-1+houren-1", weekends[_i].rule,
		weekends[_i].date);
	scene_check(timetable, NULL, weekends[_i].date, weekends[_i].date, held, "");
	scene_check(timetable, NULL, weekends[_i].runs_as, weekends[_i].runs_as, "", "");
	ck_assert_uint_eq(alarms_on(timetable, weekends[_i].from, weekends[_i].date), 0);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_working_weekend_in_the_holidays_raises_no_alarm)
{
	struct timetable *timetable = scene_make(&(struct scene){.rules = daily,
		.calendar = CALENDAR "2025-09-01,week1,,,,\n2026-01-30,end,,,,\n"
				     "2026-02-14,work,,,,\n2026-03-02,week1,,,,\n"
				     "2026-02-28,work,,,,\n"});

	scene_check(timetable, NULL, "2026-01-31", "2026-03-01", "", "");
	ck_assert_uint_eq(alarms_on(timetable, "2026-02-10", "2026-02-14"), 0);
	ck_assert_uint_eq(alarms_on(timetable, "2026-02-20", "2026-02-28"), 0);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_school_s_alarm_names_it_and_the_county_s_stands_for_all)
{
	struct timetable *timetable = scene_make(&(struct scene){.rules = daily,
		.calendar = CALENDAR "2025-09-01,week1,,,,\n2026-01-04,work,,,,\n"
				     "2026-01-04,work,2026-01-02,,wuxi,\n"
				     "2026-01-05,off,,,jian,\n2026-01-11,work,,,houren,\n"});
	struct calendar_alarm alarms[2];

	ck_assert_uint_eq(calendar_alarms(timetable, fixture_date("2026-01-01"), alarms, 2), 2);
	ck_assert_ptr_null(alarms[0].school);
	ck_assert_uint_eq(alarms[0].line, 3);
	ck_assert_str_eq(alarms[1].school->id, "houren");
	ck_assert_int_eq(alarms[1].date.days, fixture_date("2026-01-11").days);
	ck_assert_uint_eq(alarms[1].line, 6);
	// Two are told of even where there is room for none.
	ck_assert_uint_eq(calendar_alarms(timetable, fixture_date("2026-01-01"), NULL, 0), 2);
	timetable_release(timetable);
}
END_TEST

START_TEST(weeks_count_from_the_term_s_monday_and_holidays_count_too)
{
	struct timetable *timetable = scene_make(&(struct scene){.rules = daily,
		.calendar = CALENDAR "2025-09-01,week1,,,,\n2026-01-30,end,,,,\n"
				     "2026-03-02,week1,,,,\n2025-10-06,off,,,,\n"
				     "2025-10-11,work,2025-10-06,,,\n"});
	static const struct {
		const char *date;
		unsigned week;
	} weeks[] = {
		{"2025-08-31", 0},
		{"2025-09-01", 1},
		{"2025-09-07", 1},
		{"2025-09-08", 2},
		{"2025-10-06", 6},
		{"2025-10-11", 6},
		{"2025-10-13", 7},
		{"2026-01-30", 22},
		{"2026-01-31", 0},
		{"2026-03-01", 0},
		{"2026-03-02", 1},
	};

	for (size_t i = 0; i < sizeof(weeks) / sizeof(weeks[0]); i++)
		ck_assert_msg(
			calendar_day_get(timetable, NULL, fixture_date(weeks[i].date)).term_week ==
				weeks[i].week,
			"%s", weeks[i].date);
	timetable_release(timetable);
}
END_TEST

START_TEST(odd_and_even_weeks_and_week_lists_are_of_the_term_not_of_the_year)
{
	struct timetable *timetable = scene_make(&(struct scene){
		.rules = RULES "odd,wuxi-houren,2,1,odd,a,\neven,wuxi-houren,2,2,even,a,\n"
			       "list,wuxi-houren,2,3,\"2-16双,1\",a,\n",
		// ISO week 36: even, but the term's first.
		.calendar = CALENDAR "2024-09-02,week1,,,,\n"});

	scene_check(timetable, NULL, "2024-09-02", "2024-09-10",
		"odd/2024-09-03 08:30-09:10 wuxi-1+houren-1\n"
		"list/2024-09-03 10:35-11:15 wuxi-1+houren-1\n"
		"even/2024-09-10 09:20-10:05 wuxi-1+houren-1\n"
		"list/2024-09-10 10:35-11:15 wuxi-1+houren-1",
		"");
	timetable_release(timetable);
}
END_TEST

START_TEST(a_make_up_day_takes_the_week_from_its_source_and_the_bells_from_itself)
{
	struct timetable *timetable = scene_make(&(struct scene){
		.rules = RULES "odd,wuxi-houren,2,1,odd,a,\neven,wuxi-houren,2,4,even,a,\n",
		// 8 October, week 6, rings the old table; the 12th, also week 6, the winter one.
		.calendar = CALENDAR "2024-09-02,week1,,,,\n2024-10-12,work,2024-10-08,,,\n"
				     "2024-10-13,work,2024-10-01,,,\n"});

	scene_check(timetable, NULL, "2024-10-08", "2024-10-13",
		"even/2024-10-08 13:50-14:30 wuxi-1+houren-1\n"
		"even/2024-10-12 13:20-14:00 wuxi-1+houren-1\n"
		"odd/2024-10-13 08:30-09:10 wuxi-1+houren-1",
		"");
	timetable_release(timetable);
}
END_TEST

#define TERM "2024-09-02,week1,,,,\n"

START_TEST(lead_off_cancels_and_assisted_off_takes_its_part_only)
{
	struct timetable *timetable = scene_make(&(struct scene){
		.rules = RULES "p,wuxi-houren,2,1,all,a,\nt,three,2,2,all,a,\n"
			       "l,listened,2,3,all,a,08:00-08:40\n",
		.calendar = CALENDAR TERM "2024-10-15,off,,运动会,wuxi,\n"
					  "2024-10-22,exam,,,houren,\n2024-10-29,off,,,jian,\n"
					  "2024-11-05,off,,,,\n2024-11-12,off,,,houren,\n"
					  "2024-11-12,off,,,jian,\n"});

	// wuxi leads p and t and listens to l, whose other schools go on.
	scene_check(timetable, NULL, "2024-10-15", "2024-10-15",
		"l/2024-10-15 08:00-08:40 houren-1+jian-1",
		"p/2024-10-15 08:30-09:10 lead_off\nt/2024-10-15 09:20-10:05 lead_off");
	scene_check(timetable, NULL, "2024-10-22", "2024-10-22",
		"t/2024-10-22 09:20-10:05 wuxi-1+jian-1",
		"l/2024-10-22 08:00-08:40 lead_off\n"
		"p/2024-10-22 08:30-09:10 assisted_off");
	scene_check(timetable, NULL, "2024-10-29", "2024-10-29",
		"p/2024-10-29 08:30-09:10 wuxi-1+houren-1\n"
		"t/2024-10-29 09:20-10:05 wuxi-1+houren-1",
		"l/2024-10-29 08:00-08:40 assisted_off");
	// A day off of the whole county was never planned.
	scene_check(timetable, NULL, "2024-11-05", "2024-11-05", "", "");
	scene_check(timetable, NULL, "2024-11-12", "2024-11-12", "",
		"l/2024-11-12 08:00-08:40 lead_off\np/2024-11-12 08:30-09:10 assisted_off\n"
		"t/2024-11-12 09:20-10:05 assisted_off");
	timetable_release(timetable);
}
END_TEST

START_TEST(a_school_s_rows_come_before_the_county_s)
{
	struct timetable *timetable = scene_make(&(struct scene){.rules = daily,
		.calendar = CALENDAR TERM
		"2024-10-07,off,,,,\n2024-10-07,work,2024-10-07,,wuxi,\n"
		"2024-10-08,off,,,,\n2024-10-08,work,2024-10-08,,wuxi,\n"
		"2024-10-08,work,2024-10-08,,houren,\n"
		"2024-10-12,work,2024-10-09,,,\n2024-10-12,work,2024-10-10,,houren,\n"});

	// wuxi alone is there on the 7th; both are on the 8th; on the 12th each runs another day.
	scene_check(timetable, NULL, "2024-10-07", "2024-10-08",
		"tu/2024-10-08 08:30-09:10 wuxi-1+houren-1",
		"mo/2024-10-07 08:30-09:10 assisted_off");
	scene_check(timetable, NULL, "2024-10-12", "2024-10-12", "",
		"we/2024-10-12 08:30-09:10 assisted_off");
	timetable_release(timetable);
}
END_TEST

START_TEST(a_school_of_another_county_has_terms_of_its_own)
{
	struct timetable *timetable = scene_make(&(struct scene){
		.rules = RULES "w,wuxi-houren,2,1,odd,a,\nl,listened,2,3,even,a,08:00-08:40\n",
		.calendar = CALENDAR TERM "2025-01-17,end,,,,\n2024-09-09,week1,,,houren,\n"});

	// houren begins a week later, so that its odd weeks are the county's even ones.
	scene_check(timetable, NULL, "2024-09-02", "2024-09-08", "",
		"w/2024-09-03 08:30-09:10 assisted_off");
	scene_check(timetable, NULL, "2024-09-09", "2024-09-22",
		"l/2024-09-17 08:00-08:40 houren-1+jian-1+wuxi-1\n"
		"w/2024-09-17 08:30-09:10 wuxi-1+houren-1",
		"");
	// The county's end is its end too.
	scene_check(timetable, NULL, "2025-01-18", "2025-02-28", "", "");
	timetable_release(timetable);
}
END_TEST

START_TEST(without_terms_every_day_is_ordinary_but_for_its_rows)
{
	struct timetable *timetable = scene_make(&(struct scene){
		.rules = daily, .calendar = CALENDAR "2024-10-07,off,,,,\n2024-10-12,work,,,,\n"});

	scene_check(timetable, NULL, "2024-10-06", "2024-10-08",
		"su/2024-10-06 08:30-09:10 wuxi-1+houren-1\n"
		"tu/2024-10-08 08:30-09:10 wuxi-1+houren-1",
		"");
	scene_check(timetable, NULL, "2024-10-12", "2024-10-12", "", "");
	ck_assert_uint_eq(alarms_on(timetable, "2024-10-06", "2024-10-12"), 1);
	timetable_release(timetable);
}
END_TEST

#define KIND_BELLS                                                                                 \
	"school,effective_from,period,start,end,kind\n"                                            \
	"wuxi,2024-05-01,1,08:00,08:40,\nwuxi,2024-05-01,2,09:00,09:40,\n"                         \
	"wuxi,2024-05-01,1,08:10,08:30,short\nhouren,2024-05-01,1,08:00,08:40,\n"

START_TEST(a_kind_of_day_rings_its_own_bells_and_may_lack_periods)
{
	struct timetable *timetable = scene_make(&(struct scene){.bells = KIND_BELLS,
		.rules = RULES "a,wuxi-houren,2,1,all,a,\nb,wuxi-houren,2,2,all,a,\n"
			       "c,wuxi-houren,2,1,all,a,houren\n",
		.calendar = CALENDAR TERM "2024-10-15,work,2024-10-15,半天,wuxi,short\n"});

	scene_check(timetable, NULL, "2024-10-15", "2024-10-15",
		"c/2024-10-15 08:00-08:40 wuxi-1+houren-1\n"
		"a/2024-10-15 08:10-08:30 wuxi-1+houren-1",
		"b/2024-10-15 09:00-09:40 no_period");
	scene_check(timetable, NULL, "2024-10-22", "2024-10-22",
		"a/2024-10-22 08:00-08:40 wuxi-1+houren-1\n"
		"c/2024-10-22 08:00-08:40 wuxi-1+houren-1\n"
		"b/2024-10-22 09:00-09:40 wuxi-1+houren-1",
		"");
	timetable_release(timetable);
}
END_TEST

START_TEST(the_days_after_a_term_s_end_belong_to_none)
{
	struct timetable *timetable = scene_make(
		&(struct scene){.rules = daily, .calendar = CALENDAR "2024-10-03,end,,,,\n" TERM});

	scene_check(timetable, NULL, "2024-10-03", "2024-10-31",
		"th/2024-10-03 08:30-09:10 wuxi-1+houren-1", "");
	timetable_release(timetable);
}
END_TEST

static const struct {
	const char *calendar;
	unsigned line;
	const char *reason;
} contradictions[] = {
	{"2024-09-03,week1,,,,\n", 2, "week1 2024-09-03 is not a Monday"},
	{"2024-13-03,off,,,,\n", 2, "date '2024-13-03' is not a date"},
	{"2024-10-03,free,,,,\n", 2, "kind 'free' is not week1, end, off, work or exam"},
	{"2024-10-03,off,2024-10-04,,,\n", 2, "only a day of kind 'work' runs another day's"},
	{"2024-10-03,work,2024-10-34,,,\n", 2, "runs_as '2024-10-34' is not a date"},
	{TERM "2024-10-03,off,,,,\n\n2024-10-03,exam,,,,\n", 5,
		"2024-10-03 of the county is already on line 3"},
	{TERM "2024-10-03,off,,,wuxi,\n2024-10-03,off,,,,\n2024-10-03,off,,,wuxi,\n", 5,
		"2024-10-03 of school wuxi is already on line 3"},
	{TERM "2024-09-02,week1,,,,\n", 3, "2024-09-02 of the county is already on line 2"},
	{TERM "2024-10-03,off,,,jiang,\n", 3, "unknown school 'jiang'"},
	{"2024-08-03,end,,,,\n" TERM, 2, "end: no week1 comes before it"},
	{TERM "2025-01-17,end,,,,\n2025-01-20,end,,,,\n", 4, "has ended already by line 3"},
	{TERM "2025-01-17,end,,,,\n2024-10-12,work,2025-01-18,,,\n", 4,
		"2024-10-12 runs as 2025-01-18, which lies outside every term of the county"},
	{TERM "2025-01-17,end,,,,\n2025-01-18,work,2024-10-18,,,\n", 4,
		"make-up day 2025-01-18 lies outside every term of the county"},
	{TERM "2024-10-12,work,2024-10-04,,,\n2024-09-09,week1,,,jian,\n"
	      "2024-10-08,end,,,wuxi,\n2024-10-12,work,2024-10-04,,wuxi,\n",
		6, "make-up day 2024-10-12 lies outside every term of school wuxi"},
	{TERM "2024-09-14,work,2024-09-03,,,\n2024-09-09,week1,,,jian,\n", 3,
		"2024-09-14 runs as 2024-09-03, which lies outside every term of school jian"},
	{TERM "2024-10-12,work,2024-10-13,,,\n2024-10-13,work,2024-10-04,,,\n", 3,
		"2024-10-12 runs as 2024-10-13, which itself runs as 2024-10-04 (line 4)"},
	{TERM "2024-10-12,off,,,,short\n", 3, "bells 'short' on a day of kind 'off'"},
	{TERM "2024-10-12,work,2024-10-04,,,short\n", 3, "no school has bells of that kind in"},
	{"2024-09-02,week1,2024-09-03,,,\n", 2, "a row of kind 'week1' has no runs_as"},
};

START_TEST(a_contradiction_is_named_with_line_and_both_sides)
{
	char calendar[1024];

	snprintf(calendar, sizeof(calendar), CALENDAR "%s", contradictions[_i].calendar);
	scene_refuse(&(struct scene){.rules = daily, .calendar = calendar}, "calendar.csv",
		contradictions[_i].line, contradictions[_i].reason);
}
END_TEST

START_TEST(numbered_weeks_need_a_term)
{
	struct scene scene = {.rules = RULES "r,wuxi-houren,2,1,odd,a,\n"};

	scene_refuse(&scene, "rules.csv", 2,
		"rule 'r': weeks 'odd' count from a term's week 1, but there is no calendar");
	scene.calendar = CALENDAR "2024-10-03,off,,,,\n2024-09-02,week1,,,houren,\n";
	scene_refuse(&scene, "rules.csv", 2, "but calendar.csv has no week1 row for school 'wuxi'");
	scene.calendar = CALENDAR "2024-09-02,week1,,,wuxi,\n";
	timetable_release(scene_make(&scene));
}
END_TEST

START_TEST(a_rung_kind_of_day_must_be_there_for_every_rule_of_the_day)
{
	struct scene scene = {.bells = KIND_BELLS,
		.rules = RULES "a,wuxi-houren,2,1,all,a,\nb,wuxi-houren,3,1,all,a,houren\n",
		.calendar = CALENDAR TERM "2024-10-16,work,2024-10-16,,,short\n"};

	scene_refuse(&scene, "rules.csv", 3,
		"rule 'b' on 2024-10-16: school 'houren' has no bells of kind 'short' in force, "
		"which calendar.csv line 3 rings");
	// On a Tuesday only wuxi's bells govern.
	scene.calendar = CALENDAR TERM "2024-10-15,work,2024-10-15,,,short\n";
	timetable_release(scene_make(&scene));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("calendar");
	TCase *tests = tcase_create("calendar");

	tcase_add_test(tests, the_golden_week_of_october_2024_is_exactly_as_expected);
	tcase_add_test(tests, the_8th_of_october_still_rings_by_the_old_table);
	tcase_add_test(tests, nothing_is_held_before_the_first_week_nor_on_a_day_off);
	tcase_add_loop_test(
		tests, an_unmapped_working_weekend_of_2026_raises_an_alarm_and_opens_nothing, 0, 6);
	tcase_add_loop_test(
		tests, a_mapped_working_weekend_of_2026_runs_its_source_s_weekday, 0, 6);
	tcase_add_test(tests, a_working_weekend_in_the_holidays_raises_no_alarm);
	tcase_add_test(tests, a_school_s_alarm_names_it_and_the_county_s_stands_for_all);
	tcase_add_test(tests, weeks_count_from_the_term_s_monday_and_holidays_count_too);
	tcase_add_test(tests, odd_and_even_weeks_and_week_lists_are_of_the_term_not_of_the_year);
	tcase_add_test(
		tests, a_make_up_day_takes_the_week_from_its_source_and_the_bells_from_itself);
	tcase_add_test(tests, lead_off_cancels_and_assisted_off_takes_its_part_only);
	tcase_add_test(tests, a_school_s_rows_come_before_the_county_s);
	tcase_add_test(tests, a_school_of_another_county_has_terms_of_its_own);
	tcase_add_test(tests, without_terms_every_day_is_ordinary_but_for_its_rows);
	tcase_add_test(tests, a_kind_of_day_rings_its_own_bells_and_may_lack_periods);
	tcase_add_test(tests, the_days_after_a_term_s_end_belong_to_none);
	tcase_add_loop_test(tests, a_contradiction_is_named_with_line_and_both_sides, 0,
		(int)(sizeof(contradictions) / sizeof(contradictions[0])));
	tcase_add_test(tests, numbered_weeks_need_a_term);
	tcase_add_test(tests, a_rung_kind_of_day_must_be_there_for_every_rule_of_the_day);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
