/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_body.c - whose bodies may be long, and on which routes only.
#include "../support/http_scene.h"

static size_t text_bytes;
static char text_end[8];

static void
on_text(struct http_request *request, void *user)
{
	(void)user;
	text_bytes = request->text_bytes;
	if (text_bytes >= 4)
		snprintf(text_end, sizeof text_end, "%.4s", request->text + text_bytes - 4);
	const char *match = http_request_header(request, "If-Match");
	http_request_set_header(request, "ETag", "\"of the answer\"");
	http_respond_json(request, 200,
		json_pack("{s:b, s:s?, s:s}", "json", request->body != NULL, "match", match, "id",
			request->id));
}

static const struct http_route text_route = {
	"PUT", "/v1/tables/:id", TOKEN_ROLE_OPERATOR, on_text, NULL};

static void
listen_with_text_route(void)
{
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(http_server_route_text(server, &text_route, "text/csv"), 0);
}

// Puts a text of so many bytes, which ends with "fine".
static struct answer
put(size_t bytes, const char *type, const char *token)
{
	struct answer answer = {0};
	char *body = malloc(bytes + 1);
	memset(body, 'x', bytes);
	if (bytes >= 4)
		memcpy(body + bytes - 4, "fine", 4);
	const struct https_text text = {
		.content_type = type, .bytes = body, .count = bytes, .if_match = "\"abc\""};
	ck_assert_ptr_nonnull(https_request_text(
		client, "PUT", "/v1/tables/rules", &text, token, PATIENCE_MS, on_answer, &answer));
	free(body);
	run_until(&answer.is_there);
	json_decref(answer.json);
	return answer;
}

START_TEST(text_reaches_its_handler_as_it_is)
{
	listen_with_text_route();
	struct answer answer = put(300, "text/csv", NULL);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_nonnull(strstr(answer.text, "\"match\":\"\\\"abc\\\"\""));
	ck_assert_ptr_nonnull(strstr(answer.text, "\"json\":false"));
	ck_assert_uint_eq(text_bytes, 300);
	ck_assert_str_eq(text_end, "fine");
	ck_assert_int_eq(put(300, "text/csv;charset=utf-8", NULL).status, 200);
	ck_assert_int_eq(put(300, "application/json", NULL).status, 415);
	ck_assert_int_eq(put(300, "text/csvx", NULL).status, 415);
}
END_TEST

START_TEST(a_long_text_is_taken_whole_up_to_its_limit)
{
	listen_with_text_route();
	const size_t most = HTTP_TEXT_BYTES_MAX;
	ck_assert_int_eq(put(HTTP_BODY_BYTES_MAX + 1, "text/csv", NULL).status, 200);
	ck_assert_int_eq(put(most, "text/csv", operator_token).status, 200);
	ck_assert_uint_eq(text_bytes, most);
	ck_assert_str_eq(text_end, "fine");
	ck_assert_int_eq(put(most + 1, "text/csv", NULL).status, 413);
	ck_assert_uint_eq(text_bytes, most);
}
END_TEST

START_TEST(who_is_not_let_in_may_not_send_a_long_text)
{
	listen_with_text_route();
	ck_assert_int_eq(put(HTTP_BODY_BYTES_MAX + 1, "text/csv", "ccr_unknown").status, 413);
	ck_assert_int_eq(put(HTTP_BODY_BYTES_MAX + 1, "text/csv", endpoint_token).status, 413);
	ck_assert_int_eq(put(300, "text/csv", endpoint_token).status, 403);
	ck_assert_uint_eq(text_bytes, 0);
}
END_TEST

