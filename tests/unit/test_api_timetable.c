/* SPDX-License-Identifier: BSD-3-Clause */
// test_api_timetable.c - tables got, tried and put over TLS: whole, by who has seen them, or not at
// all.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "../support/control_fixture.h"
#include "control/table_store.h"

// What the disk has of a file of the scene; freed with free().
static char *
on_disk(const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", scene.directory, name);
	FILE *file = fopen(path, "r");
	if (!file)
		return NULL;
	char *text = calloc(1, 65536);
	ck_assert_uint_lt(fread(text, 1, 65535, file), 65535);
	fclose(file);
	return text;
}

static void
etag_of(const char *text, char etag[TABLE_MARK_BYTES + 2])
{
	char mark[TABLE_MARK_BYTES];
	table_mark_make(text, strlen(text), mark);
	snprintf(etag, TABLE_MARK_BYTES + 2, "\"%s\"", mark);
}

static json_t *
send_table(const char *method, const char *path, const char *text, const char *etag,
	const char *token, int status)
{
	struct answer answer = {0};
	const struct https_text body = {
		.content_type = "text/csv", .bytes = text, .count = strlen(text), .if_match = etag};
	ck_assert_ptr_nonnull(https_request_text(
		scene.client, method, path, &body, token, PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_msg(
		answer.status == status, "%s %s: %d %s", method, path, answer.status, answer.text);
	free(answer.text);
	return answer.json;
}

static json_t *
put_rules(const char *text, const char *etag, int status)
{
	return send_table("PUT", "/v1/timetable/rules", text, etag, NULL, status);
}

#define RULES_HEAD                                                                                 \
	"rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,from,until,"     \
	"endpoints\n"
#define RULES_OTHER RULES_HEAD "music-tue,wuxi-houren,2,3,all,音乐,三1班,,,lead,,,\n"
#define RULES_BROKEN                                                                               \
	RULES_HEAD "chinese-tue,wuxi-houren,2,2,all,语文,三1班,,,lead,,,\n"                    \
		   "music-tue,nobody,2,3,all,音乐,三1班,,,lead,,,\n"

static size_t
lessons_on(const char *date, const char **first_id)
{
	static char id[LESSON_ID_BYTES_MAX];
	char path[64];
	snprintf(path, sizeof path, "/v1/lessons?date=%s", date);
	json_t *day = ask("GET", path, NULL, NULL, 200);
	json_t *lessons = json_object_get(day, "lessons");
	size_t count = json_array_size(lessons);
	if (count > 0 && first_id) {
		snprintf(id, sizeof id, "%s", text_at(json_array_get(lessons, 0), "id"));
		*first_id = id;
	}
	json_decref(day);
	return count;
}

static json_t *
newest_audit(void)
{
	json_t *answer = ask("GET", "/v1/audit?limit=1", NULL, NULL, 200);
	json_t *row = json_incref(json_array_get(json_object_get(answer, "audit"), 0));
	json_decref(answer);
	return row;
}

START_TEST(a_table_is_shown_with_its_version)
{
	char *rules = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	etag_of(rules, etag);
	struct answer answer = {0};
	ck_assert_ptr_nonnull(https_request(scene.client, "GET", "/v1/timetable/rules", NULL, NULL,
		PATIENCE_MS, scene_on_answer, &answer));
	scene_run_until(&answer.is_there);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer.text, rules);
	free(answer.text);
	json_t *all = ask("GET", "/v1/timetable", NULL, NULL, 200);
	json_t *files = json_object_get(all, "files");
	ck_assert_uint_eq(json_array_size(files), 5);
	json_t *last = json_array_get(files, 4);
	ck_assert_str_eq(text_at(last, "table"), "rules");
	ck_assert_int_eq(strncmp(text_at(last, "etag"), etag + 1, 64), 0);
	ck_assert(json_is_true(json_object_get(last, "loaded")));
	ck_assert_int_eq(number_at(json_object_get(all, "policies"), "grace_s"), 120);
	ck_assert(json_is_array(json_object_get(all, "alarms")));
	json_decref(all);
	json_decref(ask("GET", "/v1/timetable/nothing", NULL, NULL, 404));
	json_decref(ask("GET", "/v1/timetable/calendar", NULL, NULL, 404));
	free(rules);
}
END_TEST

START_TEST(a_table_is_put_and_the_version_before_is_kept)
{
	char *before = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	const char *id = NULL;
	etag_of(before, etag);
	json_t *answer = put_rules(RULES_OTHER, etag, 200);
	ck_assert_int_eq(number_at(answer, "lines_added"), 1);
	ck_assert_int_eq(number_at(answer, "lines_removed"), 6);
	ck_assert_uint_eq(json_array_size(json_object_get(answer, "differ")), 0);
	json_decref(answer);
	char *after = on_disk("rules.csv"), *kept = on_disk("rules.csv~");
	ck_assert_str_eq(after, RULES_OTHER);
	ck_assert_str_eq(kept, before);
	ck_assert_uint_eq(lessons_on("2024-10-15", &id), 1);
	ck_assert_str_eq(id, "music-tue/2024-10-15");
	json_t *row = newest_audit();
	ck_assert_str_eq(text_at(row, "who"), "localhost");
	ck_assert_str_eq(text_at(row, "what"), "table rules: rewritten");
	ck_assert_ptr_nonnull(strstr(text_at(row, "before"), "\nchinese-tue,"));
	ck_assert_ptr_nonnull(strstr(text_at(row, "after"), "\nmusic-tue,"));
	json_decref(row);
	// The version that was seen has gone.
	json_decref(put_rules(RULES_OTHER, etag, 412));
	free(before);
	free(after);
	free(kept);
}
END_TEST

START_TEST(who_names_no_version_or_another_changes_nothing)
{
	char *before = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	json_decref(put_rules(RULES_OTHER, NULL, 428));
	etag_of("another", etag);
	json_decref(put_rules(RULES_OTHER, etag, 412));
	json_decref(put_rules(RULES_OTHER, "*", 412));
	char *after = on_disk("rules.csv");
	ck_assert_str_eq(before, after);
	ck_assert_ptr_null(on_disk("rules.csv~"));
	free(before);
	free(after);
}
END_TEST

START_TEST(a_contradiction_is_named_and_leaves_everything)
{
	char *before = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	etag_of(before, etag);
	json_t *answer = put_rules(RULES_BROKEN, etag, 422);
	ck_assert_ptr_nonnull(strstr(text_at(answer, "detail"), "rules.csv:3: "));
	ck_assert_ptr_nonnull(strstr(text_at(answer, "reason"), "nobody"));
	ck_assert_int_eq(number_at(answer, "line"), 3);
	json_decref(answer);
	// It is another table's line that contradicts, and it is named.
	answer = send_table("POST", "/v1/timetable/pairs/check",
		"pair,lead,assisted,listeners,weekly_target\nother,wuxi,houren,,4\n", NULL, NULL,
		422);
	ck_assert_ptr_nonnull(strstr(text_at(answer, "detail"), "rules.csv:2: "));
	json_decref(answer);
	char *after = on_disk("rules.csv");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(lessons_on("2024-10-15", NULL), 1);
	json_t *row = newest_audit();
	ck_assert_ptr_null(row);
	free(before);
	free(after);
}
END_TEST

START_TEST(a_dry_run_tells_the_difference_and_writes_nothing)
{
	char *before = on_disk("rules.csv");
	const char *id = NULL;
	json_t *answer =
		send_table("POST", "/v1/timetable/rules/check", RULES_OTHER, NULL, NULL, 200);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(answer, "added"), 0)),
		"music-tue,wuxi-houren,2,3,all,音乐,三1班,,,lead,,,");
	json_decref(answer);
	char *after = on_disk("rules.csv");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(lessons_on("2024-10-15", &id), 1);
	ck_assert_str_eq(id, "chinese-tue/2024-10-15");
	free(before);
	free(after);
}
END_TEST

