/* SPDX-License-Identifier: BSD-3-Clause */
// test_tokens.c - tokens are told once, kept as hashes, and a file that is broken is left alone.
#include "http/tokens.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static char path[96];
static char error[TOKENS_ERROR_BYTES];
static struct tokens *tokens;
static const struct wall_time now = {INT64_C(1795397400000)}; // 2026-11-23T01:30:00Z

static void
setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/test_tokens.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/tokens.json", directory);
	ck_assert_int_eq(tokens_open(directory, &tokens, error), 0);
}

static void
teardown(void)
{
	tokens_close(tokens);
	unlink(path);
	rmdir(directory);
}

static void
reopen(void)
{
	tokens_close(tokens);
	tokens = NULL;
	ck_assert_msg(tokens_open(directory, &tokens, error) == 0, "%s", error);
}

static void
read_file(char *text, size_t capacity)
{
	FILE *file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	size_t length = fread(text, 1, capacity - 1, file);
	text[length] = '\0';
	fclose(file);
}

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(missing_file_is_an_empty_list)
{
	ck_assert_uint_eq(tokens_count(tokens), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(token_is_found_by_its_text_only)
{
	char text[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "wuxi-1 pc", TOKEN_ROLE_ENDPOINT, "wuxi-1", now, text, error),
		0);
	ck_assert_uint_eq(strlen(text), TOKEN_TEXT_BYTES - 1);
	const struct token *token = tokens_find(tokens, text);
	ck_assert_ptr_nonnull(token);
	ck_assert_str_eq(token->name, "wuxi-1 pc");
	ck_assert_str_eq(token->endpoint, "wuxi-1");
	ck_assert_int_eq(token->role, TOKEN_ROLE_ENDPOINT);

	text[TOKEN_TEXT_BYTES - 2] ^= 1;
	ck_assert_ptr_null(tokens_find(tokens, text));
	ck_assert_ptr_null(tokens_find(tokens, ""));
	ck_assert_ptr_null(tokens_find(tokens, "wuxi-1 pc"));
}
END_TEST

START_TEST(feed_token_remembers_its_school_or_none)
{
	char one[TOKEN_TEXT_BYTES];
	char all[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "wall", TOKEN_ROLE_FEED, "houren", now, one, error), 0);
	ck_assert_int_eq(tokens_create(tokens, "all", TOKEN_ROLE_FEED, NULL, now, all, error), 0);
	ck_assert_int_eq(tokens_create(tokens, "x", TOKEN_ROLE_FEED, "", now, all, error), -EINVAL);
	reopen();
	const struct token *token = tokens_find(tokens, one);
	ck_assert_int_eq(token->role, TOKEN_ROLE_FEED);
	ck_assert_str_eq(token->school, "houren");
	ck_assert_str_eq(token->endpoint, "");
	json_t *list = tokens_list(tokens);
	json_t *first = json_array_get(list, 0);
	json_t *second = json_array_get(list, 1);
	ck_assert_str_eq(json_string_value(json_object_get(first, "role")), "feed");
	ck_assert_str_eq(json_string_value(json_object_get(first, "school")), "houren");
	ck_assert(json_is_null(json_object_get(second, "school")));
	json_decref(list);
}
END_TEST

START_TEST(a_bond_that_cannot_be_read_does_not_become_none)
{
	static const char *const bonds[] = {
		"\"role\": \"feed\", \"school\": 7",
		"\"role\": \"feed\", \"school\": \"\"",
		"\"role\": \"feed\", \"endpoint\": \"wuxi-1\"",
		"\"role\": \"operator\", \"school\": \"wuxi\"",
		"\"role\": \"endpoint\", \"endpoint\": [\"wuxi-1\"]",
	};
	for (size_t i = 0; i < sizeof bonds / sizeof *bonds; i++) {
		char text[512];
		struct tokens *none = NULL;
		snprintf(text, sizeof text,
			"[{\"name\": \"a\", %s, \"created_at\": \"2026-11-23T01:20:00Z\", "
			"\"sha256\": \"%064d\"}]",
			bonds[i], 0);
		write_file(text);
		ck_assert_msg(tokens_open(directory, &none, error) == -EINVAL, "%s", bonds[i]);
	}
}
END_TEST

