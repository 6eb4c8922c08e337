/* SPDX-License-Identifier: BSD-3-Clause */
// test_bell_notice.c - two schools' published notices become their bells, and slips are refused.
#include "timetable/bell_notice.h"

#include "../support/timetable_fixture.h"

#define DATE_LINE "2024年10月9日起执行\n"

static struct slot_names slots;
static struct bell_notice notice;
static struct file_error error;

static void
slots_read_all(void)
{
	const struct timetable_bytes file = {
		"slots.csv", slot_names_default, strlen(slot_names_default)};

	ck_assert_int_eq(slot_names_read(&file, &slots, &error), 0);
}

static void
slots_free(void)
{
	slot_names_fini(&slots);
}

static int
read_text(const char *text)
{
	const struct timetable_bytes file = {"n.txt", text, strlen(text)};

	error = (struct file_error){"", 0, ""};
	return bell_notice_read(&file, &slots, NULL, &notice, &error);
}

static void
read_well(const char *text)
{
	ck_assert_msg(read_text(text) == 0, "%u: %s in: %s", error.line, error.reason, text);
}

// The notice's rows as "name period start end audience note" lines.
static void
check_rows(const char *text, const char *expected)
{
	struct text out = {0};

	read_well(text);
	bell_notice_write(&notice, "s", &out);
	ck_assert_int_eq(out.result, 0);
	ck_assert_str_eq(strchr(out.bytes, '\n') + 1, expected);
	text_fini(&out);
	bell_notice_fini(&notice);
}

static void
check_refused(const char *text, unsigned line, const char *reason)
{
	ck_assert_msg(read_text(text) == -EINVAL, "taken: %s", text);
	ck_assert_msg(error.line == line, "line %u (%s) for %s", error.line, error.reason, text);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "'%s' for %s", error.reason, text);
	ck_assert_uint_eq(notice.row_count, 0);
	bell_notice_fini(&notice);
}

// The golden table's header row and the rows of one school.
static char *
golden_rows(const char *school)
{
	char *golden = fixture_read("tests/data/bells-2024-winter.csv");
	char *out = calloc(1, strlen(golden) + 1);
	char *cursor = golden;
	char *line;

	while ((line = strsep(&cursor, "\n")) != NULL) {
		bool is_header = line == golden;
		bool is_taken =
			strncmp(line, school, strlen(school)) == 0 && line[strlen(school)] == ',';

		if (is_header || is_taken)
			strcat(strcat(out, line), "\n");
	}
	free(golden);
	return out;
}

static void
check_golden(const char *school)
{
	char path[128];
	char *text;
	char *expected = golden_rows(school);
	char *account;
	struct text out = {0};

	snprintf(path, sizeof(path), "tests/data/notice-%s.txt", school);
	text = fixture_read(path);
	read_well(text);
	bell_notice_write(&notice, school, &out);
	ck_assert_str_eq(out.bytes, expected);
	text_fini(&out);
	snprintf(path, sizeof(path), "tests/data/notice-%s-account.txt", school);
	account = fixture_read(path);
	bell_notice_tell(&notice, &out);
	ck_assert_str_eq(out.bytes, account);
	text_fini(&out);
	bell_notice_fini(&notice);
	free(account);
	free(expected);
	free(text);
}

START_TEST(the_two_schools_notices_are_their_bells)
{
	check_golden("wuxi");
	check_golden("houren");
}
END_TEST

START_TEST(the_heading_gives_title_and_date)
{
	char *text = fixture_read("tests/data/notice-wuxi.txt");

	read_well(text);
	ck_assert_str_eq(notice.title, "巫溪中心小学小学冬令作息时间表");
	ck_assert_int_eq(notice.effective_from.days, fixture_date("2024-10-09").days);
	bell_notice_fini(&notice);
	free(text);
	read_well("实验小学夏令作息时间表（自2025年5月6日起实行）\n第一节 8:00-8:40\n");
	ck_assert_str_eq(notice.title, "实验小学夏令作息时间表");
	ck_assert_int_eq(notice.effective_from.days, fixture_date("2025-05-06").days);
	bell_notice_fini(&notice);
}
END_TEST

