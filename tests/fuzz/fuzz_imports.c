/* SPDX-License-Identifier: BSD-3-Clause */
// fuzz_imports.c - a person's file through every import: encodings, notices, rules, holidays, weeks
// (libFuzzer's entry).
//
// The first byte says which import the rest is for.
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/bell_notice.h"
#include "timetable/holidays.h"
#include "timetable/rules_import.h"
#include "timetable/text_encoding.h"
#include "timetable/weeks.h"

#define BELLS_HEADER "school,effective_from,name,period,start,end,audience,note\n"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
utf8_check(const char *text, size_t count)
{
	size_t step;

	for (size_t i = 0; i < count; i += step) {
		step = text_utf8_bytes(text + i, count - i);
		assert(step > 0);
	}
}

static void
notice_check(const struct bell_notice *notice)
{
	const struct timetable_bytes bells = {"bells.csv", BELLS_HEADER, strlen(BELLS_HEADER)};
	struct timetable_bytes once = {.file = "once.csv"};
	struct bell_notice_merge count;
	struct file_error error;
	struct text first = {0};
	struct text second = {0};

	for (size_t i = 0; i < notice->row_count; i++) {
		const struct bell_interval *times = &notice->rows[i].times;

		assert(times->end_s == 0 || times->end_s > times->start_s);
		assert(times->start_s >= 0);
		assert(times->end_s <= CIVIL_DAY_S);
		assert(notice->rows[i].name[0] != '\0');
	}
	// What it writes can be read, and importing it again changes nothing.
	assert(bell_notice_merge(notice, "s", &bells, &first, &count, &error) == 0);
	assert(count.added == notice->row_count);
	once.bytes = first.bytes;
	once.count = first.count;
	assert(bell_notice_merge(notice, "s", &once, &second, &count, &error) == 0);
	assert(count.replaced == notice->row_count);
	assert(strcmp(first.bytes, second.bytes) == 0);
	text_fini(&first);
	text_fini(&second);
}

static void
feed_notice(const struct timetable_bytes *file)
{
	const struct timetable_bytes slots = {
		"slots.csv", slot_names_default, strlen(slot_names_default)};
	struct slot_names names;
	struct bell_notice notice;
	struct file_error error = {"", 0, ""};
	struct text account = {0};
	int result = slot_names_read(&slots, &names, &error);

	assert(result == 0);
	result = bell_notice_read(file, &names, NULL, &notice, &error);
	if (result == 0)
		notice_check(&notice);
	else
		assert(error.reason[0] != '\0');
	bell_notice_tell(&notice, &account);
	utf8_check(account.bytes == NULL ? "" : account.bytes, account.count);
	text_fini(&account);
	bell_notice_fini(&notice);
	slot_names_fini(&names);
}

static void
feed_holidays(const struct timetable_bytes *file)
{
	struct timetable_bytes calendar = {.file = "calendar.csv"};
	struct file_error error = {"", 0, ""};
	struct holidays_merge count;
	struct holidays list;
	struct text first = {0};
	struct text second = {0};

	if (holidays_read(file, &list, &error) != 0) {
		assert(error.reason[0] != '\0');
		return;
	}
	assert(holidays_merge(&list, NULL, &first, &count, &error) == 0);
	assert(count.added == list.count);
	calendar.bytes = first.bytes;
	calendar.count = first.count;
	assert(holidays_merge(&list, &calendar, &second, &count, &error) == 0);
	assert(count.added == 0);
	assert(strcmp(first.bytes, second.bytes) == 0);
	text_fini(&first);
	text_fini(&second);
	holidays_fini(&list);
}

// Two tables, parted by a zero.
static void
feed_rules(const char *text, size_t count)
{
	size_t half = strlen(text);
	const struct timetable_bytes before = {"before.csv", text, half};
	const struct timetable_bytes after = {
		"after.csv", text + half + (half < count), count - half - (half < count)};
	struct file_error error = {"", 0, ""};
	struct rules_difference difference;
	struct text told = {0};

	if (rules_difference_make(&before, half < count ? &after : &before, &difference, &error) !=
		0) {
		assert(error.reason[0] != '\0');
		return;
	}
	assert(half < count || difference.count == 0);
	assert(difference.count == difference.added + difference.removed + difference.changed);
	rules_difference_tell(&difference, &told);
	text_fini(&told);
	rules_difference_fini(&difference);
}

static void
feed_weeks(const char *text)
{
	struct week_set weeks;

	if (weeks_parse(text, &weeks) != 0)
		return;
	for (unsigned week = 0; week <= WEEKS_MAX + 1; week++)
		(void)weeks_include(&weeks, week);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct timetable_bytes file = {"fuzz", bytes + 1, length - 1};
	struct file_error error = {"", 0, ""};
	enum text_encoding encoding;
	char *text = NULL;

	if (length == 0)
		return 0;
	if (bytes[0] == 'r') {
		text = malloc(length);
		memcpy(text, bytes + 1, length - 1);
		text[length - 1] = '\0';
		feed_rules(text, length - 1);
	} else if (text_encoding_decode(&file, &text, &file.count, &encoding, &error) != 0) {
		assert(error.reason[0] != '\0');
		return 0;
	} else {
		utf8_check(text, file.count);
		file.bytes = text;
		if (bytes[0] == 'n')
			feed_notice(&file);
		else if (bytes[0] == 'h')
			feed_holidays(&file);
		else if (bytes[0] == 'w')
			feed_weeks(text);
	}
	free(text);
	return 0;
}