START_TEST(a_hand_edit_that_is_not_reloaded_is_not_taken_over_on_the_sly)
{
	char *rules = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	etag_of(rules, etag);
	scene_write("pairs.csv",
		"pair,lead,assisted,listeners,weekly_target\nwuxi-houren,wuxi,houren,,5\n", 0644);
	json_t *answer = put_rules(RULES_OTHER, etag, 409);
	ck_assert_ptr_nonnull(strstr(text_at(answer, "detail"), "pairs.csv"));
	json_decref(answer);
	// Put back, or reloaded, it is in nobody's way.
	scene_copy("pairs.csv");
	json_decref(put_rules(RULES_OTHER, etag, 200));
	scene_write("pairs.csv",
		"pair,lead,assisted,listeners,weekly_target\nwuxi-houren,wuxi,houren,,5\n", 0644);
	json_decref(ask("POST", "/v1/reload", "{}", NULL, 200));
	json_t *row = newest_audit();
	ck_assert_str_eq(text_at(row, "what"), "timetable reloaded");
	ck_assert_int_eq(strncmp(text_at(row, "after"), "pairs ", 6), 0);
	json_decref(row);
	etag_of(RULES_OTHER, etag);
	json_decref(put_rules(RULES_OTHER, etag, 200));
	// Nothing has changed: what was before the last change is still there.
	char *kept = on_disk("rules.csv~");
	ck_assert_str_eq(kept, rules);
	free(rules);
	free(kept);
}
END_TEST

