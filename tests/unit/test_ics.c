/* SPDX-License-Identifier: BSD-3-Clause */
// test_ics.c - what a calendar program reads in a feed is the plan, and every line is well formed.
#include "../support/timetable_fixture.h"

#include <libical/ical.h>

#include "timetable/ics.h"
#include "timetable/lessons_list.h"

static const char calendar[] = "date,kind,runs_as,note,school\n"
			       "2024-09-02,week1,,,\n"
			       "2024-10-17,off,,sports day,jian\n";
static const char rules[] = "rule,pair,weekday,period,weeks,subject,class,teacher,form\n"
			    "chinese-tue,wuxi-houren,2,2,all,语文,三1班,王老师,synchronous\n"
			    "maths-thu,wuxi-houren,4,2,all,\"数学; 几何, \"\"A\\B\"\"\",三1班,,\n"
			    "science-fri,wuxi-houren,5,2,all,科学,三1班,李老师,\n"
			    "training-thu,three,4,1,all,教师培训,,,training\n"
			    "music-fri,listened,5,1,all,音乐,,,\n";

static const struct plan_exception changes[] = {
	{.kind = PLAN_MOVE,
		.lesson_id = "chinese-tue/2024-10-15",
		.to_date = {20011}, // 10-15
		.to_period = 5},
	{.kind = PLAN_CANCEL, .lesson_id = "maths-thu/2024-10-17"},
	{.kind = PLAN_ENDPOINT,
		.lesson_id = "science-fri/2024-10-18",
		.school = "wuxi",
		.endpoint = "wuxi-2"},
};
static const struct plan_exceptions exceptions = {changes, 3};

static struct timetable *timetable;
static struct lesson_list list;
static struct text text;