START_TEST(each_token_is_another)
{
	char first[TOKEN_TEXT_BYTES];
	char second[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_OPERATOR, NULL, now, first, error), 0);
	ck_assert_int_eq(
		tokens_create(tokens, "b", TOKEN_ROLE_OPERATOR, NULL, now, second, error), 0);
	ck_assert_str_ne(first, second);
	ck_assert_str_eq(tokens_find(tokens, first)->name, "a");
	ck_assert_str_eq(tokens_find(tokens, second)->name, "b");
}
END_TEST

START_TEST(file_holds_the_hash_and_never_the_token)
{
	char text[TOKEN_TEXT_BYTES];
	char content[4096];
	struct stat status;
	ck_assert_int_eq(
		tokens_create(tokens, "office", TOKEN_ROLE_OPERATOR, NULL, now, text, error), 0);
	read_file(content, sizeof content);
	ck_assert_ptr_nonnull(strstr(content, "\"office\""));
	ck_assert_ptr_nonnull(strstr(content, "\"2026-11-23T01:30:00Z\""));
	ck_assert_ptr_null(strstr(content, text));
	ck_assert_ptr_null(strstr(content, text + 4));
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(tokens_outlive_the_process)
{
	char text[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "pc", TOKEN_ROLE_ENDPOINT, "houren-1", now, text, error), 0);
	reopen();
	const struct token *token = tokens_find(tokens, text);
	ck_assert_ptr_nonnull(token);
	ck_assert_str_eq(token->endpoint, "houren-1");
	ck_assert_int_eq(token->created_at.ms, now.ms);
}
END_TEST

START_TEST(revoked_token_is_unknown_now_and_later)
{
	char text[TOKEN_TEXT_BYTES];
	char other[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "lost", TOKEN_ROLE_OPERATOR, NULL, now, text, error), 0);
	ck_assert_int_eq(
		tokens_create(tokens, "kept", TOKEN_ROLE_OPERATOR, NULL, now, other, error), 0);
	ck_assert_int_eq(tokens_revoke(tokens, "lost", error), 0);
	ck_assert_ptr_null(tokens_find(tokens, text));
	ck_assert_str_eq(tokens_find(tokens, other)->name, "kept");
	reopen();
	ck_assert_ptr_null(tokens_find(tokens, text));
	ck_assert_uint_eq(tokens_count(tokens), 1);
	ck_assert_int_eq(tokens_revoke(tokens, "lost", error), -ENOENT);
}
END_TEST

START_TEST(wrong_properties_are_refused_with_a_reason)
{
	char text[TOKEN_TEXT_BYTES];
	char long_name[TOKEN_NAME_BYTES_MAX + 2];
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	ck_assert_int_eq(
		tokens_create(tokens, "", TOKEN_ROLE_OPERATOR, NULL, now, text, error), -EINVAL);
	ck_assert_int_eq(
		tokens_create(tokens, long_name, TOKEN_ROLE_OPERATOR, NULL, now, text, error),
		-EINVAL);
	ck_assert_int_eq(tokens_create(tokens, "a\nb", TOKEN_ROLE_OPERATOR, NULL, now, text, error),
		-EINVAL);
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_NONE, NULL, now, text, error), -EINVAL);
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_ENDPOINT, NULL, now, text, error), -EINVAL);
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_OPERATOR, "wuxi-1", now, text, error),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "endpoint"));
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_OPERATOR, NULL, now, text, error), 0);
	ck_assert_int_eq(
		tokens_create(tokens, "a", TOKEN_ROLE_OPERATOR, NULL, now, text, error), -EEXIST);
	ck_assert_uint_eq(tokens_count(tokens), 1);
}
END_TEST

