// SPDX-License-Identifier: BSD-3-Clause
// ledger_fill.c - writes a ledger's rows from lines of JSON, through the relay's own store.
//
// Usage: ledger_fill DIRECTORY < LINES. A line is {"entry": {...}} or {"minute": {...}} with the
// members of struct ledger_entry and ledger_minute; times in ms.
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ledger/ledger.h"

#define PATIENCE_MS 10000

static unsigned waiting;

static void
fail(const char *what)
{
	fprintf(stderr, "ledger_fill: %s\n", what);
	exit(EXIT_FAILURE);
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

static int64_t
number_of(const json_t *object, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(object, name));
}

static enum ledger_verdict
verdict_of(const json_t *object)
{
	for (enum ledger_verdict i = LEDGER_DELIVERED; i <= LEDGER_EXTRA; i++)
		if (strcmp(ledger_verdict_name(i), text_of(object, "verdict")) == 0)
			return i;
	return LEDGER_NO_VERDICT;
}

static void
on_posted(void *context, int64_t number, int result)
{
	(void)context, (void)number;
	if (result)
		fail(strerror(-result));
	waiting--;
}

static void
entry_post(struct ledger *ledger, const json_t *row)
{
	const struct ledger_entry entry = {.kind = LEDGER_LESSON,
		.written_at = {number_of(row, "written_at")},
		.author = text_of(row, "author"),
		.lesson = text_of(row, "lesson"),
		.date = text_of(row, "date"),
		.pair = text_of(row, "pair"),
		.rule = text_of(row, "rule"),
		.lead = text_of(row, "lead"),
		.assisted = text_of(row, "assisted"),
		.lead_name = text_of(row, "lead_name"),
		.assisted_name = text_of(row, "assisted_name"),
		.scope = text_of(row, "scope"),
		.form = text_of(row, "form"),
		.title = text_of(row, "title"),
		.subject = text_of(row, "subject"),
		.class_name = text_of(row, "class_name"),
		.teacher = text_of(row, "teacher"),
		.assistant = text_of(row, "assistant"),
		.headcount = (int32_t)number_of(row, "headcount"),
		.planned_start = {number_of(row, "planned_start")},
		.planned_end = {number_of(row, "planned_end")},
		.real_start = {number_of(row, "real_start")},
		.real_end = {number_of(row, "real_end")},
		.planned_minutes = (uint32_t)number_of(row, "planned_minutes"),
		.live_minutes = (uint32_t)number_of(row, "live_minutes"),
		.verdict = verdict_of(row),
		.reason = text_of(row, "reason")};
	waiting++;
	if (ledger_post_entry(ledger, &entry, on_posted, NULL) != 0)
		fail("an entry was refused");
}

static void
minute_post(struct ledger *ledger, const json_t *row)
{
	const struct ledger_minute minute = {.lesson = text_of(row, "lesson"),
		.school = text_of(row, "school"),
		.endpoint = text_of(row, "endpoint"),
		.to_school = text_of(row, "to_school"),
		.kind = strcmp(text_of(row, "kind"), "audio") == 0 ? STREAM_AUDIO : STREAM_TEACHER,
		.is_outbound = *text_of(row, "to_school") != '\0',
		.minute = {number_of(row, "minute")},
		.packets = (uint64_t)number_of(row, "packets"),
		.bytes = (uint64_t)number_of(row, "bytes"),
		.expected = (uint64_t)number_of(row, "expected"),
		.lost = (uint64_t)number_of(row, "lost"),
		.jitter_us = (uint32_t)number_of(row, "jitter_us"),
		.longest_gap_us = (uint32_t)number_of(row, "longest_gap_us"),
		.rtt_us = (uint32_t)number_of(row, "rtt_us"),
		.media_s = (uint32_t)number_of(row, "media_s")};
	if (ledger_post_minutes(ledger, &minute, 1) != 0)
		fail("a minute was refused");
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t capacity = 0;
	if (argc != 2)
		fail("usage: ledger_fill DIRECTORY < LINES");
	struct ledger *ledger = ledger_create(
		&(struct ledger_options){.state_directory = argv[1], .minute_days = 0});
	if (!ledger)
		fail("out of memory");
	while (getline(&line, &capacity, stdin) > 0) {
		json_t *row = json_loads(line, 0, NULL);
		if (!row)
			fail("a line is no JSON");
		if (json_object_get(row, "entry"))
			entry_post(ledger, json_object_get(row, "entry"));
		else
			minute_post(ledger, json_object_get(row, "minute"));
		json_decref(row);
	}
	free(line);
	struct pollfd fd = {.fd = ledger_event_fd(ledger), .events = POLLIN};
	while (waiting > 0) {
		if (poll(&fd, 1, PATIENCE_MS) != 1)
			fail("the ledger says nothing");
		ledger_dispatch(ledger);
	}
	ledger_destroy(ledger);
	return EXIT_SUCCESS;
}
