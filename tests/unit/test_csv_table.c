/* SPDX-License-Identifier: BSD-3-Clause */
// test_csv_table.c - what spreadsheets write is read, what is broken is named with its line.
#include "timetable/csv_table.h"

#include "../support/timetable_fixture.h"

static const struct csv_column columns[] = {{"name", true}, {"note", false}, {"room", true}};

static struct csv_table table;
static struct file_error error;

static int
parse(const char *text, size_t count)
{
	error = (struct file_error){"", 0, ""};
	return csv_table_parse("t.csv", text, count, columns, 3, &table, &error);
}

static void
check_refused(const char *text, unsigned line, const char *reason)
{
	ck_assert_msg(parse(text, strlen(text)) == -EINVAL, "taken: %s", text);
	ck_assert_str_eq(error.file, "t.csv");
	ck_assert_msg(error.line == line, "line %u for %s", error.line, text);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "'%s' for %s", error.reason, text);
	ck_assert_ptr_null(table.rows);
}

START_TEST(columns_are_found_by_their_names)
{
	const char *text = "room,name\n101,a\n102,b\n";

	ck_assert_int_eq(parse(text, strlen(text)), 0);
	ck_assert_uint_eq(table.count, 2);
	ck_assert_str_eq(table.rows[1].fields[0], "b");
	ck_assert_str_eq(table.rows[1].fields[1], "");
	ck_assert_str_eq(table.rows[1].fields[2], "102");
	csv_table_fini(&table);
}
END_TEST

START_TEST(excel_s_files_are_read_with_true_line_numbers)
{
	const char *text = "\xef\xbb\xbfname,note,room\r\n"
			   "a, \"one, \"\"two\"\"\r\nthree\" ,1\r\n"
			   "\r\n"
			   ",,\r\n"
			   "  \xe5\xb7\xab  ,,2";

	ck_assert_int_eq(parse(text, strlen(text)), 0);
	ck_assert_uint_eq(table.count, 2);
	ck_assert_uint_eq(table.rows[0].line, 2);
	ck_assert_str_eq(table.rows[0].fields[1], "one, \"two\"\r\nthree");
	ck_assert_uint_eq(table.rows[1].line, 6);
	ck_assert_str_eq(table.rows[1].fields[0], "\xe5\xb7\xab");
	csv_table_fini(&table);
}
END_TEST

START_TEST(old_line_ends_are_lines_too)
{
	const char *text = "name,room\ra,1\rb,2\r";

	ck_assert_int_eq(parse(text, strlen(text)), 0);
	ck_assert_uint_eq(table.count, 2);
	ck_assert_uint_eq(table.rows[1].line, 3);
	csv_table_fini(&table);
}
END_TEST

START_TEST(what_is_broken_is_named_with_its_line)
{
	check_refused("", 1, "no header");
	check_refused("\n\n", 1, "no header");
	check_refused("name,colour,room\n", 1, "unknown column 'colour'");
	check_refused("\nname,room,name\n", 2, "column 'name' is there twice");
	check_refused("name,note\n", 1, "column 'room' is missing");
	check_refused("name,room\na,1\nb\n", 3, "1 fields");
	check_refused("name,room\na,1\nb,2,3\n", 3, "3 fields");
	check_refused("name,room\na,\"1\nb,2\n", 2, "not closed");
	check_refused("name,room\na,1\nb\"c,2\n", 3, "a quote");
	check_refused("name,room\na,\"1\"x\n", 2, "a quote");
	check_refused("name,room\n\n\xce\xd7\xcf\xaa,1\n", 3, "not UTF-8"); // GBK
	check_refused("name,room\n\xed\xa0\x80,1\n", 2, "not UTF-8");       // a surrogate
	check_refused("name,room\n\xc0\xaf,1\n", 2, "not UTF-8");           // overlong
	check_refused("name,room\n\xe5\xb7", 2, "not UTF-8");               // cut off
	check_refused("name,room\na\x1b[1m,1\n", 2, "control character 0x1b");
	check_refused("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n", 1, "more than 16 fields");
}
END_TEST

START_TEST(a_nul_does_not_end_the_file)
{
	ck_assert_int_eq(parse("name,room\na,1\0\nb,2\n", 18), -EINVAL);
	ck_assert_uint_eq(error.line, 2);
	ck_assert_str_eq(error.reason, "control character 0x00");
}
END_TEST

START_TEST(too_many_rows_are_refused)
{
	size_t bytes = 10 + 4 * (CSV_TABLE_ROWS_MAX + 1);
	char *text = malloc(bytes + 1);
	char *end = text + sprintf(text, "name,room\n");

	for (size_t i = 0; i <= CSV_TABLE_ROWS_MAX; i++)
		end += sprintf(end, "a,1\n");
	ck_assert_int_eq(parse(text, bytes - 4), 0);
	ck_assert_uint_eq(table.count, CSV_TABLE_ROWS_MAX);
	csv_table_fini(&table);
	ck_assert_int_eq(parse(text, bytes), -EINVAL);
	ck_assert_uint_eq(error.line, CSV_TABLE_ROWS_MAX + 2);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csv_table");
	TCase *tests = tcase_create("csv_table");

	tcase_add_test(tests, columns_are_found_by_their_names);
	tcase_add_test(tests, excel_s_files_are_read_with_true_line_numbers);
	tcase_add_test(tests, old_line_ends_are_lines_too);
	tcase_add_test(tests, what_is_broken_is_named_with_its_line);
	tcase_add_test(tests, a_nul_does_not_end_the_file);
	tcase_add_test(tests, too_many_rows_are_refused);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
