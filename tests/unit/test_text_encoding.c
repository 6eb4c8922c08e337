/* SPDX-License-Identifier: BSD-3-Clause */
// test_text_encoding.c - what Excel and editors save is read, and broken text is named by its line.
#include "timetable/text_encoding.h"

#include "../support/timetable_fixture.h"

static char *text;
static size_t count;
static enum text_encoding encoding;
static struct file_error error;

static int
decode(const char *bytes, size_t bytes_count)
{
	const struct timetable_bytes file = {"f.csv", bytes, bytes_count};

	error = (struct file_error){"", 0, ""};
	return text_encoding_decode(&file, &text, &count, &encoding, &error);
}

static void
check_decoded(const char *bytes, size_t bytes_count, const char *expected, enum text_encoding as)
{
	ck_assert_msg(decode(bytes, bytes_count) == 0, "%u: %s", error.line, error.reason);
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(count, strlen(expected));
	ck_assert_int_eq(encoding, as);
	free(text);
}

static void
check_refused(const char *bytes, size_t bytes_count, unsigned line, const char *reason)
{
	ck_assert_int_eq(decode(bytes, bytes_count), -EINVAL);
	ck_assert_msg(error.line == line, "line %u: %s", error.line, error.reason);
	ck_assert_msg(strstr(error.reason, reason) != NULL, "'%s'", error.reason);
	ck_assert_ptr_null(text);
}

START_TEST(utf8_is_taken_as_it_is)
{
	check_decoded("", 0, "", TEXT_UTF8);
	check_decoded("rule,1\r\n", 8, "rule,1\r\n", TEXT_UTF8);
	check_decoded("语文——𠮷", strlen("语文——𠮷"), "语文——𠮷", TEXT_UTF8);
}
END_TEST

START_TEST(a_byte_order_mark_is_taken_off)
{
	check_decoded("\xef\xbb\xbf语文", strlen("\xef\xbb\xbf语文"), "语文", TEXT_UTF8_MARKED);
	check_decoded("\xef\xbb\xbf", 3, "", TEXT_UTF8_MARKED);
}
END_TEST

START_TEST(gbk_is_told_from_utf8)
{
	// 语文,三1班 and a full-width colon, NBSP's place taken by the ideographic space.
	const char *gbk = "\xd3\xef\xce\xc4,\xc8\xfd"
			  "1\xb0\xe0\xa3\xba\xa1\xa1\n";

	check_decoded(gbk, strlen(gbk), "语文,三1班：\u3000\n", TEXT_GBK);
	// A dash of the notices; a character of GBK that GB 2312 lacks (镕).
	check_decoded("\xa1\xaa\xa1\xaa\xe9\x46", 6, "——镕", TEXT_GBK);
}
END_TEST

// Some GBK text happens to be UTF-8, and only a reader of Chinese sees it; whole tables are not.
START_TEST(a_table_in_gbk_is_never_taken_for_utf8)
{
	char *utf8 = fixture_read("tests/data/bells-2024-winter.csv");
	FILE *pipe = popen("iconv -f UTF-8 -t GBK tests/data/bells-2024-winter.csv", "r");
	char *gbk = calloc(1, strlen(utf8) + 1);
	size_t bytes = fread(gbk, 1, strlen(utf8), pipe);

	ck_assert_int_eq(pclose(pipe), 0);
	ck_assert_uint_gt(bytes, 100);
	check_decoded(gbk, bytes, utf8, TEXT_GBK);
	free(gbk);
	free(utf8);
}
END_TEST

START_TEST(broken_bytes_are_named_by_their_line)
{
	check_refused("\xd3\xef\n\xce\xc4\n\xff,1\n", 9, 3, "neither UTF-8 nor GBK");
	check_refused("\xd3\xef\r\n\xd3", 5, 2, "neither UTF-8 nor GBK");
	check_refused(
		"\xef\xbb\xbf语\n\xd3\xef", strlen("\xef\xbb\xbf语\n\xd3\xef"), 2, "not UTF-8");
	check_refused("\xff\xfe"
		      "a\0",
		4, 1, "UTF-16");
	check_refused("a\rb\rc\0d", 7, 3, "zero byte");
}
END_TEST

// Taken for GBK, it would be other Chinese, and nobody would be told.
START_TEST(damaged_utf8_is_not_taken_for_gbk)
{
	char *utf8 = fixture_read("tests/data/bells-2024-winter.csv");
	size_t bytes = strlen(utf8);
	char *damaged = calloc(1, bytes + 1);

	for (size_t at = 0; at < bytes; at++) {
		memcpy(damaged, utf8, at);
		memcpy(damaged + at, utf8 + at + 1, bytes - at);
		if (decode(damaged, bytes - 1) == 0) {
			ck_assert_int_eq(encoding, TEXT_UTF8);
			free(text);
		} else {
			ck_assert_uint_ge(error.line, 1);
		}
	}
	free(damaged);
	free(utf8);
}
END_TEST

START_TEST(what_a_limit_has_cut_is_taken_out)
{
	char cut[] = "语\xe6\x96'\xe8\xaf 文 \xe6\x96";

	text_utf8_mend(cut);
	ck_assert_str_eq(cut, "语' 文 ");
}
END_TEST

START_TEST(a_reason_that_was_cut_is_still_text)
{
	char name[FILE_ERROR_REASON_BYTES * 2];

	for (size_t offset = 0; offset < 3; offset++) {
		memset(name, 'a', sizeof(name));
		for (size_t at = offset; at + 4 < sizeof(name); at += 3)
			memcpy(name + at, "文", 3);
		name[sizeof(name) - 1] = '\0';
		file_error_set(&error, "f", 1, "unknown '%s'", name);
		ck_assert_uint_gt(strlen(error.reason), FILE_ERROR_REASON_BYTES - 5);
		for (size_t i = 0, left = strlen(error.reason); error.reason[i] != '\0';) {
			size_t step = text_utf8_bytes(error.reason + i, left - i);

			ck_assert_uint_gt(step, 0);
			i += step;
		}
	}
}
END_TEST

static Suite *
text_encoding_suite(void)
{
	Suite *suite = suite_create("text_encoding");
	TCase *cases = tcase_create("text_encoding");

	tcase_add_test(cases, utf8_is_taken_as_it_is);
	tcase_add_test(cases, a_byte_order_mark_is_taken_off);
	tcase_add_test(cases, gbk_is_told_from_utf8);
	tcase_add_test(cases, a_table_in_gbk_is_never_taken_for_utf8);
	tcase_add_test(cases, broken_bytes_are_named_by_their_line);
	tcase_add_test(cases, damaged_utf8_is_not_taken_for_gbk);
	tcase_add_test(cases, what_a_limit_has_cut_is_taken_out);
	tcase_add_test(cases, a_reason_that_was_cut_is_still_text);
	suite_add_tcase(suite, cases);
	return suite;
}

int
main(void)
{
	return fixture_run(text_encoding_suite());
}