START_TEST(a_table_of_cells_reads_as_well_as_lines)
{
	const char *expected = "s,2024-10-09,第一节,1,08:30,09:10,,\n"
			       "s,2024-10-09,第二节,2,09:20,10:05,,眼操\n"
			       "s,2024-10-09,阅读写字,,12:40,13:10,,\n"
			       "s,2024-10-09,第四节,4,13:20,14:00,,\n";

	check_rows(DATE_LINE "时段\t节次\t时间起讫\n上午\t第一节\t8:30——9:10\n"
			     "\t第二节（眼操）\t9:20——10:05\n\t阅读写字\t12:40——1:10\n"
			     "下午\t第四节\t1:20——2:00\n",
		expected);
	check_rows(DATE_LINE "第一节 8:30-9:10\r\n第二节(眼操)9：20～10：05\r\n"
			     "阅读写字（12:40至1:10）\r\n下午\r\n第四节：下午1:20—2:00\r\n",
		expected);
	check_rows(DATE_LINE "第一节　8：30 － 9：10\r第二节\r（眼操）\r9:20——\r10:05\r"
			     "阅读\r写字\r12:40 1:10\r第四节\r１３：２０——１４：００\r",
		expected);
}
END_TEST

START_TEST(a_clock_of_twelve_hours_runs_on)
{
	check_rows(DATE_LINE "第一节 8:00-8:40\n中饭 11:30-12:10\n午休 12:20-2:00\n"
			     "第四节 2:10-2:50\n晚自习 6:30-8:00\n",
		"s,2024-10-09,第一节,1,08:00,08:40,,\ns,2024-10-09,中饭,,11:30,12:10,,\n"
		"s,2024-10-09,午休,,12:20,14:00,,\ns,2024-10-09,第四节,4,14:10,14:50,,\n"
		"s,2024-10-09,晚自习,,18:30,20:00,,\n");
	// A table of the afternoon alone knows it by its heading, or by no school beginning so
	// early.
	check_rows(DATE_LINE "下午\n第四节\n1:20——2:00\n", "s,2024-10-09,第四节,4,13:20,14:00,,\n");
	check_rows(DATE_LINE "第四节\n1:20——2:00\n", "s,2024-10-09,第四节,4,13:20,14:00,,\n");
}
END_TEST

START_TEST(audiences_of_one_name_may_begin_in_any_order)
{
	check_rows(DATE_LINE "第六节 15:05-15:45\n放学\n五六年级 3:55\n一二年级 3:45\n",
		"s,2024-10-09,第六节,6,15:05,15:45,,\ns,2024-10-09,放学,,15:55,,五六年级,\n"
		"s,2024-10-09,放学,,15:45,,一二年级,\n");
}
END_TEST

START_TEST(unknown_names_come_without_a_period)
{
	check_rows(DATE_LINE "第一节 8:30-9:10\n自习1 9:20-9:50\n\"阳光\",体育 10:00-10:30\n",
		"s,2024-10-09,第一节,1,08:30,09:10,,\ns,2024-10-09,自习1,,09:20,09:50,,\n"
		"s,2024-10-09,\"\"\"阳光\"\",体育\",,10:00,10:30,,\n");
}
END_TEST

START_TEST(the_table_of_slot_names_is_the_county_s)
{
	const char *text = "label,period\n早读,1\n第一节,2\n";
	const struct timetable_bytes file = {"slots.csv", text, strlen(text)};

	slot_names_fini(&slots);
	ck_assert_int_eq(slot_names_read(&file, &slots, &error), 0);
	check_rows(DATE_LINE "早 读 7:40-8:00\n第一节 8:30-9:10\n第二节 9:20-10:00\n",
		"s,2024-10-09,早读,1,07:40,08:00,,\ns,2024-10-09,第一节,2,08:30,09:10,,\n"
		"s,2024-10-09,第二节,,09:20,10:00,,\n");
}
END_TEST

