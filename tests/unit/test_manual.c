/* SPDX-License-Identifier: BSD-3-Clause */
// test_manual.c - what people enter is taken whole, or refused with the field that is wrong.
#include "../support/timetable_fixture.h"

#include "ledger/manual.h"

static struct timetable *timetable;
static struct manual_entry made;
static char error[MANUAL_ERROR_BYTES];
static const char *fields[MANUAL_FIELD_COUNT];

static void
setup(void)
{
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	timetable = fixture_timetable(TIMETABLE_CALENDAR, "date,kind\n2024-09-02,week1\n");
	memset(fields, 0, sizeof fields);
	fields[MANUAL_DATE] = "2024-10-08";
	fields[MANUAL_FORM] = "visit";
	fields[MANUAL_PAIR] = "wuxi-houren";
}

static void
teardown(void)
{
	timetable_release(timetable);
}

static int
enter(void)
{
	return manual_read(
		timetable, fields, "office", fixture_wall("2024-10-10", "08:00"), &made, error);
}

// With one field another; back again.
static void
expect_refused(enum manual_field field, const char *value)
{
	const char *kept = fields[field];
	char begins[32];
	fields[field] = value;
	ck_assert_int_eq(enter(), -EINVAL);
	snprintf(begins, sizeof begins, "%s: ", manual_columns[field].name);
	ck_assert_msg(strncmp(error, begins, strlen(begins)) == 0, "%s", error);
	fields[field] = kept;
}

START_TEST(a_row_has_what_was_given_and_its_pairs_schools)
{
	fields[MANUAL_HEADCOUNT] = "35";
	fields[MANUAL_TEACHER] = "王老师";
	fields[MANUAL_TIMES] = "09:20-10:05";
	ck_assert_msg(enter() == 0, "%s", error);
	const struct ledger_entry *entry = &made.entry;
	ck_assert_int_eq(entry->kind, LEDGER_MANUAL);
	ck_assert_str_eq(entry->author, "office");
	ck_assert_str_eq(entry->date, "2024-10-08");
	ck_assert_str_eq(entry->lead_name, "巫溪中心小学");
	ck_assert_str_eq(entry->assisted, "houren");
	ck_assert_str_eq(entry->scope, "county");
	ck_assert_str_eq(entry->teacher, "王老师");
	ck_assert_str_eq(entry->lesson, "");
	ck_assert_int_eq(entry->headcount, 35);
	ck_assert_int_eq(entry->planned_start.ms, fixture_wall("2024-10-08", "09:20").ms);
	ck_assert_uint_eq(entry->live_minutes, 45);
	ck_assert_int_eq(entry->verdict, LEDGER_DELIVERED);
	fields[MANUAL_FORM] = "working_day";
	fields[MANUAL_MINUTES] = "300";
	ck_assert_int_eq(enter(), 0);
	ck_assert_int_eq(made.entry.verdict, LEDGER_NO_VERDICT);
	ck_assert_uint_eq(made.entry.live_minutes, 300);
}
END_TEST

START_TEST(two_schools_stand_for_a_pair)
{
	fields[MANUAL_PAIR] = NULL;
	fields[MANUAL_LEAD] = "jian";
	fields[MANUAL_ASSISTED] = "wuxi";
	ck_assert_int_eq(enter(), 0);
	ck_assert_str_eq(made.entry.pair, "");
	ck_assert_str_eq(made.entry.scope, "city");
	fields[MANUAL_ASSISTED] = NULL;
	ck_assert_int_eq(enter(), -EINVAL);
	ck_assert_str_eq(error, "assisted: it is missing");
}
END_TEST

START_TEST(what_is_wrong_is_named_by_its_field)
{
	char text[TIMETABLE_TEXT_BYTES_MAX + 1];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	expect_refused(MANUAL_DATE, NULL);
	expect_refused(MANUAL_DATE, "8.10.2024");
	expect_refused(MANUAL_DATE, "2024-10-11");
	expect_refused(MANUAL_FORM, "");
	expect_refused(MANUAL_FORM, "party");
	expect_refused(MANUAL_PAIR, NULL);
	expect_refused(MANUAL_PAIR, "nobody");
	expect_refused(MANUAL_LEAD, "jian");
	expect_refused(MANUAL_ASSISTED, "jian");
	expect_refused(MANUAL_HEADCOUNT, "many");
	expect_refused(MANUAL_HEADCOUNT, "-1");
	expect_refused(MANUAL_HEADCOUNT, "100001");
	expect_refused(MANUAL_TIMES, "10:05-09:20");
	expect_refused(MANUAL_TIMES, "9:20-10:05");
	expect_refused(MANUAL_TIMES, "09:20-10:65");
	expect_refused(MANUAL_MINUTES, "1441");
	expect_refused(MANUAL_VERDICT, "good");
	expect_refused(MANUAL_TITLE, text);
	expect_refused(MANUAL_TITLE, "a\nb");
	fields[MANUAL_PAIR] = "three";
	expect_refused(MANUAL_ASSISTED, NULL);
	fields[MANUAL_ASSISTED] = "jian";
	ck_assert_int_eq(enter(), 0);
	ck_assert_str_eq(made.entry.assisted_name, "建设小学");
}
END_TEST

START_TEST(a_correction_is_the_row_with_other_fields)
{
	struct manual_entry row;
	struct wall_time now = fixture_wall("2024-10-10", "09:00");
	fields[MANUAL_TITLE] = "古诗";
	ck_assert_int_eq(enter(), 0);
	row = made;
	row.entry.date = row.date;
	row.entry.number = 7;
	memset(fields, 0, sizeof fields);
	fields[MANUAL_HEADCOUNT] = "40";
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), -EINVAL);
	ck_assert_int_eq(strncmp(error, "reason: ", 8), 0);
	fields[MANUAL_REASON] = "数错了";
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), 0);
	ck_assert_int_eq(made.entry.kind, LEDGER_CORRECTION);
	ck_assert_int_eq(made.entry.corrects, 7);
	ck_assert_str_eq(made.entry.author, "zhang");
	ck_assert_str_eq(made.entry.title, "古诗");
	ck_assert_int_eq(made.entry.headcount, 40);
	ck_assert_int_eq(made.entry.written_at.ms, now.ms);
	fields[MANUAL_HEADCOUNT] = NULL;
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), -EINVAL);
	fields[MANUAL_PAIR] = "three";
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), -EINVAL);
	ck_assert_int_eq(strncmp(error, "pair: ", 6), 0);
	fields[MANUAL_PAIR] = NULL;
	fields[MANUAL_DATE] = "2024-10-09";
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), 0);
	ck_assert_str_eq(made.entry.date, "2024-10-09");
	// When a lesson was is the timetable's to say; a gap is no lesson.
	row.entry.lesson = "chinese-tue/2024-10-08";
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), -EINVAL);
	ck_assert_int_eq(strncmp(error, "date: ", 6), 0);
	row.entry.kind = LEDGER_GAP;
	ck_assert_int_eq(manual_correct(&row.entry, fields, "zhang", now, &made, error), -EINVAL);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_row_has_what_was_given_and_its_pairs_schools,
		two_schools_stand_for_a_pair, what_is_wrong_is_named_by_its_field,
		a_correction_is_the_row_with_other_fields};
	Suite *suite = suite_create("manual");
	TCase *test_case = tcase_create("manual");
	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
