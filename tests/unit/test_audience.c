/* SPDX-License-Identifier: BSD-3-Clause */
// test_audience.c - grade bands as sets of grades, other audiences by their names.
#include "../support/timetable_fixture.h"

static uint32_t
bit(unsigned grade)
{
	return UINT32_C(1) << grade;
}

START_TEST(a_band_is_its_grades)
{
	ck_assert_uint_eq(audience_make("一二年级").grades, bit(1) | bit(2));
	ck_assert_uint_eq(audience_make("五六年级").grades, bit(5) | bit(6));
	// One dash is a range of grades.
	ck_assert_uint_eq(audience_make("三—六年级").grades, bit(3) | bit(4) | bit(5) | bit(6));
	ck_assert_uint_eq(audience_make("3-4年级").grades, bit(3) | bit(4));
	ck_assert_uint_eq(audience_make("四年级").grades, bit(4));
	ck_assert_uint_eq(audience_make("一年级、三年级").grades, bit(1) | bit(3));
	ck_assert_uint_eq(
		audience_make("一、三至五年级").grades, bit(1) | bit(3) | bit(4) | bit(5));
	ck_assert_uint_eq(audience_make("十一年级").grades, bit(11));
	ck_assert_uint_eq(audience_make("十、十二年级").grades, bit(10) | bit(12));
}
END_TEST

static const char *const names[] = {"", "合唱团", "年级", "三", "六—三年级", "三—年级", "13年级",
	"0年级", "三年级合唱团", "三年级、", "99999999999年级"};

START_TEST(what_is_no_band_is_a_name)
{
	struct audience name = audience_make(names[_i]);

	ck_assert_msg(name.grades == 0, "%s", names[_i]);
	ck_assert_str_eq(name.text, names[_i]);
}
END_TEST

static bool
fits(const char *band, const char *audience)
{
	struct audience of_row = audience_make(band);
	struct audience of_rule = audience_make(audience);

	return audience_fits(&of_row, &of_rule);
}

START_TEST(a_band_fits_those_whose_grades_it_has_all)
{
	ck_assert(fits("三—六年级", "三年级"));
	ck_assert(fits("三—六年级", "四五年级"));
	ck_assert(fits("三—六年级", "3-6年级"));
	ck_assert(!fits("三—六年级", "二年级"));
	ck_assert(!fits("三—六年级", "二三年级"));
	ck_assert(fits("合唱团", "合唱团"));
	ck_assert(!fits("合唱团", "舞蹈团"));
	ck_assert(!fits("三—六年级", "合唱团"));
	ck_assert(!fits("三—六年级", ""));
	ck_assert(!fits("", ""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("audience");
	TCase *tests = tcase_create("audience");

	tcase_add_test(tests, a_band_is_its_grades);
	tcase_add_loop_test(
		tests, what_is_no_band_is_a_name, 0, (int)(sizeof(names) / sizeof(names[0])));
	tcase_add_test(tests, a_band_fits_those_whose_grades_it_has_all);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
