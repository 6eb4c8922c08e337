/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_throughput.c - the seconds of the hour and the minutes of the disk over TLS, as JSON and
// for a spreadsheet.
#include "../support/control_fixture.h"

// The first looks at the counters.
static json_t *
hour_of(size_t seconds)
{
	for (;;) {
		json_t *hour = ask("GET", "/v1/throughput", NULL, NULL, 200);
		if (json_array_size(json_object_get(hour, "at_ms")) >= seconds)
			return hour;
		json_decref(hour);
		bool is_over = false;
		struct timeval pause = {.tv_usec = 200000};
		struct event *timer =
			evtimer_new(scene.control->base, scene_patience_end, &is_over);
		evtimer_add(timer, &pause);
		scene_run_until(&is_over);
		event_free(timer);
	}
}

static double
sum_of(json_t *answer, const char *column)
{
	json_t *values = json_object_get(json_object_get(answer, "series"), column);
	double sum = 0;
	ck_assert_msg(json_is_array(values), "no column %s", column);
	ck_assert_uint_eq(
		json_array_size(values), json_array_size(json_object_get(answer, "at_ms")));
	for (size_t i = 0; i < json_array_size(values); i++)
		sum += json_number_value(json_array_get(values, i));
	return sum;
}

START_TEST(the_hour_adds_up_to_what_worker_and_device_count)
{
	json_t *hour = hour_of(2);
	json_t *totals = json_object_get(hour, "totals");
	json_t *headroom = json_object_get(hour, "headroom");
	ck_assert_str_eq(text_at(hour, "span"), "hour");
	ck_assert_int_eq(number_at(hour, "step_s"), 1);
	ck_assert_double_eq(sum_of(hour, "frames_in"), 7);
	ck_assert_double_eq(sum_of(hour, "device_packets_in"), 7);
	ck_assert_double_eq(sum_of(hour, "device_bytes_in"), 700);
	ck_assert_int_eq(number_at(totals, "frames_in"), 7);
	ck_assert_int_eq(number_at(totals, "device_packets_in"), 7);
	ck_assert_double_eq(json_number_value(json_object_get(headroom, "buffers_share")), 0.75);
	ck_assert_double_gt(json_number_value(json_object_get(headroom, "link_in_share")), 0.99);
	ck_assert(json_is_null(json_object_get(headroom, "packets_in_s_max"))); // never busy
	ck_assert(json_is_null(json_object_get(hour, "school")));
	json_decref(hour);
	json_t *last = ask("GET", "/v1/throughput?last_s=1", NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(last, "at_ms")), 1);
	json_decref(last);
}
END_TEST

START_TEST(the_minutes_of_the_disk_outlive_a_restart)
{
	json_decref(hour_of(1));
	scene_stop();
	scene_start();
	for (size_t i = 0; i < 4; i++) {
		static const char *const paths[] = {"/v1/throughput?span=day",
			"/v1/throughput?span=week", "/v1/throughput?span=month",
			"/v1/throughput?span=year"};
		json_t *answer = ask("GET", paths[i], NULL, NULL, 200);
		ck_assert_double_eq(sum_of(answer, "frames_in"), 7);
		json_t *day = json_array_get(json_object_get(answer, "days"), 0);
		ck_assert_int_eq(number_at(day, "peak_bit_in_s"), 0);
		ck_assert_uint_eq(strlen(text_at(day, "date")), strlen("2026-11-23"));
		json_decref(answer);
	}
}
END_TEST

START_TEST(a_school_has_columns_of_its_own)
{
	json_decref(hour_of(1));
	json_t *hour = ask("GET", "/v1/throughput?school=wuxi", NULL, NULL, 200);
	ck_assert_str_eq(text_at(hour, "school"), "wuxi");
	ck_assert_double_eq(sum_of(hour, "packets_in"), 0);
	ck_assert_ptr_null(json_object_get(hour, "headroom"));
	ck_assert_ptr_null(json_object_get(json_object_get(hour, "series"), "frames_in"));
	json_decref(hour);
	json_decref(ask("GET", "/v1/throughput?school=wuxi&span=year", NULL, NULL, 200));
}
END_TEST

START_TEST(a_spreadsheet_gets_a_line_for_each_second)
{
	struct answer answer = {0};
	json_decref(hour_of(2));
	ck_assert_ptr_nonnull(https_request(scene.client, "GET", "/v1/throughput.csv?last_s=2",
		NULL, NULL, PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_int_eq(strncmp(answer.text,
				 "\xef\xbb\xbf"
				 "at,covered_ms,frames_in,",
				 26),
		0);
	size_t lines = 0;
	for (const char *at = answer.text; (at = strstr(at, "\r\n")); at += 2)
		lines++;
	ck_assert_uint_eq(lines, 3);
	free(answer.text);
}
END_TEST

START_TEST(what_nobody_can_mean_is_refused)
{
	json_decref(ask("GET", "/v1/throughput?span=century", NULL, NULL, 400));
	json_decref(ask("GET", "/v1/throughput?last_s=0", NULL, NULL, 400));
	json_decref(ask("GET", "/v1/throughput?last_s=3601", NULL, NULL, 400));
	json_decref(ask("GET", "/v1/throughput?last_s=-1", NULL, NULL, 400));
	json_decref(ask("GET", "/v1/throughput?school=atlantis", NULL, NULL, 404));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_throughput");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, scene_setup, scene_teardown);
	tcase_set_timeout(facts, 60);
	tcase_add_test(facts, the_hour_adds_up_to_what_worker_and_device_count);
	tcase_add_test(facts, the_minutes_of_the_disk_outlive_a_restart);
	tcase_add_test(facts, a_school_has_columns_of_its_own);
	tcase_add_test(facts, a_spreadsheet_gets_a_line_for_each_second);
	tcase_add_test(facts, what_nobody_can_mean_is_refused);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