START_TEST(a_link_stays_a_link_and_a_mode_a_mode)
{
	char path[128], real[128], *rules = on_disk("rules.csv"), etag[TABLE_MARK_BYTES + 2];
	struct stat status;
	snprintf(path, sizeof path, "%s/rules.csv", scene.directory);
	snprintf(real, sizeof real, "%s/real.csv", scene.directory);
	ck_assert_int_eq(rename(path, real), 0);
	ck_assert_int_eq(symlink("real.csv", path), 0);
	ck_assert_int_eq(chmod(real, 0664), 0);
	etag_of(rules, etag);
	json_decref(put_rules(RULES_OTHER, etag, 200));
	ck_assert_int_eq(lstat(path, &status), 0);
	ck_assert(S_ISLNK(status.st_mode));
	ck_assert_int_eq(stat(real, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0664);
	char *after = on_disk("real.csv");
	ck_assert_str_eq(after, RULES_OTHER);
	free(after);
	free(rules);
}
END_TEST

START_TEST(every_change_through_the_port_is_in_the_audit_log)
{
	static struct classroom wuxi;
	static const char *const expected[] = {"session ended: adhoc/", "session extended: adhoc/",
		"session opened: adhoc/", "token revoked: wuxi-1 pc", "token made: wuxi-1 pc"};
	char path[160], id[LESSON_ID_BYTES_MAX];
	classroom_enrol(&wuxi, "wuxi-1");
	json_decref(ask("DELETE", "/v1/tokens/wuxi-1%20pc", NULL, NULL, 200));
	json_t *session = ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"备课\"}", NULL,
		201);
	snprintf(id, sizeof id, "%s", text_at(session, "id") + strlen("adhoc/"));
	json_decref(session);
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s/extend", id);
	json_decref(ask("POST", path, "{\"minutes\":5}", NULL, 200));
	snprintf(path, sizeof path, "/v1/sessions/adhoc%%2F%s", id);
	json_decref(ask("DELETE", path, NULL, NULL, 200));
	json_t *answer = ask("GET", "/v1/audit", NULL, NULL, 200);
	json_t *rows = json_object_get(answer, "audit");
	ck_assert_uint_eq(json_array_size(rows), 5);
	for (size_t i = 0; i < 5; i++) {
		json_t *row = json_array_get(rows, i);
		const char *what = text_at(row, "what");
		ck_assert_msg(!strncmp(what, expected[i], strlen(expected[i])), "%s", what);
		ck_assert_str_eq(text_at(row, "who"), "localhost");
		ck_assert_int_eq(number_at(row, "number"), (json_int_t)(5 - i));
	}
	ck_assert_str_ne(text_at(json_array_get(rows, 1), "before"),
		text_at(json_array_get(rows, 1), "after"));
	ck_assert_ptr_null(strstr(text_at(json_array_get(rows, 4), "after"), "ccr_"));
	json_decref(answer);
	json_decref(ask("GET", "/v1/audit?limit=0", NULL, NULL, 400));
	json_decref(ask("GET", "/v1/audit?limit=x", NULL, NULL, 400));
}
END_TEST

