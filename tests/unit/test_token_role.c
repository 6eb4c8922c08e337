/* SPDX-License-Identifier: BSD-3-Clause */
// test_token_role.c - who may do what another may.
#include <check.h>
#include <string.h>

#include "http/token_role.h"

// Who is let in for a route of each role: to read, and to change.
static const struct {
	enum token_role has;
	const char *reads; // of the routes' roles, by their first letters: a s o p m e
	const char *changes;
} table[] = {
	{TOKEN_ROLE_NONE, "", ""},
	{TOKEN_ROLE_SCHOOL, "as", "as"},
	{TOKEN_ROLE_OBSERVER, "aso", "a"},
	{TOKEN_ROLE_OPERATOR, "asop", "asop"},
	{TOKEN_ROLE_ADMINISTRATOR, "asopm", "asopm"},
	{TOKEN_ROLE_ENDPOINT, "ae", "ae"},
	{TOKEN_ROLE_FEED, "", ""},
};

static const struct {
	enum token_role role;
	char letter;
} routes[] = {
	{TOKEN_ROLE_ANY, 'a'},
	{TOKEN_ROLE_SCHOOL, 's'},
	{TOKEN_ROLE_OBSERVER, 'o'},
	{TOKEN_ROLE_OPERATOR, 'p'},
	{TOKEN_ROLE_ADMINISTRATOR, 'm'},
	{TOKEN_ROLE_ENDPOINT, 'e'},
};

START_TEST(each_role_does_what_the_table_says)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char reads[8] = "", changes[8] = "";
		for (size_t j = 0; j < sizeof routes / sizeof *routes; j++) {
			const char letter[2] = {routes[j].letter, '\0'};
			if (token_role_allows(table[i].has, routes[j].role, false))
				strcat(reads, letter);
			if (token_role_allows(table[i].has, routes[j].role, true))
				strcat(changes, letter);
		}
		ck_assert_str_eq(reads, table[i].reads);
		ck_assert_str_eq(changes, table[i].changes);
		ck_assert(token_role_allows(table[i].has, TOKEN_ROLE_NONE, true));
	}
}
END_TEST

START_TEST(names_lead_back_to_their_roles)
{
	for (enum token_role role = TOKEN_ROLE_SCHOOL; role < TOKEN_ROLE_COUNT; role++)
		ck_assert_int_eq(token_role_find(token_role_name(role)), role);
	ck_assert_int_eq(token_role_find("none"), TOKEN_ROLE_NONE);
	ck_assert_int_eq(token_role_find("any"), TOKEN_ROLE_NONE);
	ck_assert_int_eq(token_role_find("king"), TOKEN_ROLE_NONE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("token_role");
	TCase *tests = tcase_create("token_role");
	tcase_add_test(tests, each_role_does_what_the_table_says);
	tcase_add_test(tests, names_lead_back_to_their_roles);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
