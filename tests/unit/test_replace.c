/* SPDX-License-Identifier: BSD-3-Clause */
// test_replace.c - a file is replaced whole or not at all.
#include "classroom/replace.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/test_replace.XXXXXX";
static char file[64];

static void
make_directory(void)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof file, "%s/status.json", directory);
}

static void
remove_directory(void)
{
	unlink(file);
	// Fails where a half-written file was left behind.
	ck_assert_int_eq(rmdir(directory), 0);
}

static const char *
content(void)
{
	static char text[64];
	FILE *in = fopen(file, "r");
	ck_assert_ptr_nonnull(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

START_TEST(new_text_replaces_a_longer_one)
{
	ck_assert_int_eq(replace_file(file, "a longer text", 13), 0);
	ck_assert_int_eq(replace_file(file, "short", 5), 0);
	ck_assert_str_eq(content(), "short");
}
END_TEST

START_TEST(reader_of_the_old_file_keeps_it)
{
	char text[8] = "";
	ck_assert_int_eq(replace_file(file, "old", 3), 0);
	int fd = open(file, O_RDONLY);
	ck_assert_int_eq(replace_file(file, "new", 3), 0);
	ck_assert_int_eq(read(fd, text, sizeof text), 3);
	ck_assert_str_eq(text, "old");
	close(fd);
}
END_TEST

START_TEST(failure_is_told_and_leaves_the_old_file)
{
	char missing[128];
	snprintf(missing, sizeof missing, "%s/no/such/file", directory);
	ck_assert_int_eq(replace_file(missing, "x", 1), -ENOENT);
	ck_assert_int_eq(replace_file("/dev/full/x", "x", 1), -ENOTDIR);
	// A directory cannot be replaced by a file.
	ck_assert_int_eq(mkdir(file, 0700), 0);
	ck_assert_int_eq(replace_file(file, "x", 1), -EISDIR);
	ck_assert_int_eq(rmdir(file), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("replace");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, make_directory, remove_directory);
	tcase_add_test(facts, new_text_replaces_a_longer_one);
	tcase_add_test(facts, reader_of_the_old_file_keeps_it);
	tcase_add_test(facts, failure_is_told_and_leaves_the_old_file);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
