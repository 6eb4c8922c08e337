/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_head.c - what is a request's head, and with which status anything else is refused.
#include <check.h>
#include <string.h>

#include "http/http_head.h"

static char buffer[1024];

static int
read_head(const char *text, struct http_head *head)
{
	const char *what = NULL;
	size_t count = strlen(text);
	memcpy(buffer, text, count + 1);
	int status = http_head_read(buffer, count, head, &what);
	ck_assert(status == 0 || (what != NULL && strlen(what) > 10));
	return status;
}

START_TEST(a_head_ends_at_its_empty_line)
{
	ck_assert_uint_eq(http_head_find("GET / HTTP/1.1\r\nA: b\r\n\r\nbody", 28), 24);
	ck_assert_uint_eq(http_head_find("GET / HTTP/1.1\nA: b\n\nbody", 25), 21);
	ck_assert_uint_eq(http_head_find("GET / HTTP/1.1\r\nA: b\r\n\r", 23), 0);
	ck_assert_uint_eq(http_head_find("GET / HTTP/1.1\r\nA: b\r\n", 22), 0);
}
END_TEST

START_TEST(a_head_tells_who_asks_for_what)
{
	struct http_head head;
	ck_assert_int_eq(
		read_head("PUT /v1/a%20b?c=d HTTP/1.1\r\nHost: x\r\nauthorization:  Bearer "
			  "t \r\nCookie: k=v\r\nContent-Length: 123456789012\r\n\r\n",
			&head),
		0);
	ck_assert_str_eq(head.method, "PUT");
	ck_assert_str_eq(head.path, "/v1/a%20b");
	ck_assert_str_eq(head.authorization, "Bearer t");
	ck_assert_str_eq(head.cookie, "k=v");
	ck_assert_int_eq(head.content_bytes, 123456789012);
	ck_assert_int_eq(read_head("\r\nGET / HTTP/1.0\n\n", &head), 0);
	ck_assert_int_eq(head.content_bytes, 0);
	ck_assert_ptr_null(head.authorization);
}
END_TEST

START_TEST(what_is_no_head_is_refused)
{
	static const struct {
		const char *text;
		int status;
	} heads[] = {
		{"\r\n\r\n", 400},
		{"GET /\r\n\r\n", 400},
		{"nonsense\r\n\r\n", 400},
		{"GET / HTTP/2.0\r\n\r\n", 505},
		{"GET / HTCPCP/1.0\r\n\r\n", 400},
		{"BREW / HTTP/1.1\r\n\r\n", 501},
		{"get / HTTP/1.1\r\n\r\n", 501},
		{"GET http://a/ HTTP/1.1\r\n\r\n", 400},
		{"GET * HTTP/1.1\r\n\r\n", 400},
		{"GET /\x01 HTTP/1.1\r\n\r\n", 400},
		{"GET /\xff HTTP/1.1\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\n: no name\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: 9999999999999\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
		{"POST / HTTP/1.1\r\nExpect: gifts\r\n\r\n", 417},
	};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct http_head head;
		int status = read_head(heads[i].text, &head);
		ck_assert_msg(status == heads[i].status, "%s: %d", heads[i].text, status);
	}
	const char *what;
	struct http_head head;
	memcpy(buffer, "GET /\0 HTTP/1.1\r\n\r\n", 19);
	ck_assert_int_eq(http_head_read(buffer, 19, &head, &what), 400);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_head");
	TCase *tests = tcase_create("http_head");
	tcase_add_test(tests, a_head_ends_at_its_empty_line);
	tcase_add_test(tests, a_head_tells_who_asks_for_what);
	tcase_add_test(tests, what_is_no_head_is_refused);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
