/* SPDX-License-Identifier: BSD-3-Clause */
// test_https_events.c - server-sent events are read alike however they are cut.
#include "platform/https_events.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EVENT_BYTES_MAX 64

static char told[1024]; // "name=data|" of each event

static int
note(const char *name, const char *data, size_t length, void *user)
{
	(void)user;
	size_t used = strlen(told);
	ck_assert_uint_eq(strlen(data), length);
	snprintf(told + used, sizeof told - used, "%s=%s|", name, data);
	return 0;
}

static void
expect(const char *text, const char *expected)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct https_events events;
		size_t length = strlen(text);
		told[0] = '\0';
		https_events_init(&events, EVENT_BYTES_MAX);
		for (size_t at = 0; at < length; at += piece) {
			size_t take = length - at < piece ? length - at : piece;
			ck_assert_int_eq(
				https_events_feed(&events, text + at, take, note, NULL), 0);
		}
		https_events_fini(&events);
		ck_assert_str_eq(told, expected);
	}
}

START_TEST(event_has_a_name_and_data)
{
	expect("event: join\ndata: {\"a\":1}\n\n", "join={\"a\":1}|");
	expect("event:join\r\ndata:x\r\n\r\nevent: leave\r\ndata:  y\r\n\r\n", "join=x|leave= y|");
	expect("data: x\r\revent: e\rdata: y\r\r", "message=x|e=y|");
}
END_TEST

START_TEST(name_does_not_outlive_its_event)
{
	expect("event: a\ndata: 1\n\ndata: 2\n\n", "a=1|message=2|");
	expect("event: a\n\ndata: 2\n\n", "message=2|");
}
END_TEST

START_TEST(data_lines_are_joined)
{
	expect("data: a\ndata\ndata: b\n\n", "message=a\n\nb|");
	expect("data:\n\n", "message=|");
}
END_TEST

START_TEST(comments_and_other_fields_are_skipped)
{
	expect(": keep alive\n\nid: 7\nretry: 5\ndata: x\n:\n\n", "message=x|");
	expect("database: x\nevents: y\n\n", "");
}
END_TEST

START_TEST(unfinished_event_is_not_told)
{
	expect("data: x\n", "");
	expect("event: a\ndata: x", "");
}
END_TEST

START_TEST(endless_event_is_refused)
{
	struct https_events events;
	char text[EVENT_BYTES_MAX + 2];
	memset(text, 'x', sizeof text);
	https_events_init(&events, EVENT_BYTES_MAX);
	ck_assert_int_eq(https_events_feed(&events, text, sizeof text, note, NULL), -EMSGSIZE);
	https_events_fini(&events);

	int result = 0;
	https_events_init(&events, EVENT_BYTES_MAX);
	for (int i = 0; result == 0 && i < EVENT_BYTES_MAX; i++)
		result = https_events_feed(&events, "data: xxxx\n", 11, note, NULL);
	ck_assert_int_eq(result, -EMSGSIZE);
	https_events_fini(&events);

	memcpy(text, "event: ", 7);
	https_events_init(&events, 2 * sizeof text);
	https_events_feed(&events, text, sizeof text, note, NULL);
	https_events_feed(&events, text + 7, sizeof text - 7, note, NULL);
	ck_assert_int_eq(https_events_feed(&events, "\n", 1, note, NULL), -EMSGSIZE);
	https_events_fini(&events);
}
END_TEST

static int
stop(const char *name, const char *data, size_t length, void *user)
{
	note(name, data, length, user);
	return -ECANCELED;
}

START_TEST(reader_can_stop_at_an_event)
{
	static const char text[] = "data: 1\n\ndata: 2\n\n";
	struct https_events events;
	told[0] = '\0';
	https_events_init(&events, EVENT_BYTES_MAX);
	ck_assert_int_eq(https_events_feed(&events, text, sizeof text - 1, stop, NULL), -ECANCELED);
	https_events_fini(&events);
	ck_assert_str_eq(told, "message=1|");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("https_events");
	TCase *tests = tcase_create("https_events");
	tcase_add_test(tests, event_has_a_name_and_data);
	tcase_add_test(tests, name_does_not_outlive_its_event);
	tcase_add_test(tests, data_lines_are_joined);
	tcase_add_test(tests, comments_and_other_fields_are_skipped);
	tcase_add_test(tests, unfinished_event_is_not_told);
	tcase_add_test(tests, endless_event_is_refused);
	tcase_add_test(tests, reader_can_stop_at_an_event);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