START_TEST(slips_of_the_pen_are_refused)
{
	check_refused(DATE_LINE "第一节 8:30-9:10\n第二节 8:20-10:05\n", 3, "is before 08:30");
	check_refused(DATE_LINE "第一节 8:30-9:10\n第二节 9:00-9:40\n", 3,
		"period 2 begins before period 1 on line 2 has ended");
	check_refused(DATE_LINE "第一节 9:10-8:30\n", 2, "08:30 is not after the start 09:10");
	check_refused(DATE_LINE "第一节 8:30-8:30\n", 2, "is not after");
	check_refused(DATE_LINE "第一节 8:30-11:10\n", 2, "longer than 2 hours");
	check_refused(DATE_LINE "第一节 8:30-9:70\n", 2, "is not understood");
	check_refused(DATE_LINE "第一节 25:30-9:10\n", 2, "is no time of day");
	check_refused(DATE_LINE "第一节 8:30\n", 2, "period 1 has no end");
	check_refused(DATE_LINE "第一节 8.30-9.10\n", 2, "no time such as 8:30");
	check_refused(DATE_LINE "第一节 8点30分\n", 2, "no time such as 8:30");
	check_refused(DATE_LINE "第一节 8:30-9:10-9:20\n", 2, "is not understood");
	check_refused(DATE_LINE "第一节 8:30-9:10左右\n", 2, "is not understood");
	check_refused(DATE_LINE "上午\n第一节 2:30-3:10\n", 3, "no time of the morning");
	check_refused(DATE_LINE "下午\n第四节 上午9:30-10:10\n", 3, "is before 12:00");
}
END_TEST

START_TEST(names_and_times_that_lack_each_other_are_refused)
{
	check_refused(DATE_LINE "8:30-9:10\n", 2, "under no name");
	check_refused(DATE_LINE "第一节\n第二节\n9:20-10:05\n", 2, "'第一节' has no time");
	check_refused(DATE_LINE "第一节\n8:30-9:10\n教务处\n", 4, "'教务处' has no time");
	check_refused(DATE_LINE "第一节\n8:30-9:10\n9:20-10:05\n", 4, "already, on line 3");
	check_refused(DATE_LINE "放学\n一二年级 3:45\n一二年级 3:50\n", 4, "already, on line 3");
	check_refused(DATE_LINE "放学\n一二年级\n三四年级\n3:50\n", 4, "no time for 一二年级");
	check_refused(DATE_LINE "放学\n一二年级\n", 2, "no time for 一二年级");
	check_refused(DATE_LINE "一二年级 3:45\n", 2, "under no name");
	check_refused(DATE_LINE "第一节\n8:30——\n", 2, "without its end");
	check_refused(DATE_LINE "第一节 8:30-9:10\n第一节 9:20-10:05\n", 3, "already on line 2");
	check_refused(DATE_LINE "第一节（眼操 8:30-9:10\n", 2, "bracket");
	check_refused(DATE_LINE "（眼操）\n", 2, "belongs to no name");
}
END_TEST

START_TEST(dates_of_effect_are_not_guessed)
{
	const struct civil_date given = fixture_date("2024-10-09");
	const struct civil_date other = fixture_date("2024-10-10");
	const char *text = "第一节 8:30-9:10\n";
	struct timetable_bytes file = {"n.txt", text, strlen(text)};

	check_refused(text, 0, "from which date");
	check_refused("10月9日起执行\n第一节 8:30-9:10\n", 1, "no time such as 8:30");
	check_refused("2024年13月9日起执行\n第一节 8:30-9:10\n", 1, "is no date");
	check_refused("2024年10月8日\n第一节 8:30-9:10\n", 1, "not said");
	check_refused(DATE_LINE "第一节 8:30-9:10\n2024年10月10日起执行\n", 3, "another date");
	check_refused("2024年10月9日至2025年4月30日执行\n第一节 8:30-9:10\n", 1, "two dates");
	check_refused("2024年10月9日起周五提前放学\n第一节 8:30-9:10\n", 1, "beside a date");
	ck_assert_int_eq(bell_notice_read(&file, &slots, &given, &notice, &error), 0);
	ck_assert_int_eq(notice.effective_from.days, given.days);
	bell_notice_fini(&notice);
	file.bytes = DATE_LINE "第一节 8:30-9:10\n";
	file.count = strlen(file.bytes);
	ck_assert_int_eq(bell_notice_read(&file, &slots, &given, &notice, &error), 0);
	bell_notice_fini(&notice);
	ck_assert_int_eq(bell_notice_read(&file, &slots, &other, &notice, &error), -EINVAL);
	ck_assert_msg(strstr(error.reason, "which was given") != NULL, "%s", error.reason);
	bell_notice_fini(&notice);
}
END_TEST