START_TEST(list_shows_no_secrets)
{
	char text[TOKEN_TEXT_BYTES];
	ck_assert_int_eq(
		tokens_create(tokens, "pc", TOKEN_ROLE_ENDPOINT, "wuxi-1", now, text, error), 0);
	ck_assert_int_eq(
		tokens_create(tokens, "office", TOKEN_ROLE_OPERATOR, NULL, now, text, error), 0);
	json_t *list = tokens_list(tokens);
	ck_assert_uint_eq(json_array_size(list), 2);
	json_t *first = json_array_get(list, 0);
	ck_assert_uint_eq(json_object_size(first), 5);
	ck_assert_str_eq(json_string_value(json_object_get(first, "role")), "endpoint");
	ck_assert_str_eq(json_string_value(json_object_get(first, "endpoint")), "wuxi-1");
	ck_assert_ptr_null(json_object_get(first, "sha256"));
	ck_assert(json_is_null(json_object_get(json_array_get(list, 1), "endpoint")));
	json_decref(list);
}
END_TEST

START_TEST(broken_file_is_named_and_left_alone)
{
	static const char *const broken[] = {
		"[\n{\"name\": \"a\",,",
		"{}",
		"[{\"name\": \"a\", \"role\": \"operator\", \"created_at\": "
		"\"2026-11-23T01:20:00Z\"}]",
		"[{\"name\": \"a\", \"role\": \"king\", \"sha256\": \"00\", \"created_at\": "
		"\"x\"}]",
		"[{\"name\": \"a\", \"role\": \"operator\", \"sha256\": \"00\", "
		"\"created_at\": \"2026-11-23T01:20:00Z\"}]",
	};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		char content[1024];
		struct tokens *none = NULL;
		write_file(broken[i]);
		error[0] = '\0';
		ck_assert_int_eq(tokens_open(directory, &none, error), -EINVAL);
		ck_assert_ptr_null(none);
		ck_assert_ptr_nonnull(strstr(error, path));
		read_file(content, sizeof content);
		ck_assert_str_eq(content, broken[i]);
	}
	write_file(broken[0]);
	struct tokens *none = NULL;
	ck_assert_int_eq(tokens_open(directory, &none, error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "tokens.json:2:"));
}
END_TEST

START_TEST(token_that_cannot_be_stored_is_not_given_out)
{
	char text[TOKEN_TEXT_BYTES];
	char kept[TOKEN_TEXT_BYTES];
	char moved[80];
	ck_assert_int_eq(
		tokens_create(tokens, "kept", TOKEN_ROLE_OPERATOR, NULL, now, kept, error), 0);
	// Not by permissions: root would not feel them.
	snprintf(moved, sizeof moved, "%s.away", directory);
	ck_assert_int_eq(rename(directory, moved), 0);
	ck_assert_int_lt(
		tokens_create(tokens, "lost", TOKEN_ROLE_OPERATOR, NULL, now, text, error), 0);
	ck_assert_ptr_nonnull(strstr(error, "tokens.json"));
	ck_assert_uint_eq(tokens_count(tokens), 1);
	ck_assert_int_lt(tokens_revoke(tokens, "kept", error), 0);
	ck_assert_str_eq(tokens_find(tokens, kept)->name, "kept");
	ck_assert_int_eq(rename(moved, directory), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tokens");
	TCase *tests = tcase_create("tokens");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, missing_file_is_an_empty_list);
	tcase_add_test(tests, token_is_found_by_its_text_only);
	tcase_add_test(tests, feed_token_remembers_its_school_or_none);
	tcase_add_test(tests, a_bond_that_cannot_be_read_does_not_become_none);
	tcase_add_test(tests, each_token_is_another);
	tcase_add_test(tests, file_holds_the_hash_and_never_the_token);
	tcase_add_test(tests, tokens_outlive_the_process);
	tcase_add_test(tests, revoked_token_is_unknown_now_and_later);
	tcase_add_test(tests, wrong_properties_are_refused_with_a_reason);
	tcase_add_test(tests, list_shows_no_secrets);
	tcase_add_test(tests, broken_file_is_named_and_left_alone);
	tcase_add_test(tests, token_that_cannot_be_stored_is_not_given_out);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
