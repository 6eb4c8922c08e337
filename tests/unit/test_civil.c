/* SPDX-License-Identifier: BSD-3-Clause */
// test_civil.c - civil time against Python's zoneinfo, in zones with and without daylight saving.
#include "timetable/civil.h"

#include "../support/timetable_fixture.h"

#define GOLDEN "tests/data/civil-golden.csv" // by tests/support/make_civil_golden.py

START_TEST(every_golden_moment_agrees_with_zoneinfo_both_ways)
{
	FILE *file = fopen(GOLDEN, "r");
	char zone[64], date[16], time[16], back_date[16], line[256];
	char last_zone[64] = "";
	long long utc_ms;
	int back_second, back_weekday;
	size_t count = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
	for (; fgets(line, sizeof(line), file) != NULL; count++) {
		char text[CIVIL_DATE_BYTES];
		struct wall_time wall;

		ck_assert_int_eq(
			sscanf(line, "%63[^,],%15[^,],%15[^,],%lld,%15[^,],%d,%d", zone, date, time,
				&utc_ms, back_date, &back_second, &back_weekday),
			7);
		if (strcmp(zone, last_zone) != 0)
			ck_assert_int_eq(civil_zone_set(zone), 0);
		strcpy(last_zone, zone);
		wall = fixture_wall(date, time);
		ck_assert_msg(wall.ms == utc_ms, "%s %s %s: %lld, zoneinfo says %lld", zone, date,
			time, (long long)wall.ms, utc_ms);
		civil_date_format(civil_date_of(wall), text);
		ck_assert_str_eq(text, back_date);
		ck_assert_int_eq(civil_second_of(wall), back_second);
		ck_assert_int_eq(civil_weekday(civil_date_of(wall)), back_weekday);
	}
	fclose(file);
	ck_assert_uint_gt(count, 1000);
}
END_TEST

START_TEST(only_dates_that_exist_are_read)
{
	static const char *const wrong[] = {"2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10",
		"2024-04-31", "2024-4-3", "24-04-03", "2024-04-03 ", "2024/04/03", "", "2024-04",
		"1899-12-31", "2024-04-0x"};
	struct civil_date date;
	char text[CIVIL_DATE_BYTES];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(civil_date_parse(wrong[i], &date) == -EINVAL, "%s", wrong[i]);
	ck_assert_int_eq(civil_date_parse("2024-02-29", &date), 0);
	civil_date_format(civil_date_add(date, 1), text);
	ck_assert_str_eq(text, "2024-03-01");
	ck_assert_int_eq(fixture_date("1900-01-01").days, CIVIL_DATE_MIN.days);
	ck_assert_int_eq(fixture_date("9999-12-31").days, CIVIL_DATE_MAX.days);
}
END_TEST

START_TEST(only_times_that_exist_are_read)
{
	static const char *const wrong[] = {"24:00", "12:60", "12:00:60", "8:30", "08:3", "08.30",
		"08:30:", "08:30:1", "08:30:00 ", "", "0830", "-1:00"};
	int32_t second;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(civil_time_parse(wrong[i], &second) == -EINVAL, "%s", wrong[i]);
	ck_assert_int_eq(civil_time_parse("00:00", &second), 0);
	ck_assert_int_eq(second, 0);
	ck_assert_int_eq(civil_time_parse("23:59:59", &second), 0);
	ck_assert_int_eq(second, 86399);
}
END_TEST

START_TEST(moments_are_written_in_utc_whatever_the_zone)
{
	char text[CIVIL_UTC_BYTES];

	civil_zone_set("Asia/Shanghai");
	civil_format_utc(fixture_wall("2026-11-23", "09:20"), text);
	ck_assert_str_eq(text, "2026-11-23T01:20:00Z");
	civil_format_utc((struct wall_time){1500}, text);
	ck_assert_str_eq(text, "1970-01-01T00:00:01.500Z");
	civil_format_utc((struct wall_time){-500}, text);
	ck_assert_str_eq(text, "1969-12-31T23:59:59.500Z");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("civil");
	TCase *tests = tcase_create("civil");

	tcase_add_test(tests, every_golden_moment_agrees_with_zoneinfo_both_ways);
	tcase_add_test(tests, only_dates_that_exist_are_read);
	tcase_add_test(tests, only_times_that_exist_are_read);
	tcase_add_test(tests, moments_are_written_in_utc_whatever_the_zone);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
