/* SPDX-License-Identifier: BSD-3-Clause */
// top_list.c - which lessons the full-screen view shows, in which order, and which is selected.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relayctl/top.h"

struct entry {
	const json_t *lesson;
	double value; // the highest first
	const char *text;
	size_t place; // in the relay's order
};

const char *
top_sort_name(enum top_sort sort)
{
	static const char *const names[TOP_SORT_COUNT] = {
		"the worst first", "loss", "jitter", "time left", "title"};
	return names[sort];
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

static bool
passes(const json_t *lesson, const char *filter)
{
	static const char *const keys[] = {"title", "subject", "pair", "session"};
	static const char *const school_keys[] = {"school", "school_name", "endpoint"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcasestr(text_of(lesson, keys[i]), filter))
			return true;
	size_t index;
	json_t *school;
	json_array_foreach(json_object_get(lesson, "schools"), index, school)
	{
		for (size_t i = 0; i < sizeof school_keys / sizeof school_keys[0]; i++)
			if (strcasestr(text_of(school, school_keys[i]), filter))
				return true;
	}
	return false;
}

// The highest figure of all the lesson's lines.
static double
worst_of(const json_t *lesson, const char *key)
{
	static const char *const lines[] = {"uplink", "downlink"};
	double worst = -1;
	size_t index;
	json_t *school;
	json_array_foreach(json_object_get(lesson, "schools"), index, school)
	{
		for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
			const json_t *line = json_object_get(school, lines[i]);
			double value = json_number_value(json_object_get(line, key));
			if (value > worst)
				worst = value;
		}
	}
	return worst;
}

static struct entry
entry_of(const json_t *lesson, enum top_sort sort, size_t place)
{
	struct entry entry = {.lesson = lesson, .text = "", .place = place};
	if (sort == TOP_LOSS)
		entry.value = worst_of(lesson, "loss_ratio");
	else if (sort == TOP_JITTER)
		entry.value = worst_of(lesson, "jitter_ms");
	else if (sort == TOP_LEFT)
		entry.value = -json_number_value(json_object_get(lesson, "remaining_s"));
	else if (sort == TOP_TITLE)
		entry.text = text_of(lesson, "title");
	return entry;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	if (left->value != right->value)
		return left->value < right->value ? 1 : -1;
	int texts = strcmp(left->text, right->text);
	if (texts != 0)
		return texts;
	return (left->place > right->place) - (left->place < right->place);
}

json_t *
top_list(const struct top_view *view)
{
	const json_t *lessons = json_object_get(view->live, "lessons");
	size_t count = 0, index;
	struct entry *entries = calloc(json_array_size(lessons) + 1, sizeof *entries);
	json_t *list = json_array(), *lesson;
	if (!entries)
		return list;
	json_array_foreach(lessons, index, lesson)
	{
		if (passes(lesson, view->filter))
			entries[count++] = entry_of(lesson, view->sort, index);
	}
	qsort(entries, count, sizeof *entries, compare);
	for (size_t i = 0; i < count; i++)
		json_array_append(list, (json_t *)entries[i].lesson);
	free(entries);
	return list;
}

// Where the selected lesson stands; 0 where it is gone.
static size_t
selected_at(const struct top_view *view, const json_t *list)
{
	size_t index;
	json_t *lesson;
	json_array_foreach(list, index, lesson)
	{
		if (strcmp(text_of(lesson, "session"), view->session) == 0)
			return index;
	}
	return 0;
}

const json_t *
top_selected(const struct top_view *view, const json_t *list)
{
	return json_array_get(list, selected_at(view, list));
}

void
top_select(struct top_view *view, int steps)
{
	json_t *list = top_list(view);
	size_t count = json_array_size(list);
	if (count > 0) {
		long at = (long)selected_at(view, list) + steps;
		at = at < 0 ? 0 : at >= (long)count ? (long)count - 1 : at;
		snprintf(view->session, sizeof view->session, "%s",
			text_of(json_array_get(list, (size_t)at), "session"));
	}
	json_decref(list);
}
