/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_route.c - a path finds its route, and its id comes out decoded.
#include "../support/http_scene.h"

START_TEST(pattern_takes_one_decoded_segment_or_the_rest)
{
	char id[HTTP_ID_BYTES_MAX + 1];
	bool has_id;
	ck_assert(http_route_match("/v1/a", "/v1/a", id, &has_id));
	ck_assert(!has_id);
	ck_assert(http_route_match("/v1/a/:id", "/v1/a/x%2Fy%e8", id, &has_id));
	ck_assert_str_eq(id, "x/y\xe8");
	ck_assert(http_route_match("/v1/a/:id/b", "/v1/a/7/b", id, &has_id));
	ck_assert_str_eq(id, "7");
	ck_assert(http_route_match("/files/*", "/files/a/b.js", id, &has_id));
	ck_assert_str_eq(id, "a/b.js");
	ck_assert(!http_route_match("/v1/a", "/v1/a/", id, &has_id));
	ck_assert(!http_route_match("/v1/a", "/v1/ab", id, &has_id));
	ck_assert(!http_route_match("/v1/a/:id", "/v1/a/", id, &has_id));
	ck_assert(!http_route_match("/v1/a/:id", "/v1/a/x/y", id, &has_id));
	ck_assert(!http_route_match("/v1/a/:id", "/v1/a/%00", id, &has_id));
	ck_assert(!http_route_match("/v1/a/:id", "/v1/a/%2", id, &has_id));
	ck_assert(!http_route_match("/v1/a/:id", "/v1/a/%zz", id, &has_id));
	ck_assert(!http_route_match("/files/*", "/files/", id, &has_id));
	ck_assert(!http_route_match("/", "", id, &has_id));
}
END_TEST

START_TEST(pattern_refuses_an_id_that_is_too_long)
{
	char path[HTTP_ID_BYTES_MAX + 8] = "/";
	char id[HTTP_ID_BYTES_MAX + 1];
	bool has_id;
	memset(path + 1, 'x', HTTP_ID_BYTES_MAX);
	ck_assert(http_route_match("/:id", path, id, &has_id));
	path[HTTP_ID_BYTES_MAX + 1] = 'x';
	ck_assert(!http_route_match("/:id", path, id, &has_id));
}
END_TEST

START_TEST(no_secret_of_a_path_is_logged)
{
	static const char token[] = "ccr_0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE";
	char path[1024];
	char text[HTTP_LOG_PATH_BYTES];
	http_path_for_log("/v1/sessions/adhoc%2F2026-11-23T08:15:00Z-1/extend", text);
	ck_assert_str_eq(text, "/v1/sessions/adhoc%2F2026-11-23T08:15:00Z-1/extend");
	snprintf(path, sizeof path, "/v1/feeds/%s/county.ics", token);
	http_path_for_log(path, text);
	ck_assert_str_eq(text, "/v1/feeds/[hidden]/county.ics");
	// Wherever it stands, however it is written, and where the line is cut.
	snprintf(path, sizeof path, "/%s", token);
	http_path_for_log(path, text);
	ck_assert_str_eq(text, "/[hidden]");
	strcpy(path, "/v1/feeds/");
	for (const char *c = token; *c; c++)
		sprintf(path + strlen(path), "%%%02x", (unsigned char)*c);
	http_path_for_log(path, text);
	ck_assert_str_eq(text, "/v1/feeds/[hidden]");
	for (size_t front = 0; front < 200; front++) {
		memset(path, '/', front);
		snprintf(path + front, sizeof path - front, "%s/county.ics", token);
		http_path_for_log(path, text);
		ck_assert_uint_lt(strlen(text), HTTP_LOG_PATH_BYTES);
		ck_assert_ptr_null(strstr(text, "012"));
	}
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {pattern_takes_one_decoded_segment_or_the_rest,
		pattern_refuses_an_id_that_is_too_long, no_secret_of_a_path_is_logged};
	return run_tests("http_route", tests, sizeof tests / sizeof *tests);
}
