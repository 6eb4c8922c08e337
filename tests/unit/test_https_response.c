/* SPDX-License-Identifier: BSD-3-Clause */
// test_https_response.c - an answer is read alike however it is cut.
#include "platform/https_response.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char body[4096];
static size_t body_bytes;

static int
take(const char *bytes, size_t length, void *user)
{
	(void)user;
	ck_assert_uint_lt(body_bytes + length, sizeof body);
	memcpy(body + body_bytes, bytes, length);
	body_bytes += length;
	body[body_bytes] = '\0';
	return 0;
}

// Feeds `text` in pieces of `piece` bytes. Returns the last result.
static int
feed(struct https_response *response, const char *text, size_t piece)
{
	int result = 0;
	size_t length = strlen(text);
	https_response_init(response);
	body_bytes = 0;
	body[0] = '\0';
	for (size_t at = 0; at < length && result == 0; at += piece) {
		size_t take_bytes = length - at < piece ? length - at : piece;
		result = https_response_feed(response, text + at, take_bytes, take, NULL);
	}
	return result;
}

static void
expect(const char *text, int status, const char *expected_body)
{
	struct https_response response;
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		ck_assert_int_eq(feed(&response, text, piece), 1);
		ck_assert_int_eq(response.status, status);
		ck_assert_str_eq(body, expected_body);
	}
}

static void
expect_error(const char *text, int error)
{
	struct https_response response;
	for (size_t piece = 1; piece <= strlen(text); piece++)
		ck_assert_int_eq(feed(&response, text, piece), error);
}

START_TEST(length_ends_the_body)
{
	expect("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello");
	expect("HTTP/1.1 200 OK\ncontent-length:5\n\nhello", 200, "hello");
	expect("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, "");
	expect("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello", 200, "he");
}
END_TEST

START_TEST(chunks_are_joined)
{
	expect("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\n",
		200, "abc0123456789");
	expect("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", 200,
		"");
}
END_TEST

START_TEST(some_answers_have_no_body)
{
	expect("HTTP/1.1 204 No Content\r\n\r\n", 204, "");
	expect("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "");
	expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
		201, "x");
}
END_TEST

START_TEST(body_without_length_ends_with_the_connection)
{
	struct https_response response;
	ck_assert_int_eq(feed(&response, "HTTP/1.0 200 OK\r\n\r\nall of it", 3), 0);
	ck_assert(https_response_is_whole(&response));
	ck_assert_str_eq(body, "all of it");
	ck_assert_int_eq(feed(&response, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 3), 0);
	ck_assert(!https_response_is_whole(&response));
}
END_TEST

START_TEST(event_stream_is_told_from_other_types)
{
	struct https_response response;
	feed(&response, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", 7);
	ck_assert(response.is_event_stream);
	feed(&response, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", 7);
	ck_assert(!response.is_event_stream);
}
END_TEST

START_TEST(what_is_not_http_is_refused)
{
	expect_error("SSH-2.0-OpenSSH_9.2\r\n", -EBADMSG);
	expect_error("HTTP/1.1 20x OK\r\n", -EBADMSG);
	expect_error("HTTP/2.0 200 OK\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nno colon\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", -EBADMSG);
	expect_error("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", -EBADMSG);
}
END_TEST

START_TEST(endless_headers_are_refused)
{
	struct https_response response;
	char line[HTTPS_RESPONSE_LINE_BYTES_MAX + 1];
	memset(line, 'x', sizeof line);
	https_response_init(&response);
	ck_assert_int_eq(https_response_feed(&response, line, sizeof line, take, NULL), -EMSGSIZE);

	int result = 0;
	size_t fed = 0;
	https_response_init(&response);
	https_response_feed(&response, "HTTP/1.1 200 OK\r\n", 17, take, NULL);
	for (; result == 0 && fed < 2 * HTTPS_RESPONSE_HEAD_BYTES_MAX; fed += 6)
		result = https_response_feed(&response, "a: b\r\n", 6, take, NULL);
	ck_assert_int_eq(result, -EMSGSIZE);
	ck_assert_uint_le(fed, HTTPS_RESPONSE_HEAD_BYTES_MAX + 6);
}
END_TEST

static int
refuse(const char *bytes, size_t length, void *user)
{
	(void)bytes;
	(void)length;
	(void)user;
	return -ECANCELED;
}

START_TEST(reader_can_stop_in_mid_body)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	struct https_response response;
	https_response_init(&response);
	ck_assert_int_eq(
		https_response_feed(&response, text, sizeof text - 1, refuse, NULL), -ECANCELED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("https_response");
	TCase *tests = tcase_create("https_response");
	tcase_add_test(tests, length_ends_the_body);
	tcase_add_test(tests, chunks_are_joined);
	tcase_add_test(tests, some_answers_have_no_body);
	tcase_add_test(tests, body_without_length_ends_with_the_connection);
	tcase_add_test(tests, event_stream_is_told_from_other_types);
	tcase_add_test(tests, what_is_not_http_is_refused);
	tcase_add_test(tests, endless_headers_are_refused);
	tcase_add_test(tests, reader_can_stop_in_mid_body);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