// A whole request of one connection, its body all blanks but for the brackets.
static void
raw_request(struct raw *raw, const char *head, size_t bytes, const char *expected)
{
	char line[256];
	char *request = malloc(sizeof line + bytes + 1);
	int used = snprintf(line, sizeof line,
		"%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
		head, strncmp(head, "PUT", 3) ? "application/json" : "text/csv", bytes);
	memcpy(request, line, (size_t)used);
	memset(request + used, ' ', bytes);
	request[used] = '{';
	request[(size_t)used + bytes - 1] = '}';
	request[(size_t)used + bytes] = '\0';
	raw->length = 0;
	raw->text[0] = '\0';
	raw_expect(raw, request, expected);
	free(request);
}

START_TEST(the_room_is_for_one_request_only)
{
	struct raw raw;
	listen_with_text_route();
	raw_open(&raw, true);
	raw_request(&raw, "PUT /v1/tables/rules", 500000, " 200 ");
	raw_request(&raw, "POST /v1/things", 100, " 200 ");
	raw_request(&raw, "PUT /v1/tables/rules", 500000, " 200 ");
	raw_request(&raw, "POST /v1/things", HTTP_BODY_BYTES_MAX + 1, " 413 ");
	raw_close(&raw);
}
END_TEST

START_TEST(a_header_can_be_given_to_the_answer)
{
	struct raw raw;
	listen_with_text_route();
	raw_open(&raw, true);
	raw_request(&raw, "PUT /v1/tables/rules", 100, "ETag: \"of the answer\"\r\n");
	raw_close(&raw);
}
END_TEST

// Each answer is a problem in JSON, never a page of the HTTP library's own.
START_TEST(what_is_no_request_is_told_so_in_json)
{
	static const struct {
		const char *request, *expected;
	} requests[] = {
		{"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
		{"BREW / HTTP/1.1\r\n\r\n", "HTTP/1.1 501 "},
		{"GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 505 "},
		{"GET / HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400 "},
		{"POST /v1/things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"HTTP/1.1 411 "},
		{"POST /v1/things HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nxxx",
			"HTTP/1.1 413 "},
	};
	listen_with_text_route();
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct raw raw;
		raw_open(&raw, true);
		raw_expect(&raw, requests[i].request, "\"detail\":");
		ck_assert_msg(strstr(raw.text, requests[i].expected) == raw.text, "%s", raw.text);
		ck_assert_ptr_nonnull(
			strstr(raw.text, "Content-Type: application/problem+json\r\n"));
		ck_assert_ptr_null(strstr(raw.text, "<"));
		raw_close(&raw);
	}
	ck_assert_uint_eq(http_server_counters(server).malformed, 6);
	expect("GET", "/v1/things", NULL, NULL, 200);
}
END_TEST

START_TEST(a_head_may_come_in_pieces_and_after_another_request)
{
	struct raw raw;
	listen_with_text_route();
	raw_open(&raw, true);
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: localhost\r\n\r\n", "\"user\":\"list\"");
	const char *rest = "GET /v1/things/7 HTTP/1.1\r\nHost: localhost\r\n\r";
	for (; *rest; rest++) {
		const char piece[2] = {*rest, '\0'};
		raw_write(&raw, piece);
		for (int i = 0; i < 4; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
	raw_expect(&raw, "\n", "\"user\":\"one\"");
	// Two at once, and the beginning of a third.
	raw.length = 0;
	raw_expect(&raw,
		"GET /v1/things HTTP/1.1\r\nHost: localhost\r\n\r\n"
		"GET /v1/things/8 HTTP/1.1\r\nHost: localhost\r\n\r\nDELETE /v1/thi",
		"\"id\":\"8\"");
	raw_expect(&raw,
		"ngs/9 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n",
		"\"user\":\"drop\"");
	raw_close(&raw);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {what_is_no_request_is_told_so_in_json,
		a_head_may_come_in_pieces_and_after_another_request,
		text_reaches_its_handler_as_it_is, a_long_text_is_taken_whole_up_to_its_limit,
		who_is_not_let_in_may_not_send_a_long_text, the_room_is_for_one_request_only,
		a_header_can_be_given_to_the_answer};
	return run_tests("http_body", tests, sizeof tests / sizeof *tests);
}
