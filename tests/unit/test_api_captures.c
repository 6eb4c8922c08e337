/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_captures.c - captures of headers asked for over TLS, from a worker that the test plays.
#include "../support/control_fixture.h"
#include "control/pcapng.h"
#include "platform/capture.h"

#define FRAME_BYTES 200
#define HEADER_BYTES 54

static struct classroom wuxi;
static struct classroom houren;
static char session[64];

static void
setup(void)
{
	scene_setup();
	classroom_enrol(&wuxi, "wuxi-1");
	classroom_enrol(&houren, "houren-1");
	classroom_connect(&wuxi, "");
	classroom_connect(&houren, "");
	json_t *opened = ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"t\"}", NULL,
		201);
	snprintf(session, sizeof session, "%s", text_at(opened, "id"));
	json_decref(opened);
	classroom_wait(&wuxi, JOIN, 1);
	classroom_wait(&houren, JOIN, 1);
	while (sessions_pending_count(scene.control->sessions) > 0)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
}

static void
teardown(void)
{
	classroom_close(&wuxi);
	classroom_close(&houren);
	scene_teardown();
}

static json_t *
begin(const char *endpoint, const char *kind, int seconds, int status)
{
	char body[256];
	snprintf(body, sizeof body,
		"{\"session\":\"%s\",\"endpoint\":\"%s\",\"kind\":\"%s\",\"seconds\":%d}", session,
		endpoint, kind, seconds);
	return ask("POST", "/v1/captures", body, NULL, status);
}

// The ring that the worker was given; waits until it was.
static struct capture *
ring(void)
{
	while (!scene.worker.capture)
		event_base_loop(scene.control->base, EVLOOP_ONCE);
	return scene.worker.capture;
}

static void
put(struct capture *capture, unsigned count)
{
	uint8_t frame[FRAME_BYTES] = {0};
	for (unsigned i = 0; i < count; i++)
		capture_put(capture, frame, sizeof frame, HEADER_BYTES, clock_mono());
}

static json_t *
wait_done(void)
{
	for (;;) {
		json_t *capture = ask("GET", "/v1/captures/1", NULL, NULL, 200);
		if (strcmp(text_at(capture, "state"), "done") == 0)
			return capture;
		json_decref(capture);
		event_base_loop(scene.control->base, EVLOOP_ONCE);
	}
}

START_TEST(what_the_worker_puts_is_in_the_file_and_the_flows_end_ends_it)
{
	json_t *capture = begin("wuxi-1", "audio", 60, 201);
	ck_assert_str_eq(text_at(capture, "state"), "running");
	ck_assert(json_is_null(json_object_get(capture, "ended_by")));
	json_decref(capture);
	put(ring(), 5);
	json_decref(begin("houren-1", "audio", 1, 409));
	json_decref(ask("GET", "/v1/captures/1/file", NULL, NULL, 409));
	put(ring(), CAPTURE_RECORDS_MAX + 3); // it cannot be emptied meanwhile

	char path[128];
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s", strchr(session, '/') + 1);
	json_decref(ask("DELETE", path, NULL, NULL, 200));
	capture = wait_done();
	ck_assert_str_eq(text_at(capture, "ended_by"), "gone");
	json_int_t packets = number_at(capture, "packets");
	ck_assert_int_ge(packets, CAPTURE_RECORDS_MAX);
	ck_assert_int_eq(packets + number_at(capture, "missed"), CAPTURE_RECORDS_MAX + 8);
	// A section, an interface with its resolution, and a block of each packet.
	ck_assert_int_eq(number_at(capture, "file_bytes"), 28 + 32 + packets * (32 + 56));
	json_decref(capture);
	ck_assert_ptr_null(scene.worker.capture);
}
END_TEST

START_TEST(a_capture_that_cannot_be_is_refused)
{
	json_decref(ask("POST", "/v1/captures", "{}", NULL, 400));
	json_decref(begin("wuxi-1", "audio", 0, 422));
	json_decref(begin("wuxi-1", "audio", 61, 422));
	json_decref(begin("wuxi-1", "smoke", 1, 404));
	json_decref(begin("nobody-1", "audio", 1, 404));
	json_decref(begin("jian-1", "audio", 1, 404)); // is not in the session
	json_decref(ask("GET", "/v1/captures/1", NULL, NULL, 404));
	json_decref(ask("GET", "/v1/captures/0", NULL, NULL, 404));
	json_decref(ask("POST", "/v1/captures", "{}", wuxi.token, 403));
	ck_assert_ptr_null(scene.worker.capture);
}
END_TEST

START_TEST(a_relay_that_stops_takes_a_running_capture_back)
{
	json_decref(begin("wuxi-1", "teacher", 60, 201));
	put(ring(), 1);
}
END_TEST

START_TEST(a_file_stays_below_its_limit)
{
	struct pcapng file = {0};
	uint8_t bytes[CAPTURE_BYTES_MAX] = {0};
	size_t count = 0;
	ck_assert_int_eq(pcapng_begin(&file, CAPTURE_BYTES_MAX), 0);
	while (pcapng_add(&file, count, bytes, sizeof bytes, 1200) == 0)
		count++;
	ck_assert_int_eq(pcapng_add(&file, count, bytes, sizeof bytes, 1200), -ENOSPC);
	ck_assert_uint_le(file.count, PCAPNG_BYTES_MAX);
	ck_assert_uint_gt(file.count, PCAPNG_BYTES_MAX - 256);
	pcapng_fini(&file);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api_captures");
	TCase *tcase = tcase_create("api_captures");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_the_worker_puts_is_in_the_file_and_the_flows_end_ends_it);
	tcase_add_test(tcase, a_capture_that_cannot_be_is_refused);
	tcase_add_test(tcase, a_relay_that_stops_takes_a_running_capture_back);
	tcase_add_test(tcase, a_file_stays_below_its_limit);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
