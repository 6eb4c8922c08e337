/* SPDX-License-Identifier: BSD-3-Clause */
// test_https_client.c - requests and streams tell what came, once or not at all.
#include "../support/https_scene.h"

#define STREAM_HEAD                                                                                \
	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

START_TEST(request_carries_what_the_control_port_wants)
{
	ask("POST", "{\"a\":1}", "ccr_token", LONG_MS);
	ck_assert_int_eq(last_status, 200);
	ck_assert_str_eq(last_text, "{}");
	ck_assert_ptr_eq(strstr(heard, "POST /v1/x?y=z HTTP/1.1\r\n"), heard);
	ck_assert_ptr_nonnull(strstr(heard, "\r\nAuthorization: Bearer ccr_token\r\n"));
	ck_assert_ptr_nonnull(strstr(heard, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(heard, "\r\nContent-Length: 7\r\n"));
	ck_assert_ptr_nonnull(strstr(heard, address));
	ck_assert_ptr_nonnull(strstr(heard, "\r\n\r\n{\"a\":1}"));
}
END_TEST

START_TEST(delete_without_a_body_has_the_json_type)
{
	ask("DELETE", NULL, NULL, LONG_MS);
	ck_assert_ptr_nonnull(strstr(heard, "\r\nContent-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(heard, "\r\nContent-Length: 0\r\n"));
	ck_assert_ptr_null(strstr(heard, "Authorization"));
}
END_TEST

START_TEST(silence_ends_at_the_timeout)
{
	reply = NULL;
	ask("GET", NULL, NULL, 200);
	settle();
	ck_assert_int_eq(last_status, 0);
	ck_assert_ptr_nonnull(strstr(last_text, "200 ms"));
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(answer_that_breaks_off_is_an_error)
{
	reply = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
	hangs_up = true;
	ask("GET", NULL, NULL, LONG_MS);
	ck_assert_int_eq(last_status, 0);
	ck_assert_ptr_nonnull(strstr(last_text, "closed the connection"));
}
END_TEST

START_TEST(answer_before_a_hang_up_is_whole)
{
	hangs_up = true;
	ask("GET", NULL, NULL, LONG_MS);
	ck_assert_int_eq(last_status, 200);
}
END_TEST

START_TEST(cancelled_request_tells_nothing)
{
	request = https_request(client, "GET", "/", NULL, NULL, 100, on_answer, &answers);
	https_request_cancel(request);
	request = https_request(client, "GET", "/", NULL, NULL, 100, on_answer, &answers);
	while (heard_bytes == 0)
		event_base_loop(base, EVLOOP_ONCE);
	https_request_cancel(request);
	settle();
	ck_assert_uint_eq(answers, 0);
	ck_assert_uint_eq(accepted, 1);
}
END_TEST

START_TEST(client_may_be_destroyed_in_a_callback)
{
	destroys = true;
	https_request(client, "GET", "/other", NULL, NULL, LONG_MS, on_answer, &answers);
	ask("GET", NULL, NULL, LONG_MS);
	settle();
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(stream_tells_events_and_its_end_once)
{
	reply = STREAM_HEAD "8\r\nevent: j\r\n12\r\noin\ndata: {}\n\ndata\r\n"
			    "6\r\n: 2\n\n:\r\n0\r\n\r\n";
	watch();
	run_until(&has_ended);
	settle();
	ck_assert_uint_eq(events_told, 2);
	ck_assert_uint_eq(ends, 1);
	ck_assert_int_eq(last_status, 0);
	ck_assert_ptr_nonnull(strstr(heard, "Authorization: Bearer secret\r\n"));
}
END_TEST

START_TEST(stream_may_be_closed_at_an_event)
{
	reply = STREAM_HEAD "12\r\ndata: 1\n\ndata: 2\n\n\r\n";
	closes = true;
	watch();
	run_until(&has_answer);
	settle();
	ck_assert_uint_eq(events_told, 1);
	ck_assert_str_eq(last_text, "message=1");
	ck_assert_uint_eq(ends, 0);
}
END_TEST

START_TEST(client_may_be_destroyed_at_an_event)
{
	reply = STREAM_HEAD "12\r\ndata: 1\n\ndata: 2\n\n\r\n";
	destroys = true;
	watch();
	run_until(&has_answer);
	settle();
	ck_assert_uint_eq(events_told, 1);
	ck_assert_uint_eq(ends, 0);
}
END_TEST

START_TEST(refused_stream_tells_the_status)
{
	reply = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nwho";
	watch();
	run_until(&has_ended);
	ck_assert_int_eq(last_status, 401);
	ck_assert_ptr_nonnull(strstr(last_text, "who"));
	ck_assert_uint_eq(events_told, 0);
}
END_TEST

START_TEST(stream_must_be_one)
{
	reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ndata: x\n\n";
	watch();
	run_until(&has_ended);
	ck_assert_ptr_nonnull(strstr(last_text, "no event stream"));
	ck_assert_uint_eq(events_told, 0);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {request_carries_what_the_control_port_wants,
		delete_without_a_body_has_the_json_type, silence_ends_at_the_timeout,
		answer_that_breaks_off_is_an_error, answer_before_a_hang_up_is_whole,
		cancelled_request_tells_nothing, client_may_be_destroyed_in_a_callback,
		stream_tells_events_and_its_end_once, stream_may_be_closed_at_an_event,
		client_may_be_destroyed_at_an_event, refused_stream_tells_the_status,
		stream_must_be_one};
	return run_tests("https_client", tests, sizeof tests / sizeof *tests);
}
