/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_identity.c - browsers that sign in: their cookie, what it opens, and its end.
#include "../support/http_scene.h"

static void
on_sign_in(struct http_request *request, void *user)
{
	(void)user;
	const char *text = json_string_value(json_object_get(request->body, "token"));
	if (http_sign_in(request, text) != NULL)
		http_respond_json(
			request, 200, json_pack("{s:s}", "role", token_role_name(request->role)));
}

static void
on_sign_out(struct http_request *request, void *user)
{
	(void)user;
	http_sign_out(request);
	http_respond_json(request, 200, json_object());
}

static const struct http_route sign_routes[] = {
	{"POST", "/v1/signin", TOKEN_ROLE_NONE, on_sign_in, NULL},
	{"POST", "/v1/signout", TOKEN_ROLE_ANY, on_sign_out, NULL},
	{NULL, NULL, 0, NULL, NULL},
};

static char cookie[256]; // "Cookie: ..." with its line's end

static void
ask_raw(struct raw *raw, const char *line, const char *headers, const char *body,
	const char *expected)
{
	char text[1024];
	raw->length = 0;
	raw->text[0] = '\0';
	snprintf(text, sizeof text,
		"%s HTTP/1.1\r\nHost: relay.example\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n%s\r\n%s",
		line, strlen(body), headers, body);
	raw_expect(raw, text, expected);
}

// Signs in with the operator's token, on a connection that is otherwise nobody's.
static void
sign_in(struct raw *raw)
{
	char body[128];
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(http_server_route(server, sign_routes), 0);
	raw_open(raw, true);
	snprintf(body, sizeof body, "{\"token\":\"%s\"}", operator_token);
	ask_raw(raw, "POST /v1/signin", "", body, "{\"role\":\"operator\"}");
	const char *begin = strstr(raw->text, "Set-Cookie: __Host-relay=");
	ck_assert_ptr_nonnull(begin);
	begin += strlen("Set-Cookie: ");
	ck_assert_ptr_nonnull(
		strstr(begin, "; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict\r\n"));
	snprintf(cookie, sizeof cookie, "Cookie: theme=dark; %.*s\r\n", (int)strcspn(begin, ";"),
		begin);
	ck_assert_ptr_null(strstr(raw->text, operator_token));
}

START_TEST(a_cookie_stands_for_its_token)
{
	struct raw raw;
	sign_in(&raw);
	ask_raw(&raw, "GET /v1/things", cookie, "", "\"name\":\"office\"");
	ask_raw(&raw, "GET /v1/endpoint/join", cookie, "", " 403 ");
	ask_raw(&raw, "GET /v1/things", "Cookie: __Host-relay=guess\r\n", "", " 403 ");
	raw_close(&raw);
}
END_TEST

START_TEST(a_change_by_cookie_needs_the_header_that_no_form_can_set)
{
	struct raw raw;
	char headers[512];
	sign_in(&raw);
	ask_raw(&raw, "POST /v1/things", cookie, "{}", " 403 ");
	snprintf(headers, sizeof headers, "%sX-Relay: 1\r\n", cookie);
	ask_raw(&raw, "POST /v1/things", headers, "{}", "\"user\":\"make\"");
	raw_close(&raw);
}
END_TEST

START_TEST(signing_out_ends_the_cookie)
{
	struct raw raw;
	char headers[512];
	sign_in(&raw);
	snprintf(headers, sizeof headers, "%sX-Relay: 1\r\n", cookie);
	ck_assert(http_server_sign_in_holds(server, 1));
	ask_raw(&raw, "POST /v1/signout", headers, "{}",
		"Set-Cookie: __Host-relay=; Path=/; Max-Age=0;");
	ck_assert(!http_server_sign_in_holds(server, 1));
	ask_raw(&raw, "GET /v1/things", cookie, "", " 403 ");
	raw_close(&raw);
}
END_TEST

START_TEST(revoking_the_token_ends_its_cookies_and_the_name_brings_none_back)
{
	struct raw raw;
	const struct wall_time now = {0};
	char other[TOKEN_TEXT_BYTES];
	sign_in(&raw);
	ck_assert_int_eq(tokens_revoke(tokens, "office", error), 0);
	ask_raw(&raw, "GET /v1/things", cookie, "", " 403 ");
	ck_assert_int_eq(
		tokens_create(tokens, "office", TOKEN_ROLE_OPERATOR, NULL, now, other, error), 0);
	ask_raw(&raw, "GET /v1/things", cookie, "", " 403 ");
	ck_assert(!http_server_sign_in_holds(server, 1));
	raw_close(&raw);
}
END_TEST

START_TEST(who_signs_in_with_an_unknown_token_stays_outside)
{
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(http_server_route(server, sign_routes), 0);
	expect("POST", "/v1/signin", "{\"token\":\"ccr_no\"}", NULL, 401);
	ck_assert_uint_eq(http_server_counters(server).unauthorized, 1);
	ck_assert(!http_server_sign_in_holds(server, 0));
	ck_assert(!http_server_sign_in_holds(server, 1));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_cookie_stands_for_its_token,
		a_change_by_cookie_needs_the_header_that_no_form_can_set,
		signing_out_ends_the_cookie,
		revoking_the_token_ends_its_cookies_and_the_name_brings_none_back,
		who_signs_in_with_an_unknown_token_stays_outside,
	};
	return run_tests("http_identity", tests, sizeof tests / sizeof *tests);
}