static void
setup(void)
{
	const char *texts[TIMETABLE_FILE_COUNT] = {NULL};
	struct file_error error = {"", 0, ""};

	texts[TIMETABLE_RULES] = rules;
	texts[TIMETABLE_CALENDAR] = calendar;
	ck_assert_int_eq(civil_zone_set("Asia/Shanghai"), 0);
	ck_assert_msg(fixture_create(texts, &timetable, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	text = (struct text){0};
	list = (struct lesson_list){0};
}

static void
teardown(void)
{
	text_fini(&text);
	lesson_list_fini(&list);
	timetable_release(timetable);
}

// The feed of a school, or of the county, for these dates.
static void
feed(const char *school, const char *first, const char *last)
{
	const struct ics_feed what = {
		.timetable = timetable,
		.school = school != NULL ? timetable_school_find(timetable, school) : NULL,
		.exceptions = &exceptions,
		.language = LANGUAGE_CHINESE,
		.now = fixture_wall("2024-10-14", "12:00"),
	};

	for (size_t i = 0; i < exceptions.count; i++) {
		char reason[FILE_ERROR_REASON_BYTES];

		ck_assert_msg(
			plan_exception_check(timetable, &exceptions, i, reason) == 0, "%s", reason);
	}
	ck_assert_int_eq(lessons_list_make(timetable, &exceptions, fixture_date(first),
				 fixture_date(last), &list),
		0);
	ics_write(&what, &list, &text);
	ck_assert_int_eq(text.result, 0);
}

// --- as libical reads it

static icalcomponent *
read_back(void)
{
	icalcomponent *root = icalparser_parse_string(text.bytes);

	ck_assert_ptr_nonnull(root);
	ck_assert_int_eq(icalcomponent_isa(root), ICAL_VCALENDAR_COMPONENT);
	icalcomponent_strip_errors(root); // counted before
	return root;
}

static int
errors_of(void)
{
	icalcomponent *root = icalparser_parse_string(text.bytes);
	int count = icalcomponent_count_errors(root);

	icalcomponent_free(root);
	return count;
}

static const char *
text_property(icalcomponent *event, icalproperty_kind kind)
{
	icalproperty *property = icalcomponent_get_first_property(event, kind);

	ck_assert_ptr_nonnull(property);
	return icalvalue_get_text(icalproperty_get_value(property));
}

static icalcomponent *
event_find(icalcomponent *root, const char *lesson_id)
{
	char uid[128];

	snprintf(uid, sizeof(uid), "%s%s", lesson_id, ICS_UID_SUFFIX);
	for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
		event != NULL;
		event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
		if (strcmp(icalcomponent_get_uid(event), uid) == 0)
			return event;
	}
	return NULL;
}

static int64_t
moment_ms(struct icaltimetype at)
{
	ck_assert(icaltime_is_utc(at));
	return (int64_t)icaltime_as_timet(at) * MS_IN_S;
}

START_TEST(a_feed_is_byte_for_byte_what_it_was)
{
	char *expected = fixture_read("tests/data/feed-wuxi.ics");

	feed("wuxi", "2024-10-15", "2024-10-18");
	ck_assert_str_eq(text.bytes, expected);
	ck_assert_uint_eq(text.count, strlen(expected));
	free(expected);
}
END_TEST

START_TEST(every_lesson_of_a_year_is_read_back)
{
	icalcomponent *root;

	feed(NULL, "2024-09-01", "2025-08-31");
	ck_assert_uint_gt(list.count, 200);
	ck_assert_int_eq(errors_of(), 0);
	root = read_back();
	ck_assert_int_eq(
		icalcomponent_count_components(root, ICAL_VEVENT_COMPONENT), (int)list.count);
	for (size_t i = 0; i < list.count; i++) {
		const struct lesson *lesson = &list.lessons[i];
		icalcomponent *event = event_find(root, lesson->id);

		ck_assert_msg(event != NULL, "%s", lesson->id);
		ck_assert_int_eq(moment_ms(icalcomponent_get_dtstart(event)), lesson->start.ms);
		ck_assert_int_eq(moment_ms(icalcomponent_get_dtend(event)), lesson->end.ms);
		ck_assert_int_eq(icalcomponent_get_status(event),
			lesson->cancellation == LESSON_HELD ? ICAL_STATUS_CONFIRMED
							    : ICAL_STATUS_CANCELLED);
		ck_assert_ptr_nonnull(
			strstr(text_property(event, ICAL_SUMMARY_PROPERTY), lesson->subject));
	}
	icalcomponent_free(root);
}
END_TEST

START_TEST(a_moved_lesson_is_the_same_event_with_a_higher_sequence)
{
	icalcomponent *root, *event;

	feed("houren", "2024-10-14", "2024-10-31");
	root = read_back();
	event = event_find(root, "chinese-tue/2024-10-15");
	ck_assert_int_eq(icalcomponent_get_sequence(event), 1);
	ck_assert_int_eq(icalcomponent_get_status(event), ICAL_STATUS_CONFIRMED);
	ck_assert_int_eq(moment_ms(icalcomponent_get_dtstart(event)),
		fixture_wall("2024-10-15", "14:10").ms);
	event = event_find(root, "chinese-tue/2024-10-22");
	ck_assert_int_eq(icalcomponent_get_sequence(event), 0);
	icalcomponent_free(root);
}
END_TEST

static unsigned
revised_three_times(void *context, const char *lesson_id)
{
	return strcmp(lesson_id, context) == 0 ? 3 : 0;
}

START_TEST(a_change_that_was_taken_back_raises_the_sequence_too)
{
	static char revised[] = "chinese-tue/2024-10-22";
	const struct ics_feed what = {.timetable = timetable,
		.exceptions = &exceptions,
		.revision_of = revised_three_times,
		.context = revised};
	icalcomponent *root;

	ck_assert_int_eq(lessons_list_make(timetable, &exceptions, fixture_date("2024-10-14"),
				 fixture_date("2024-10-31"), &list),
		0);
	ics_write(&what, &list, &text);
	root = read_back();
	ck_assert_int_eq(icalcomponent_get_sequence(event_find(root, "chinese-tue/2024-10-22")), 3);
	ck_assert_int_eq(icalcomponent_get_sequence(event_find(root, "chinese-tue/2024-10-15")), 1);
	ck_assert_int_eq(icalcomponent_get_sequence(event_find(root, "chinese-tue/2024-10-29")), 0);
	icalcomponent_free(root);
}
END_TEST

START_TEST(a_cancelled_lesson_stays_and_says_so)
{
	icalcomponent *root, *event;

	feed("houren", "2024-10-14", "2024-10-31");
	root = read_back();
	event = event_find(root, "maths-thu/2024-10-17");
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq(icalcomponent_get_status(event), ICAL_STATUS_CANCELLED);
	ck_assert_int_eq(icalcomponent_get_sequence(event), 1);
	ck_assert_int_eq(icalcomponent_get_status(event_find(root, "maths-thu/2024-10-24")),
		ICAL_STATUS_CONFIRMED);
	icalcomponent_free(root);
}
END_TEST

START_TEST(a_school_that_is_off_sees_its_part_cancelled_and_the_others_do_not)
{
	icalcomponent *root;

	feed("jian", "2024-10-17", "2024-10-17");
	root = read_back();
	ck_assert_int_eq(icalcomponent_get_status(event_find(root, "training-thu/2024-10-17")),
		ICAL_STATUS_CANCELLED);
	icalcomponent_free(root);
	text_fini(&text);
	lesson_list_fini(&list);
	feed("houren", "2024-10-17", "2024-10-17");
	root = read_back();
	ck_assert_int_eq(icalcomponent_get_status(event_find(root, "training-thu/2024-10-17")),
		ICAL_STATUS_CONFIRMED);
	icalcomponent_free(root);
}
END_TEST

START_TEST(a_school_sees_its_own_lessons_its_room_and_its_partners)
{
	icalcomponent *root, *event;

	feed("wuxi", "2024-10-14", "2024-10-20");
	root = read_back();
	// Moved, listened to, changed room: all the five.
	ck_assert_int_eq(icalcomponent_count_components(root, ICAL_VEVENT_COMPONENT), 5);
	event = event_find(root, "science-fri/2024-10-18");
	ck_assert_str_eq(text_property(event, ICAL_LOCATION_PROPERTY), "102");
	ck_assert_str_eq(text_property(event, ICAL_SUMMARY_PROPERTY), "科学 · 厚仁中心小学");
	ck_assert_str_eq(text_property(event, ICAL_DESCRIPTION_PROPERTY),
		"班级：三1班\n教师：李老师\n形式：同步课堂");
	icalcomponent_free(root);
	text_fini(&text);
	lesson_list_fini(&list);
	feed("jian", "2024-10-14", "2024-10-20");
	root = read_back();
	ck_assert_int_eq(icalcomponent_count_components(root, ICAL_VEVENT_COMPONENT), 2);
	ck_assert_ptr_null(event_find(root, "science-fri/2024-10-18"));
	icalcomponent_free(root);
}
END_TEST

START_TEST(what_iCalendar_escapes_is_read_back_as_it_was)
{
	icalcomponent *root;
	const char *summary;

	feed("wuxi", "2024-10-24", "2024-10-24");
	root = read_back();
	summary = text_property(event_find(root, "maths-thu/2024-10-24"), ICAL_SUMMARY_PROPERTY);
	ck_assert_str_eq(summary, "数学; 几何, \"A\\B\" · 厚仁中心小学");
	icalcomponent_free(root);
}
END_TEST

// --- lines

// Checks the lines of `text`, and puts what they fold into `whole`.
static void
unfold(char *whole, size_t capacity)
{
	const char *line = text.bytes;
	size_t count = 0;

	whole[0] = '\0';
	while (*line != '\0') {
		const char *end = strstr(line, "\r\n");
		size_t bytes;

		ck_assert_ptr_nonnull(end);
		bytes = (size_t)(end - line);
		ck_assert_uint_le(bytes, ICS_LINE_BYTES_MAX);
		if (line != text.bytes) {
			ck_assert_int_eq(*line, ' ');
			line++;
			bytes--;
		}
		ck_assert_msg(
			bytes == 0 || ((unsigned char)*line & 0xc0) != 0x80, "a character is cut");
		ck_assert_uint_lt(count + bytes, capacity);
		memcpy(whole + count, line, bytes);
		count += bytes;
		whole[count] = '\0';
		line = end + 2;
	}
}

START_TEST(lines_of_every_length_are_folded_between_characters)
{
	static const char *const characters[] = {"x", "é", "课", "𠀀"};
	char line[700], whole[1024];

	for (size_t kind = 0; kind < 4; kind++) {
		size_t bytes = strlen(characters[kind]);

		for (size_t front = 0; front < 4; front++) {
			for (size_t count = 0; count < 160; count++) {
				size_t length = front;

				memset(line, 'a', front);
				for (size_t i = 0; i < count; i++, length += bytes)
					memcpy(line + length, characters[kind], bytes);
				line[length] = '\0';
				text.count = 0;
				ics_write_line(line, length, &text);
				unfold(whole, sizeof(whole));
				ck_assert_str_eq(whole, line);
			}
		}
	}
}
END_TEST

START_TEST(a_line_of_75_octets_is_not_folded_and_one_of_76_is)
{
	char line[76];

	memset(line, 'a', sizeof(line));
	ics_write_line(line, 75, &text);
	ck_assert_uint_eq(text.count, 75 + 2);
	text.count = 0;
	ics_write_line(line, 76, &text);
	ck_assert_uint_eq(text.count, 75 + 3 + 1 + 2);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_folded_all_the_same)
{
	char line[300];

	memset(line, 0x80, sizeof(line));
	ics_write_line(line, sizeof(line), &text);
	for (const char *from = text.bytes; *from != '\0';) {
		const char *end = strstr(from, "\r\n");

		ck_assert_int_le(end - from, ICS_LINE_BYTES_MAX);
		from = end + 2;
	}
}
END_TEST

START_TEST(control_characters_end_no_line_and_make_no_property)
{
	char value[256];
	size_t count = 0;

	for (int c = 1; c < 256; c++)
		value[count++] = (char)(c < 0x20 || c == 0x7f ? c : 'x');
	value[count] = '\0';
	ics_write_text(value, &text);
	// 0x01..0x1f: only the tab is kept; line feed and carriage return become \n.
	ck_assert_uint_eq(strcspn(text.bytes, "\r\n"), text.count);
	ck_assert_ptr_nonnull(strchr(text.bytes, '\t'));
	for (size_t i = 0; i < text.count; i++)
		ck_assert(text.bytes[i] == '\t' || (unsigned char)text.bytes[i] >= ' ');
	ck_assert_ptr_null(strchr(text.bytes, 0x7f));
	text.count = 0;
	ics_write_text("a\r\nb\rc\nd\\e;f,g:h", &text);
	ck_assert_str_eq(text.bytes, "a\\nb\\nc\\nd\\\\e\\;f\\,g:h");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {a_feed_is_byte_for_byte_what_it_was,
		every_lesson_of_a_year_is_read_back,
		a_moved_lesson_is_the_same_event_with_a_higher_sequence,
		a_change_that_was_taken_back_raises_the_sequence_too,
		a_cancelled_lesson_stays_and_says_so,
		a_school_that_is_off_sees_its_part_cancelled_and_the_others_do_not,
		a_school_sees_its_own_lessons_its_room_and_its_partners,
		what_iCalendar_escapes_is_read_back_as_it_was,
		lines_of_every_length_are_folded_between_characters,
		a_line_of_75_octets_is_not_folded_and_one_of_76_is,
		bytes_that_are_no_text_are_folded_all_the_same,
		control_characters_end_no_line_and_make_no_property};
	Suite *suite = suite_create("ics");
	TCase *test_case = tcase_create("ics");

	tcase_add_checked_fixture(test_case, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		tcase_add_test(test_case, tests[i]);
	suite_add_tcase(suite, test_case);
	return fixture_run(suite);
}
