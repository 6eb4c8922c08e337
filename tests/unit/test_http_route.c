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

int
main(void)
{
	const TTest *tests[] = {pattern_takes_one_decoded_segment_or_the_rest,
		pattern_refuses_an_id_that_is_too_long};
	return run_tests("http_route", tests, sizeof tests / sizeof *tests);
}