START_TEST(every_line_that_is_wrong_is_told)
{
	struct text out = {0};

	ck_assert_int_eq(
		read_text(DATE_LINE "第一节 8.30\n第二节 9:20-10:05\n第三节 9:00-9:40\n"), -EINVAL);
	ck_assert_uint_eq(error.line, 2);
	bell_notice_tell(&notice, &out);
	ck_assert_ptr_nonnull(strstr(out.bytes, "   2  第一节 8.30  NOT READ: "));
	ck_assert_ptr_nonnull(strstr(out.bytes, "   3  第二节 9:20-10:05  -> "));
	ck_assert_ptr_nonnull(strstr(out.bytes, "   4  第三节 9:00-9:40  NOT READ: "));
	text_fini(&out);
	bell_notice_fini(&notice);
}
END_TEST

START_TEST(what_steers_a_terminal_is_not_told)
{
	struct text out = {0};

	ck_assert_int_eq(
		read_text(DATE_LINE "第一节\x1b[2J 8:30-9:10\n\xc2\x9b\x32J 9:20-9:30\n"), -EINVAL);
	bell_notice_tell(&notice, &out);
	ck_assert_ptr_null(strchr(out.bytes, '\x1b'));
	ck_assert_ptr_null(strstr(out.bytes, "\xc2\x9b"));
	text_fini(&out);
	bell_notice_fini(&notice);
}
END_TEST

// Any one character of the published notices lost: it is refused, or what it says of the lessons
// is still what the notice said, or the character was one of a time.
START_TEST(a_lost_character_never_moves_another_line_s_time)
{
	char *text = fixture_read("tests/data/notice-houren.txt");
	size_t bytes = strlen(text);
	char *mutated = calloc(1, bytes + 1);
	struct bell_notice whole;
	size_t taken = 0;

	read_well(text);
	whole = notice;
	for (size_t at = 0; at < bytes; at++) {
		memcpy(mutated, text, at);
		memcpy(mutated + at, text + at + 1, bytes - at);
		if (read_text(mutated) != 0) {
			ck_assert_msg(error.reason[0] != '\0', "no reason at byte %zu", at);
			bell_notice_fini(&notice);
			continue;
		}
		taken++;
		// A line more or less where a line end went: rows are compared in their order.
		ck_assert_uint_ge(notice.row_count + 1, whole.row_count);
		for (size_t i = 0, j = 0; i < notice.row_count && j < whole.row_count; i++, j++) {
			const struct bell_notice_row *a = &notice.rows[i];
			const struct bell_notice_row *b = &whole.rows[j];
			bool is_same = a->times.start_s == b->times.start_s &&
				       a->times.end_s == b->times.end_s;
			bool is_on_line = text[at] >= '0' && text[at] <= '9';

			ck_assert_msg(is_same || is_on_line, "byte %zu moved '%s'", at, a->name);
		}
		bell_notice_fini(&notice);
	}
	ck_assert_uint_gt(taken, 0);
	bell_notice_fini(&whole);
	free(mutated);
	free(text);
}
END_TEST

// A figure that is another one changes its own row, or the notice is refused: the clock that runs
// on from it moves no other row.
START_TEST(a_wrong_figure_never_moves_another_row)
{
	char *text = fixture_read("tests/data/notice-wuxi.txt");
	struct bell_notice whole;
	size_t refused = 0;
	unsigned line = 1;

	read_well(text);
	whole = notice;
	for (char *c = text; *c != '\0'; c++) {
		char right = *c;

		line += *c == '\n';
		for (char wrong = '0'; wrong <= '9' && right >= '0' && right <= '9'; wrong++) {
			*c = wrong;
			if (read_text(text) != 0)
				refused++;
			for (size_t i = 0; i < notice.row_count; i++) {
				const struct bell_interval *times = &notice.rows[i].times;
				const struct bell_interval *were = &whole.rows[i].times;

				ck_assert_msg(notice.rows[i].line == line ||
						      (times->start_s == were->start_s &&
							      times->end_s == were->end_s),
					"line %u with %c moved '%s'", line, wrong,
					notice.rows[i].name);
			}
			bell_notice_fini(&notice);
			*c = right;
		}
	}
	ck_assert_uint_gt(refused, 300);
	bell_notice_fini(&whole);
	free(text);
}
END_TEST

