/* SPDX-License-Identifier: BSD-3-Clause */
// test_timetable.c - a county's tables become a timetable, or name file, line and reason.
#include "../support/timetable_fixture.h"

START_TEST(the_county_s_tables_are_read_with_their_references)
{
	struct timetable *timetable = fixture_timetable(0, NULL);
	const struct timetable_school *jian = timetable_school_find(timetable, "jian");
	const struct timetable_endpoint *second = timetable_endpoint_find(timetable, "wuxi-2");
	const struct timetable_rule *rule = &timetable->rules[3];

	ck_assert_uint_eq(timetable->school_count, 3);
	ck_assert_str_eq(jian->name, "建设小学");
	ck_assert_str_eq(jian->contact, "周老师, 教务");
	ck_assert_int_eq(jian->scope, SCHOOL_CITY);
	ck_assert_ptr_null(timetable_school_find(timetable, "nowhere"));
	ck_assert_str_eq(second->school->id, "wuxi");
	ck_assert_uint_eq(second->stream_count, 4);
	ck_assert_str_eq(stream_kind_name(second->streams[3].kind), "slides");
	ck_assert_str_eq(second->streams[1].codec->encoding, "H265/90000");
	ck_assert_int_eq(second->streams[0].codec->payload_type, 111);
	ck_assert_str_eq(rule->id, "union-fri");
	ck_assert_uint_eq(rule->part_count, 3);
	ck_assert_str_eq(rule->parts[0].endpoint->id, "wuxi-2");
	ck_assert_int_eq(rule->parts[0].role, LESSON_LEAD);
	ck_assert_str_eq(rule->parts[1].endpoint->id, "houren-1");
	ck_assert_int_eq(rule->parts[2].role, LESSON_ASSIST);
	ck_assert_int_eq(timetable->rules[5].parts[2].role, LESSON_LISTEN);
	ck_assert_int_eq(timetable->rules[4].bell, BELL_EXPLICIT);
	ck_assert_int_eq(timetable->rules[4].form, FORM_TRAINING);
	ck_assert_uint_eq(timetable->pairs[1].weekly_target, 4);
	ck_assert_uint_eq(timetable->pairs[2].weekly_target, 2);
	timetable_release(timetable);
}
END_TEST

START_TEST(profiles_come_best_first_and_all_where_none_is_named)
{
	struct timetable *timetable = fixture_timetable(0, NULL);
	const struct timetable_endpoint *any = timetable_endpoint_find(timetable, "wuxi-1");
	const struct timetable_endpoint *old = timetable_endpoint_find(timetable, "wuxi-2");

	ck_assert_uint_eq(any->profile_count, 5);
	ck_assert_uint_eq(any->profiles[0], 0x0007); // AEAD_AES_128_GCM, RFC 7714
	ck_assert_uint_eq(any->profiles[2], 0x0001); // AES_CM_128_HMAC_SHA1_80, RFC 5764
	ck_assert_uint_eq(old->profile_count, 1);
	ck_assert_uint_eq(old->profiles[0], 0x0001);
	timetable_release(timetable);
}
END_TEST

START_TEST(a_timetable_lives_until_the_last_has_let_go)
{
	struct timetable *timetable = fixture_timetable(0, NULL);

	ck_assert_ptr_eq(timetable_acquire(timetable), timetable);
	timetable_release(timetable);
	ck_assert_str_eq(timetable->schools[0].id, "wuxi");
	timetable_release(timetable);
	timetable_release(NULL);
}
END_TEST

#define SCHOOLS "school,name,scope\n"
#define ENDPOINTS "endpoint,school,streams,profiles\n"
#define BELLS "school,effective_from,period,start,end\n"
#define PAIRS "pair,lead,assisted,listeners,weekly_target\n"
#define RULES "rule,pair,weekday,period,weeks,subject,form,governing_bell,from,until,endpoints\n"

