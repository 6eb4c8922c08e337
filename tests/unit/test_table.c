// SPDX-License-Identifier: BSD-3-Clause
// test_table.c - columns stay aligned whatever letters the cells are made of.
#include "relayctl/table.h"

#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct table_column columns[] = {{"SCHOOL", false}, {"LOST", true}};

// What the table prints; released by the caller.
static char *
printed(const struct table *table, size_t rows_max, const char *line_end)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	ck_assert_ptr_nonnull(out);
	table_print(table, rows_max, line_end, out);
	fclose(out);
	return text;
}

static struct table *
table_of(const char *const *cells, size_t count)
{
	struct table *table = table_create(columns, 2);
	ck_assert_ptr_nonnull(table);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(table_add(table, cells[i]), 0);
	return table;
}

START_TEST(figures_are_aligned_to_the_right)
{
	static const char *const cells[] = {"wuxi", "7", "houren", "12345"};
	struct table *table = table_of(cells, 4);
	char *text = printed(table, 10, "\n");
	ck_assert_str_eq(text, "SCHOOL   LOST\nwuxi        7\nhouren  12345\n");
	free(text);
	table_destroy(table);
}
END_TEST

START_TEST(a_chinese_letter_takes_two_columns)
{
	static const char *const cells[] = {"巫溪小学", "1", "a", "2"};
	ck_assert_uint_eq(table_width("巫溪小学"), 8);
	struct table *table = table_of(cells, 4);
	char *text = printed(table, 10, "\n");
	ck_assert_str_eq(text, "SCHOOL    LOST\n巫溪小学     1\na            2\n");
	free(text);
	table_destroy(table);
}
END_TEST

START_TEST(control_characters_cannot_steer_the_terminal)
{
	static const char *const cells[] = {"a\033[2Jb\n", "1"};
	struct table *table = table_of(cells, 2);
	char *text = printed(table, 10, "\n");
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_nonnull(strstr(text, "a?[2Jb?"));
	free(text);
	table_destroy(table);
}
END_TEST

START_TEST(bytes_that_are_not_utf8_take_a_column_each)
{
	ck_assert_uint_eq(table_width("a\xff\xfe"), 3);
	ck_assert_uint_eq(table_width("\xe5\xb7"), 2); // cut in the middle of a letter
	ck_assert_uint_eq(table_width(""), 0);
}
END_TEST

START_TEST(only_so_many_rows_are_printed)
{
	static const char *const cells[] = {"a", "1", "b", "2", "c", "3"};
	struct table *table = table_of(cells, 6);
	char *text = printed(table, 2, "|");
	ck_assert_str_eq(text, "SCHOOL  LOST|a          1|b          2|");
	free(text);
	table_destroy(table);
}
END_TEST

START_TEST(a_row_that_is_not_whole_is_not_printed)
{
	static const char *const cells[] = {"a", "1", "b"};
	struct table *table = table_of(cells, 3);
	char *text = printed(table, 10, "\n");
	ck_assert_ptr_null(strchr(text, 'b'));
	free(text);
	table_destroy(table);
}
END_TEST

START_TEST(a_table_of_many_cells_keeps_them_all)
{
	struct table *table = table_create(columns, 2);
	char cell[32];
	for (int i = 0; i < 1000; i++) {
		snprintf(cell, sizeof cell, "cell%d", i);
		ck_assert_int_eq(table_add(table, cell), 0);
	}
	char *text = printed(table, 500, "\n");
	ck_assert_ptr_nonnull(strstr(text, "cell0 "));
	ck_assert_ptr_nonnull(strstr(text, "cell999\n"));
	free(text);
	table_destroy(table);
}
END_TEST

int
main(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return EXIT_FAILURE;
	Suite *suite = suite_create("table");
	TCase *facts = tcase_create("facts");
	tcase_add_test(facts, figures_are_aligned_to_the_right);
	tcase_add_test(facts, a_chinese_letter_takes_two_columns);
	tcase_add_test(facts, control_characters_cannot_steer_the_terminal);
	tcase_add_test(facts, bytes_that_are_not_utf8_take_a_column_each);
	tcase_add_test(facts, only_so_many_rows_are_printed);
	tcase_add_test(facts, a_row_that_is_not_whole_is_not_printed);
	tcase_add_test(facts, a_table_of_many_cells_keeps_them_all);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
