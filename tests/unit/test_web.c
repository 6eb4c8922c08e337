/* SPDX-License-Identifier: BSD-3-Clause */
// test_web.c - the page is whole, typed, versioned, and lets nothing foreign in.
#include "../support/http_scene.h"
#include "web/web.h"

static void
serve(struct raw *raw)
{
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(web_route(server), 0);
	raw_open(raw, true);
}

// Opens a string of the head, "ETag: \"…\"", and returns its value.
static const char *
header_of(const struct raw *raw, const char *name, char value[256])
{
	const char *at = strstr(raw->text, name);
	ck_assert_msg(at != NULL, "no %s in: %s", name, raw->text);
	at += strlen(name) + 2;
	snprintf(value, 256, "%.*s", (int)strcspn(at, "\r\n"), at);
	return value;
}

START_TEST(the_page_is_open_and_under_a_strict_policy)
{
	struct raw raw;
	char value[256];
	serve(&raw);
	raw_expect(&raw, "GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n", "<html");
	ck_assert_ptr_nonnull(strstr(raw.text, "200 OK"));
	ck_assert_str_eq(header_of(&raw, "Content-Type", value), "text/html; charset=utf-8");
	ck_assert_str_eq(header_of(&raw, "X-Content-Type-Options", value), "nosniff");
	header_of(&raw, "Content-Security-Policy", value);
	ck_assert_ptr_eq(strstr(value, "default-src 'none';"), value);
	ck_assert_ptr_nonnull(strstr(value, "script-src 'self';"));
	ck_assert_ptr_nonnull(strstr(value, "frame-ancestors 'none'"));
	ck_assert_ptr_null(strstr(value, "unsafe"));
	raw_close(&raw);
}
END_TEST

START_TEST(what_a_browser_has_is_not_sent_again)
{
	struct raw raw;
	char etag[256];
	char request[512];
	serve(&raw);
	raw_expect(&raw, "GET /web/format.js HTTP/1.1\r\nHost: localhost\r\n\r\n", "export");
	header_of(&raw, "ETag", etag);
	raw_close(&raw);
	raw_open(&raw, true);
	snprintf(request, sizeof request,
		"GET /web/format.js HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: %s\r\n\r\n",
		etag);
	raw_expect(&raw, request, "\r\n\r\n");
	ck_assert_ptr_nonnull(strstr(raw.text, "304 "));
	ck_assert_ptr_null(strstr(raw.text, "export"));
	raw_close(&raw);
}
END_TEST

START_TEST(the_icon_is_where_browsers_look_for_it)
{
	struct raw raw;
	char value[256];
	serve(&raw);
	raw_expect(&raw, "GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n", "<svg");
	ck_assert_ptr_nonnull(strstr(raw.text, "200 OK"));
	ck_assert_str_eq(header_of(&raw, "Content-Type", value), "image/svg+xml");
	raw_close(&raw);
}
END_TEST

START_TEST(an_unknown_file_is_404)
{
	struct raw raw;
	serve(&raw);
	raw_expect(&raw, "GET /web/relay.key HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 ");
	raw_close(&raw);
	raw_open(&raw, true);
	raw_expect(&raw, "GET /web/../index.html HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 ");
	raw_close(&raw);
}
END_TEST

// Each `from "./x.js"` and `/web/x` that a file names is a file that is served.
static void
check_names(const struct web_asset *asset, const char *before, const char *end)
{
	size_t count = (size_t)(asset->end - asset->begin);
	const char *at = (const char *)asset->begin;
	const char *last = at + count;
	while ((at = memmem(at, (size_t)(last - at), before, strlen(before))) != NULL) {
		char name[64];
		at += strlen(before);
		snprintf(name, sizeof name, "%.*s", (int)strcspn(at, end), at);
		ck_assert_msg(web_asset_find(name) != NULL, "/web/%s names %s", asset->name, name);
	}
}

START_TEST(every_file_that_the_page_names_is_there)
{
	const char *const scripts[] = {"app.js", "now.js", "judge.js", "actions.js"};
	const struct web_asset *page = web_asset_find("");
	ck_assert_ptr_nonnull(page);
	check_names(page, "=\"/web/", "\"");
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
		check_names(web_asset_find(scripts[i]), "from \"./", "\"");
	ck_assert_int_gt(
		web_asset_find("dygraph.js")->end - web_asset_find("dygraph.js")->begin, 50000);
	ck_assert_ptr_null(web_asset_find("index.html"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_page_is_open_and_under_a_strict_policy,
		what_a_browser_has_is_not_sent_again,
		the_icon_is_where_browsers_look_for_it,
		an_unknown_file_is_404,
		every_file_that_the_page_names_is_there,
	};
	return run_tests("web", tests, sizeof tests / sizeof *tests);
}