START_TEST(a_notice_takes_the_place_of_the_school_s_table_of_that_date)
{
	const char *before = "\xef\xbb\xbfschool,effective_from,period,start,end\r\n"
			     "s,2024-05-06,1,08:00,08:40\r\n"
			     "t,2024-10-09,1,08:10,08:50\r\n"
			     "s,2024-10-09,1,08:20,09:00\r\n"
			     "s,2024-10-09,2,09:10,09:50\r\n"
			     "u,2024-10-09,1,08:10,08:50\r\n";
	const struct timetable_bytes file = {"bells.csv", before, strlen(before)};
	struct bell_notice_merge count;
	struct text out = {0};

	read_well(DATE_LINE "第一节 8:30-9:10\n");
	ck_assert_int_eq(bell_notice_merge(&notice, "s", &file, &out, &count, &error), 0);
	ck_assert_str_eq(out.bytes, "school,effective_from,name,period,start,end,audience,note\n"
				    "s,2024-05-06,,1,08:00,08:40,,\n"
				    "t,2024-10-09,,1,08:10,08:50,,\n"
				    "s,2024-10-09,第一节,1,08:30,09:10,,\n"
				    "u,2024-10-09,,1,08:10,08:50,,\n");
	ck_assert_uint_eq(count.added, 1);
	ck_assert_uint_eq(count.replaced, 2);
	text_fini(&out);
	bell_notice_fini(&notice);
}
END_TEST

START_TEST(bells_of_other_kinds_of_day_stay)
{
	const char *before = "school,effective_from,name,period,start,end,kind\n"
			     "s,2024-10-09,,1,08:20,09:00,exam\n";
	const struct timetable_bytes file = {"bells.csv", before, strlen(before)};
	struct bell_notice_merge count;
	struct text out = {0};

	read_well(DATE_LINE "第一节 8:30-9:10\n");
	ck_assert_int_eq(bell_notice_merge(&notice, "s", &file, &out, &count, &error), 0);
	ck_assert_str_eq(out.bytes,
		"school,effective_from,name,period,start,end,audience,note,kind\n"
		"s,2024-10-09,,1,08:20,09:00,,,exam\n"
		"s,2024-10-09,第一节,1,08:30,09:10,,,\n");
	ck_assert_uint_eq(count.replaced, 0);
	text_fini(&out);
	bell_notice_fini(&notice);
}
END_TEST

static Suite *
bell_notice_suite(void)
{
	Suite *suite = suite_create("bell_notice");
	TCase *cases = tcase_create("bell_notice");

	tcase_add_checked_fixture(cases, slots_read_all, slots_free);
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, the_two_schools_notices_are_their_bells);
	tcase_add_test(cases, the_heading_gives_title_and_date);
	tcase_add_test(cases, a_table_of_cells_reads_as_well_as_lines);
	tcase_add_test(cases, a_clock_of_twelve_hours_runs_on);
	tcase_add_test(cases, audiences_of_one_name_may_begin_in_any_order);
	tcase_add_test(cases, unknown_names_come_without_a_period);
	tcase_add_test(cases, the_table_of_slot_names_is_the_county_s);
	tcase_add_test(cases, slips_of_the_pen_are_refused);
	tcase_add_test(cases, names_and_times_that_lack_each_other_are_refused);
	tcase_add_test(cases, dates_of_effect_are_not_guessed);
	tcase_add_test(cases, every_line_that_is_wrong_is_told);
	tcase_add_test(cases, what_steers_a_terminal_is_not_told);
	tcase_add_test(cases, a_lost_character_never_moves_another_line_s_time);
	tcase_add_test(cases, a_wrong_figure_never_moves_another_row);
	tcase_add_test(cases, a_notice_takes_the_place_of_the_school_s_table_of_that_date);
	tcase_add_test(cases, bells_of_other_kinds_of_day_stay);
	suite_add_tcase(suite, cases);
	return suite;
}

int
main(void)
{
	return fixture_run(bell_notice_suite());
}
