/* SPDX-License-Identifier: BSD-3-Clause */
// text_diff.c - the lines that a new version of a text has no more, and those that it has anew.
#include "control/text_diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct line {
	const char *text;
	size_t bytes;
	size_t number;
	bool is_matched;
};

static size_t
lines_split(const char *text, size_t bytes, struct line *out)
{
	size_t count = 0;
	for (size_t at = 0; at < bytes;) {
		const char *end = memchr(text + at, '\n', bytes - at);
		size_t length = end ? (size_t)(end - text) - at : bytes - at;
		size_t ends = length > 0 && text[at + length - 1] == '\r'; // of Excel
		if (out)
			out[count] = (struct line){text + at, length - ends, count, false};
		count++;
		at += length + 1;
	}
	return count;
}

static int
text_compare(const struct line *a, const struct line *b)
{
	size_t shared = a->bytes < b->bytes ? a->bytes : b->bytes;
	int order = memcmp(a->text, b->text, shared);
	if (order != 0)
		return order;
	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

static int
by_text(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	int order = text_compare(a, b);
	return order != 0 ? order : a->number < b->number ? -1 : a->number > b->number;
}

static int
by_number(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	return a->number < b->number ? -1 : a->number > b->number;
}

// Both sorted by their text.
static void
lines_match(struct line *left, size_t left_count, struct line *right, size_t right_count)
{
	for (size_t l = 0, r = 0; l < left_count && r < right_count;) {
		int order = text_compare(&left[l], &right[r]);
		if (order == 0)
			left[l].is_matched = true;
		l += order <= 0;
		r += order >= 0;
	}
}

long
text_diff(const char *left, size_t left_bytes, const char *right, size_t right_bytes,
	text_diff_fn tell, void *context)
{
	size_t left_count = lines_split(left, left_bytes, NULL);
	size_t right_count = lines_split(right, right_bytes, NULL);
	struct line *lines = calloc(left_count + right_count + 1, sizeof *lines);
	if (!lines)
		return -ENOMEM;
	struct line *others = lines + left_count;
	lines_split(left, left_bytes, lines);
	lines_split(right, right_bytes, others);
	qsort(lines, left_count, sizeof *lines, by_text);
	qsort(others, right_count, sizeof *others, by_text);
	lines_match(lines, left_count, others, right_count);
	qsort(lines, left_count, sizeof *lines, by_number);
	long told = 0;
	for (size_t i = 0; i < left_count; i++) {
		if (lines[i].is_matched)
			continue;
		tell(context, lines[i].text, lines[i].bytes);
		told++;
	}
	free(lines);
	return told;
}
