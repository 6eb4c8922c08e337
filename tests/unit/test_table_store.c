/* SPDX-License-Identifier: BSD-3-Clause */
// test_table_store.c - tables tried and rewritten: whole or not at all, also where the disk is
// full.
#include "control/table_store.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNTY "tests/data/county"
#define PAIRS_HEAD "pair,lead,assisted,listeners,weekly_target\n"

static char directory[64];
static struct config config;

static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 65536);
	ck_assert_msg(file != NULL, "%s: run this in the project's folder", path);
	ck_assert_uint_lt(fread(text, 1, 65535, file), 65535);
	fclose(file);
	return text;
}

static const char *
path_of(const char *name)
{
	static char path[2][128];
	static unsigned turn;
	turn ^= 1;
	snprintf(path[turn], sizeof path[turn], "%s/%s", directory, name);
	return path[turn];
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void
load(void)
{
	struct file_error error = {0};
	timetable_release(config.timetable);
	ck_assert_msg(timetable_load_marked(
			      config.timetable_path, &config.timetable, &config.marks, &error) == 0,
		"%s:%u: %s", error.file, error.line, error.reason);
}

static void
fill_directory(void)
{
	static const char *const names[] = {
		"schools.csv", "endpoints.csv", "bells.csv", "pairs.csv", "rules.csv"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[128];
		snprintf(path, sizeof path, COUNTY "/%s", names[i]);
		char *text = read_file(path);
		write_file(names[i], text);
		free(text);
	}
	write_file("timetable.conf",
		"county = \"test\"; zone = \"Asia/Shanghai\"; schools = \"schools.csv\";\n"
		"endpoints = \"endpoints.csv\"; bells = \"bells.csv\"; pairs = \"pairs.csv\";\n"
		"rules = \"rules.csv\";\n");
}

static void
setup(void)
{
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	snprintf(directory, sizeof directory, "/tmp/test_table_store.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	fill_directory();
	config = (struct config){0};
	snprintf(config.timetable_path, sizeof config.timetable_path, "%s",
		path_of("timetable.conf"));
	load();
}

static int
remove_one(const char *name, const struct stat *status, int what, struct FTW *where)
{
	(void)status, (void)what, (void)where;
	return remove(name);
}

static void
teardown(void)
{
	timetable_release(config.timetable);
	nftw(directory, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

static int
check_table(enum timetable_file table, const char *text, struct file_error *error)
{
	struct timetable *fresh;
	*error = (struct file_error){0};
	int result = table_store_check(&config, table, text, strlen(text), &fresh, error);
	if (result == 0)
		timetable_release(fresh);
	return result;
}

START_TEST(every_table_has_a_name_and_every_name_a_table)
{
	enum timetable_file table;
	for (enum timetable_file i = 0; i < TIMETABLE_FILE_COUNT; i++) {
		ck_assert_int_eq(table_find(table_name(i), &table), 0);
		ck_assert_int_eq(table, i);
	}
	ck_assert_int_eq(table_find("rules.csv", &table), -ENOENT);
	ck_assert_int_eq(table_find("", &table), -ENOENT);
}
END_TEST

START_TEST(a_file_is_read_with_the_sha256_of_its_bytes)
{
	struct table_file file;
	struct file_error error = {0};
	write_file("pairs.csv", "abc");
	ck_assert_int_eq(table_store_read(config.timetable, TIMETABLE_PAIRS, &file, &error), 0);
	ck_assert_uint_eq(file.count, 3);
	// FIPS 180-2, appendix B.1.
	ck_assert_str_eq(
		file.mark, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_str_ne(file.mark, config.marks.tables[TIMETABLE_PAIRS]);
	table_file_fini(&file);
	ck_assert_int_eq(
		table_store_read(config.timetable, TIMETABLE_CALENDAR, &file, &error), -ENOENT);
	ck_assert_int_eq(unlink(path_of("pairs.csv")), 0);
	ck_assert_int_eq(
		table_store_read(config.timetable, TIMETABLE_PAIRS, &file, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.file, "pairs.csv"));
}
END_TEST

START_TEST(a_table_is_tried_with_all_the_others)
{
	struct file_error error;
	char *bells = read_file(path_of("bells.csv"));
	ck_assert_int_eq(check_table(TIMETABLE_BELLS, bells, &error), 0);
	free(bells);
	// The pairs themselves are right; a rule of another file has lost its own.
	ck_assert_int_eq(
		check_table(TIMETABLE_PAIRS, PAIRS_HEAD "other,wuxi,houren,,4\n", &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.file, "rules.csv"));
	ck_assert_uint_eq(error.line, 2);
	ck_assert_int_eq(check_table(TIMETABLE_CALENDAR, "date,kind\n", &error), -ENOENT);
}
END_TEST

START_TEST(a_hand_edit_elsewhere_stops_it_until_it_is_loaded)
{
	static const char *const names[] = {"timetable.conf", "schools.csv"};
	struct file_error error;
	char *rules = read_file(path_of("rules.csv"));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *text = read_file(path_of(names[i]));
		strcat(text, "\n");
		write_file(names[i], text);
		free(text);
		ck_assert_int_eq(check_table(TIMETABLE_RULES, rules, &error), -ESTALE);
		ck_assert_str_eq(error.file, path_of(names[i]));
		load();
		ck_assert_int_eq(check_table(TIMETABLE_RULES, rules, &error), 0);
	}
	free(rules);
}
END_TEST

START_TEST(a_rewritten_file_is_whole_and_the_one_before_beside_it)
{
	struct table_file before;
	struct file_error error = {0};
	ck_assert_int_eq(table_store_read(config.timetable, TIMETABLE_PAIRS, &before, &error), 0);
	ck_assert_int_eq(table_store_write(&before, "new\n", 4), 0);
	char *now = read_file(path_of("pairs.csv")), *kept = read_file(path_of("pairs.csv~"));
	ck_assert_str_eq(now, "new\n");
	ck_assert_str_eq(kept, before.bytes);
	free(now);
	free(kept);
	table_file_fini(&before);
}
END_TEST

START_TEST(a_full_disk_leaves_the_file_as_it_was)
{
	struct table_file before;
	struct file_error error = {0};
	char *large = malloc(600000), stuffing[4096];
	ck_assert_msg(unshare(CLONE_NEWNS) == 0, "unshare: %s", strerror(errno));
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("disk", directory, "tmpfs", 0, "size=512k"), 0);
	fill_directory();
	load();
	int file = open(path_of("stuffing"), O_WRONLY | O_CREAT, 0600);
	memset(stuffing, 'x', sizeof stuffing);
	while (write(file, stuffing, sizeof stuffing) > 0)
		;
	close(file);
	ck_assert_int_eq(table_store_read(config.timetable, TIMETABLE_RULES, &before, &error), 0);
	memset(large, 'x', 600000);
	ck_assert_int_eq(table_store_write(&before, large, 600000), -ENOSPC);
	char *now = read_file(path_of("rules.csv"));
	ck_assert_str_eq(now, before.bytes);
	free(now);
	table_file_fini(&before);
	free(large);
	ck_assert_int_eq(umount(directory), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("table_store");
	TCase *tests = tcase_create("table_store");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, every_table_has_a_name_and_every_name_a_table);
	tcase_add_test(tests, a_file_is_read_with_the_sha256_of_its_bytes);
	tcase_add_test(tests, a_table_is_tried_with_all_the_others);
	tcase_add_test(tests, a_hand_edit_elsewhere_stops_it_until_it_is_loaded);
	tcase_add_test(tests, a_rewritten_file_is_whole_and_the_one_before_beside_it);
	tcase_add_test(tests, a_full_disk_leaves_the_file_as_it_was);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