static const struct {
	enum timetable_file file;
	const char *text;
	unsigned line;
	const char *reason;
} broken[] = {
	{TIMETABLE_SCHOOLS, SCHOOLS "wu xi,a,\n", 2, "school 'wu xi' may hold only"},
	{TIMETABLE_SCHOOLS, SCHOOLS ",a,\n", 2, "'school' is empty"},
	{TIMETABLE_SCHOOLS, SCHOOLS "wuxi,,\n", 2, "'name' is empty"},
	{TIMETABLE_SCHOOLS, SCHOOLS "wuxi,a,\nhouren,b,\n\nwuxi,c,\n", 5,
		"school 'wuxi' is already on line 2"},
	{TIMETABLE_SCHOOLS, SCHOOLS "wuxi,a,moon\n", 2, "scope 'moon' is not"},
	{TIMETABLE_SCHOOLS, SCHOOLS "wuxi,\"a\nb\",county\n", 2, "line break"},
	{TIMETABLE_SCHOOLS, "school,names\n", 1, "unknown column 'names'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio=opus,\nb,wuxy,audio=opus,\n", 3,
		"unknown school 'wuxy'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio,\n", 2, "is not of the form kind=codec"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,sound=opus,\n", 2, "stream kind 'sound'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,report=opus,\n", 2, "stream kind 'report'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio=mp3,\n", 2, "codec 'mp3'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio=h264,\n", 2, "does not fit 'audio'"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio=opus;audio=pcma,\n", 2, "twice"},
	{TIMETABLE_ENDPOINTS, ENDPOINTS "a,wuxi,audio=opus,NULL\n", 2, "profile 'NULL'"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-30,1,08:00,08:40\n", 2, "effective_from"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-03,0,08:00,08:40\n", 2, "period '0' is not 1 to 32"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-03,1,8:00,08:40\n", 2, "start '8:00' is not a time"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-03,1,08:40,08:40\n", 2, "is not after start"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-03,1,08:00,\n", 2, "end '' is not a time"},
	{TIMETABLE_BELLS, BELLS "wuxi,2024-02-03,1,08:00,08:40\nwuxi,2024-02-03,1,09:00,09:40\n", 3,
		"period 1 of wuxi from 2024-02-03 on is there twice"},
	{TIMETABLE_BELLS, BELLS "nobody,2024-02-03,1,08:00,08:40\n", 2, "unknown school"},
	{TIMETABLE_PAIRS, PAIRS "p,wuxi,wuxi,,\n", 2, "school 'wuxi' is there twice"},
	{TIMETABLE_PAIRS, PAIRS "p,wuxi,,,\n", 2, "'assisted' is empty"},
	{TIMETABLE_PAIRS, PAIRS "p,wuxi,houren;x,,\n", 2, "unknown school 'x' in 'assisted'"},
	{TIMETABLE_PAIRS, PAIRS "p,wuxi,houren,x,\n", 2, "unknown school 'x' in 'listeners'"},
	{TIMETABLE_PAIRS, PAIRS "p,x,houren,,\n", 2, "unknown school 'x' in 'lead'"},
	{TIMETABLE_PAIRS, PAIRS "p,wuxi,houren,,many\n", 2, "weekly_target 'many'"},
	{TIMETABLE_RULES, RULES "r,nobody,2,2,all,语文,,,,,\n", 2, "unknown pair 'nobody'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,8,2,all,语文,,,,,\n", 2, "weekday '8'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,,all,语文,,,,,\n", 2, "period ''"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,,,,,,\n", 2, "'subject' is empty"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,1-99,语文,,,,,\n", 2,
		"weeks '1-99' is not all, odd"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,movie,,,,\n", 2, "form 'movie'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,noon,,,\n", 2,
		"governing_bell 'noon' is not"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,jian,,,\n", 2,
		"school 'jian' is not of pair"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,09:00-08:00,,,\n", 2,
		"governing_bell '09:00-08:00'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,,2024-01-01,2023-01-01,\n", 2,
		"until 2023-01-01 is before from 2024-01-01"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,,yes,,\n", 2, "from 'yes'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,,,,x\n", 2, "unknown endpoint 'x'"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,,,,jian-1\n", 2,
		"endpoint 'jian-1' is not of a school of pair"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,2,all,语文,,,,,wuxi-1;wuxi-2\n", 2,
		"two endpoints of school 'wuxi'"},
	{TIMETABLE_RULES, RULES "adhoc,wuxi-houren,2,2,all,语文,,,,,\n", 2, "rule 'adhoc'"},
	{TIMETABLE_RULES, RULES "r/1,wuxi-houren,2,2,all,语文,,,,,\n", 2, "may hold only"},
	{TIMETABLE_RULES,
		RULES "a,wuxi-houren,2,2,all,语文,,,,,\na,wuxi-houren,3,2,all,语文,,,,,\n", 3,
		"rule 'a' is already on line 2"},
	{TIMETABLE_RULES,
		RULES "ok,wuxi-houren,2,2,all,语文,,,,,\nr,three,2,5,all,语文,,intersection,,,\n",
		3, "rule 'r' on 2024-05-01: the schools' periods 5 have no time in common"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,7,all,语文,,,,,\n", 2,
		"rule 'r' on 2024-05-01: school 'wuxi' has no period 7 in its bells from "
		"2024-05-01 on"},
	{TIMETABLE_RULES, RULES "r,wuxi-houren,2,7,all,语文,,,2024-11-01,2024-12-01,\n", 2,
		"rule 'r' on 2024-11-01: school 'wuxi' has no period 7 in its bells from "
		"2024-10-09 on"},
};

START_TEST(what_is_broken_is_named_with_file_line_and_reason)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	texts[broken[_i].file] = broken[_i].text;
	ck_assert_msg(
		fixture_create(texts, &timetable, &error) == -EINVAL, "taken: %s", broken[_i].text);
	ck_assert_ptr_null(timetable);
	ck_assert_str_eq(error.file, fixture_names[broken[_i].file]);
	ck_assert_msg(error.line == broken[_i].line, "line %u: %s", error.line, error.reason);
	ck_assert_msg(strstr(error.reason, broken[_i].reason) != NULL, "'%s' for %s", error.reason,
		broken[_i].text);
}
END_TEST

START_TEST(a_school_without_bells_cannot_govern_but_can_follow)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {
		[TIMETABLE_BELLS] = BELLS "wuxi,2024-05-01,2,09:20,10:05\n",
		[TIMETABLE_RULES] = RULES "r,wuxi-houren,2,2,all,语文,,,,,\n"};
	struct file_error error = {"", 0, ""};
	struct timetable *timetable;

	ck_assert_int_eq(fixture_create(texts, &timetable, &error), 0);
	timetable_release(timetable);
	texts[TIMETABLE_RULES] = RULES "r,wuxi-houren,2,2,all,语文,,houren,,,\n";
	ck_assert_int_eq(fixture_create(texts, &timetable, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "rule 'r': school 'houren' has no bells in force");
	ck_assert_uint_eq(error.line, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("timetable");
	TCase *tests = tcase_create("timetable");

	tcase_add_test(tests, the_county_s_tables_are_read_with_their_references);
	tcase_add_test(tests, profiles_come_best_first_and_all_where_none_is_named);
	tcase_add_test(tests, a_timetable_lives_until_the_last_has_let_go);
	tcase_add_loop_test(tests, what_is_broken_is_named_with_file_line_and_reason, 0,
		(int)(sizeof(broken) / sizeof(broken[0])));
	tcase_add_test(tests, a_school_without_bells_cannot_govern_but_can_follow);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