// Until nothing more can be written to it.
static void
fill(const char *path)
{
	char bytes[512];
	int file = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(file, 0);
	memset(bytes, 'x', sizeof bytes);
	while (write(file, bytes, sizeof bytes) > 0)
		;
	ck_assert_int_eq(errno, ENOSPC);
	close(file);
}

// The ledger's own thread makes its tables: what fails half-way would give its space back.
static void
await_ledger(void)
{
	struct answer answer = {0};
	while (answer.status != 200) {
		answer = (struct answer){0};
		ck_assert_ptr_nonnull(https_request(scene.client, "GET", "/v1/ledger", NULL, NULL,
			PATIENCE_MS, scene_on_answer, &answer));
		scene_run_until(&answer.is_there);
		free(answer.text);
		json_decref(answer.json);
	}
}

START_TEST(a_full_disk_refuses_changes_of_the_plan_and_lets_lessons_open)
{
	char state[96], stuffing[128], *before = on_disk("rules.csv");
	char etag[TABLE_MARK_BYTES + 2];
	snprintf(state, sizeof state, "%s/state", scene.directory);
	snprintf(stuffing, sizeof stuffing, "%s/stuffing", state);
	scene_stop();
	ck_assert_msg(unshare(CLONE_NEWNS) == 0, "unshare: %s", strerror(errno));
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("disk", state, "tmpfs", 0, "size=512k"), 0);
	scene_start();
	await_ledger();
	fill(stuffing);
	etag_of(before, etag);
	json_t *answer = put_rules(RULES_OTHER, etag, 507);
	ck_assert_ptr_nonnull(strstr(text_at(answer, "detail"), "nothing was changed"));
	json_decref(answer);
	char *after = on_disk("rules.csv");
	ck_assert_str_eq(after, before);
	json_decref(ask("POST", "/v1/sessions",
		"{\"endpoints\":[\"wuxi-1\",\"houren-1\"],\"minutes\":10,\"title\":\"\"}", NULL,
		201));
	ck_assert(scene.control->is_journal_due);
	ck_assert_int_eq(unlink(stuffing), 0);
	json_decref(put_rules(RULES_OTHER, etag, 200));
	control_step(scene.control);
	ck_assert(!scene.control->is_journal_due);
	scene_stop();
	scene_start();
	json_t *sessions = ask("GET", "/v1/lessons", NULL, NULL, 200);
	bool is_resumed = false;
	size_t index;
	json_t *lesson;
	json_array_foreach(json_object_get(sessions, "lessons"), index, lesson) is_resumed |=
		!strncmp(text_at(lesson, "id"), "adhoc/", 6);
	ck_assert(is_resumed);
	json_decref(sessions);
	free(before);
	free(after);
	ck_assert_int_eq(umount2(state, MNT_DETACH), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {a_table_is_shown_with_its_version,
		a_table_is_put_and_the_version_before_is_kept,
		who_names_no_version_or_another_changes_nothing,
		a_contradiction_is_named_and_leaves_everything,
		a_dry_run_tells_the_difference_and_writes_nothing,
		a_hand_edit_that_is_not_reloaded_is_not_taken_over_on_the_sly,
		a_link_stays_a_link_and_a_mode_a_mode,
		every_change_through_the_port_is_in_the_audit_log,
		a_full_disk_refuses_changes_of_the_plan_and_lets_lessons_open};
	Suite *suite = suite_create("api_timetable");
	TCase *tcase = tcase_create("api_timetable");
	tcase_add_checked_fixture(tcase, scene_setup, scene_teardown);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
