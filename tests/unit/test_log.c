/* SPDX-License-Identifier: BSD-3-Clause */
// test_log.c - what stands in a line, in each format, and what becomes of too many.
#include "platform/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <jansson.h>

#include "platform/clock.h"

#define PAGE_BYTES (1 << 20)

static char path[] = "/tmp/test_log.XXXXXX";
static char page[PAGE_BYTES];
static int kept_stderr, file;

static void
setup(void)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	file = mkstemp(path);
	ck_assert_int_ge(file, 0);
	kept_stderr = dup(STDERR_FILENO);
	dup2(file, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	// A second of its own: other tests' lines do not count.
	int64_t now = clock_mono().ns / NS_IN_S;
	while (clock_mono().ns / NS_IN_S == now)
		usleep(1000);
}

static void
teardown(void)
{
	dup2(kept_stderr, STDERR_FILENO);
	close(kept_stderr);
	close(file);
	unlink(path);
}

static const char *
written(void)
{
	ssize_t bytes = pread(file, page, sizeof page - 1, 0);
	ck_assert_int_ge(bytes, 0);
	page[bytes] = '\0';
	return page;
}

START_TEST(a_line_of_text_has_program_and_level)
{
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_TEXT);
	log_warning("a %s\nwith a newline", "word");
	log_debug("not told");
	ck_assert_str_eq(written(), "relay: warning: a word?with a newline\n");
}
END_TEST

START_TEST(a_line_of_json_is_json)
{
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_JSON);
	log_error("file \"a\\b\": 应坑小学\t!");
	json_t *line = json_loads(written(), 0, NULL);
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(json_string_value(json_object_get(line, "level")), "error");
	ck_assert_str_eq(json_string_value(json_object_get(line, "program")), "relay");
	ck_assert_str_eq(
		json_string_value(json_object_get(line, "message")), "file \"a\\b\": 应坑小学?!");
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(line, "time"))), 24);
	json_decref(line);
}
END_TEST

START_TEST(keys_and_values_are_quoted_where_they_must_be)
{
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_KEY_VALUE);
	log_info("he said \"no\"");
	ck_assert_int_eq(strncmp(written(), "time=20", 7), 0);
	ck_assert_ptr_nonnull(
		strstr(page, " level=info program=relay message=\"he said \\\"no\\\"\"\n"));
}
END_TEST

START_TEST(the_longest_message_stays_one_line)
{
	char quotes[4096];
	memset(quotes, '"', sizeof quotes - 1);
	quotes[sizeof quotes - 1] = '\0';
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_JSON);
	log_info("%s", quotes);
	json_t *line = json_loads(written(), 0, NULL);
	ck_assert_ptr_nonnull(line);
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(line, "message"))), 1023);
	json_decref(line);
}
END_TEST

START_TEST(too_many_lines_are_counted)
{
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_TEXT);
	int64_t begin = clock_mono().ns / NS_IN_S;
	for (int i = 0; i < LOG_LINES_PER_S + 30; i++)
		log_info("line %d", i);
	ck_assert_int_eq(clock_mono().ns / NS_IN_S, begin);
	written();
	size_t lines = 0;
	for (const char *at = page; (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_eq(lines, LOG_LINES_PER_S);
	while (clock_mono().ns / NS_IN_S == begin)
		usleep(1000);
	log_info("the next");
	ck_assert_ptr_nonnull(strstr(written(), "relay: warning: 30 lines were left out"));
	ck_assert_ptr_nonnull(strstr(page, "relay: info: the next\n"));
}
END_TEST

START_TEST(the_journal_is_given_the_priority)
{
	struct stat status;
	char stream[64];
	ck_assert_int_eq(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)status.st_dev,
		(uintmax_t)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_TEXT);
	log_warning("a warning");
	ck_assert_str_eq(written(), "<4>relay: warning: a warning\n");
	setenv("JOURNAL_STREAM", "1:1", 1); // somebody else's
	log_start("relay", LOG_LEVEL_INFO);
	log_format_set(LOG_FORMAT_TEXT);
	log_error("an error");
	ck_assert_ptr_nonnull(strstr(written(), "\nrelay: error: an error\n"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tests = tcase_create("log");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_line_of_text_has_program_and_level);
	tcase_add_test(tests, a_line_of_json_is_json);
	tcase_add_test(tests, keys_and_values_are_quoted_where_they_must_be);
	tcase_add_test(tests, the_longest_message_stays_one_line);
	tcase_add_test(tests, too_many_lines_are_counted);
	tcase_add_test(tests, the_journal_is_given_the_priority);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
