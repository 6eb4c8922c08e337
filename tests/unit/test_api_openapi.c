/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_openapi.c - the document and the server's table of routes name the same routes and
// roles.
#include "../support/control_fixture.h"
#include "control/openapi.h"
#include "http/http_internal.h"

static json_t *document;

static void
setup(void)
{
	size_t bytes;
	json_error_t error;
	scene_setup();
	const char *text = openapi_text(&bytes);
	document = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(document != NULL, "openapi.json:%d: %s", error.line, error.text);
}

static void
teardown(void)
{
	json_decref(document);
	scene_teardown();
}

static void
upper(const char *text, char out[16])
{
	size_t i = 0;
	for (; text[i] && i < 15; i++)
		out[i] = (char)(text[i] - 'a' + 'A');
	out[i] = '\0';
}

// The operations of the document that are this route's.
static unsigned
operations_of(const struct http_route *route)
{
	unsigned count = 0;
	const char *path, *name;
	json_t *methods, *operation;
	json_object_foreach(json_object_get(document, "paths"), path, methods)
	{
		json_object_foreach(methods, name, operation)
		{
			char method[16];
			upper(name, method);
			if (strcmp(method, route->method) ||
				strcmp(text_at(operation, "x-route"), route->pattern))
				continue;
			count++;
			ck_assert_msg(strcmp(text_at(operation, "x-role"),
					      token_role_name(route->role)) == 0,
				"%s %s: openapi.json says %s, the table %s", method, path,
				text_at(operation, "x-role"), token_role_name(route->role));
		}
	}
	return count;
}

START_TEST(every_route_is_in_the_document)
{
	const struct http_server *server = scene.control->server;
	for (size_t i = 0; i < server->route_count; i++)
		ck_assert_msg(operations_of(&server->routes[i]) > 0,
			"%s %s is not in relay/control/openapi.json: describe it there",
			server->routes[i].method, server->routes[i].pattern);
}
END_TEST

// Each path of the document leads to the route that it names, its parameters filled in.
START_TEST(every_operation_of_the_document_is_a_route)
{
	const char *path, *name;
	json_t *methods, *operation;
	json_object_foreach(json_object_get(document, "paths"), path, methods)
	{
		char filled[128], id[HTTP_ID_BYTES_MAX + 1], allowed[HTTP_ALLOWED_BYTES];
		char method[16];
		size_t used = 0;
		for (const char *c = path; *c; c++) {
			if (*c == '{')
				c = strchr(c, '}');
			filled[used++] = *c == '}' ? '7' : *c;
		}
		filled[used] = '\0';
		json_object_foreach(methods, name, operation)
		{
			upper(name, method);
			const struct http_route *route =
				http_route_find(scene.control->server, method, filled, id, allowed);
			ck_assert_msg(route != NULL, "%s %s is no route", method, path);
			ck_assert_str_eq(route->pattern, text_at(operation, "x-route"));
		}
	}
}
END_TEST

START_TEST(the_document_is_served_as_it_is)
{
	json_t *served = ask("GET", "/v1/openapi.json", NULL, NULL, 200);
	ck_assert(json_equal(served, document));
	json_decref(served);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_route_is_in_the_document,
		every_operation_of_the_document_is_a_route,
		the_document_is_served_as_it_is,
	};
	Suite *suite = suite_create("api_openapi");
	TCase *tcase = tcase_create("api_openapi");
	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
