/* SPDX-License-Identifier: BSD-3-Clause */
// test_file_keeper.c - the newest text reaches the file, whatever the disk does, and nobody waits.
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/file_keeper.h"

static char directory[64];
static char path[96];

static void
setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/test_file_keeper.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/kept", directory);
}

static void
teardown(void)
{
	unlink(path);
	rmdir(directory);
}

static void
expect(const char *text)
{
	char found[4096] = "";
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fread(found, 1, sizeof found - 1, file), strlen(text));
	fclose(file);
	ck_assert_str_eq(found, text);
}

START_TEST(the_last_text_is_in_the_file_at_the_end)
{
	struct file_keeper *keeper = file_keeper_create(path, 0600);
	for (int i = 0; i < 1000; i++) {
		char text[32];
		snprintf(text, sizeof text, "text %d", i);
		file_keeper_put(keeper, strdup(text));
	}
	file_keeper_destroy(keeper);
	expect("text 999");
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_disk_that_fails_is_told_and_tried_again)
{
	struct file_keeper *keeper = file_keeper_create(path, 0600);
	ck_assert_int_eq(rmdir(directory), 0);
	file_keeper_put(keeper, strdup("lost"));
	while (file_keeper_result(keeper) == 0)
		usleep(1000);
	ck_assert_int_eq(file_keeper_result(keeper), -ENOENT);
	ck_assert_int_eq(mkdir(directory, 0700), 0);
	file_keeper_put(keeper, strdup("kept"));
	file_keeper_destroy(keeper);
	expect("kept");
}
END_TEST

START_TEST(nothing_is_written_where_nothing_was_put)
{
	file_keeper_destroy(file_keeper_create(path, 0600));
	ck_assert_int_eq(access(path, F_OK), -1);
	file_keeper_destroy(NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_keeper");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_add_test(facts, the_last_text_is_in_the_file_at_the_end);
	tcase_add_test(facts, a_disk_that_fails_is_told_and_tried_again);
	tcase_add_test(facts, nothing_is_written_where_nothing_was_put);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
