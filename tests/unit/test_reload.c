/* SPDX-License-Identifier: BSD-3-Clause */
// test_reload.c - a configuration is tried in a child that may hang, crash or talk too much.
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "control/reload.h"
#include "platform/clock.h"

#define LIMIT_MS 300

static struct event_base *base;
static struct reload *reload;
static char program[64];
static unsigned done_count;
static char said[RELOAD_OUTPUT_BYTES];
static bool is_good;

static void
on_done(void *context, const char *error)
{
	ck_assert_ptr_eq(context, &done_count);
	done_count++;
	is_good = !error;
	snprintf(said, sizeof said, "%s", error ? error : "");
	event_base_loopbreak(base);
}

static void
setup(void)
{
	done_count = 0;
	snprintf(program, sizeof program, "/tmp/test_reload.XXXXXX");
	int fd = mkstemp(program);
	ck_assert_int_ge(fd, 0);
	close(fd);
	base = event_base_new();
	reload = reload_create(base, program, "x.conf", LIMIT_MS, on_done, &done_count);
	ck_assert_ptr_nonnull(reload);
}

static void
teardown(void)
{
	reload_destroy(reload);
	event_base_free(base);
	unlink(program);
	// No child is left behind.
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

static void
script(const char *text)
{
	FILE *file = fopen(program, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	ck_assert_int_eq(chmod(program, 0700), 0);
}

static void
run(const char *text)
{
	script(text);
	ck_assert_int_eq(reload_start(reload), 0);
	event_base_dispatch(base);
	ck_assert_uint_eq(done_count, 1);
}

START_TEST(a_good_one_is_good)
{
	run("exit 0");
	ck_assert(is_good);
}
END_TEST

START_TEST(the_child_is_told_what_to_check)
{
	run("test \"$*\" = '--check-config --config x.conf'");
	ck_assert_msg(is_good, "%s", said);
}
END_TEST

START_TEST(a_bad_one_is_told_in_the_childs_words)
{
	run("echo 'relay: x.conf:7: no such thing' >&2; exit 2");
	ck_assert(!is_good);
	ck_assert_str_eq(said, "x.conf:7: no such thing");
}
END_TEST

START_TEST(one_that_hangs_is_ended_at_the_limit)
{
	struct mono_time begin = clock_mono();
	run("exec sleep 30");
	int64_t ms = mono_since_ns(clock_mono(), begin) / NS_IN_MS;
	ck_assert(!is_good);
	ck_assert_ptr_nonnull(strstr(said, "300 ms"));
	ck_assert_int_ge(ms, LIMIT_MS);
	ck_assert_int_lt(ms, 10 * LIMIT_MS);
}
END_TEST

START_TEST(one_that_dies_silently_is_told)
{
	run("kill -SEGV $$");
	ck_assert(!is_good);
	ck_assert_str_eq(said, "x.conf: the check ended by signal 11");
}
END_TEST

START_TEST(one_that_talks_too_much_is_cut)
{
	run("i=0; while [ $i -lt 3000 ]; do echo word$i; i=$((i+1)); done; exit 1");
	ck_assert(!is_good);
	ck_assert_int_eq(strncmp(said, "word0\n", 6), 0);
	ck_assert_uint_lt(strlen(said), RELOAD_OUTPUT_BYTES);
}
END_TEST

START_TEST(the_child_gets_no_descriptor_of_ours)
{
	int ours = dup(1); // without close-on-exec
	char text[64];
	snprintf(text, sizeof text, "test ! -e /proc/self/fd/%d", ours);
	run(text);
	close(ours);
	ck_assert(is_good);
}
END_TEST

START_TEST(a_second_one_waits_for_the_first)
{
	script("exec sleep 30");
	ck_assert_int_eq(reload_start(reload), 0);
	ck_assert_int_eq(reload_start(reload), -EBUSY);
	event_base_dispatch(base);
	ck_assert_uint_eq(done_count, 1);
	done_count = 0;
	run("exit 0");
	ck_assert(is_good);
}
END_TEST

START_TEST(a_program_that_is_missing_is_an_error_at_once)
{
	unlink(program);
	ck_assert_int_eq(reload_start(reload), -ENOENT);
	ck_assert_uint_eq(done_count, 0);
}
END_TEST

static Suite *
reload_suite(void)
{
	Suite *suite = suite_create("reload");
	TCase *tcase = tcase_create("reload");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_good_one_is_good);
	tcase_add_test(tcase, the_child_is_told_what_to_check);
	tcase_add_test(tcase, a_bad_one_is_told_in_the_childs_words);
	tcase_add_test(tcase, one_that_hangs_is_ended_at_the_limit);
	tcase_add_test(tcase, one_that_dies_silently_is_told);
	tcase_add_test(tcase, one_that_talks_too_much_is_cut);
	tcase_add_test(tcase, the_child_gets_no_descriptor_of_ours);
	tcase_add_test(tcase, a_second_one_waits_for_the_first);
	tcase_add_test(tcase, a_program_that_is_missing_is_an_error_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(reload_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
