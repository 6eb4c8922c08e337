// SPDX-License-Identifier: BSD-3-Clause
// bell_notice_cell.c - one cell of a pasted notice: its name, its note and its times.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "timetable/bell_notice_internal.h"
#include "timetable/text_encoding.h"

static const struct {
	uint32_t first;
	uint32_t last;
} blanks[] = {{'\t', '\t'}, {' ', ' '}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200b},
	{0x202f, 0x202f}, {0x205f, 0x2060}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};

static uint32_t
code_point(const char *text, size_t count)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t value = count == 1 ? bytes[0] : bytes[0] & (0xffu >> (count + 1));

	for (size_t i = 1; i < count; i++)
		value = value << 6 | (bytes[i] & 0x3f);
	return value;
}

static bool
is_blank(uint32_t value)
{
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		if (value >= blanks[i].first && value <= blanks[i].last)
			return true;
	}
	return false;
}

bool
notice_is_blank(const char *bytes, size_t count)
{
	size_t step;

	for (size_t i = 0; i < count; i += step) {
		step = text_utf8_bytes(bytes + i, count - i);
		if (step == 0 || !is_blank(code_point(bytes + i, step)))
			return false;
	}
	return true;
}

// The plain form of a full-width letter, figure, colon or bracket, or 0.
static char
plain_form(uint32_t value)
{
	bool is_taken = (value >= 0xff10 && value <= 0xff1a) || value == 0xff08 ||
			value == 0xff09 || (value >= 0xff21 && value <= 0xff3a) ||
			(value >= 0xff41 && value <= 0xff5a);

	if (value == 0x2236 || value == 0xfe55 || value == 0xfe13)
		return ':';
	return is_taken ? (char)(value - 0xff00 + 0x20) : '\0';
}

static bool
is_figure(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter_or_figure(char c)
{
	return is_figure(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

size_t
notice_dash_bytes(const char *text)
{
	size_t count = text[0] == '\0' ? 0 : text_utf8_bytes(text, strlen(text));
	uint32_t value = count == 0 ? 0 : code_point(text, count);

	switch (value) {
	case '-':
	case '~':
	case 0x2010 ... 0x2015:
	case 0x2212:
	case 0x2500 ... 0x2501:
	case 0x2e3a ... 0x2e3b:
	case 0x301c:
	case 0xfe58:
	case 0xfe63:
	case 0xff0d:
	case 0xff5e:
		return count;
	default:
		return 0;
	}
}

// Blanks inside a Chinese name only space it out; between two figures or two letters one stays.
static int
text_normalise(const char *bytes, size_t count, char *out, char *reason)
{
	size_t used = 0;
	bool has_blank = false;
	size_t step;

	for (size_t i = 0; i < count; i += step) {
		uint32_t value;
		char plain;

		step = text_utf8_bytes(bytes + i, count - i);
		value = step == 0 ? 0 : code_point(bytes + i, step);
		if (is_blank(value)) {
			has_blank = true;
			continue;
		}
		if (value < 0x20 || (value >= 0x7f && value < 0xa0)) {
			snprintf(reason, NOTICE_REASON_BYTES, "a byte that is no text");
			return -EINVAL;
		}
		if (used + step + 2 > NOTICE_CELL_BYTES_MAX) {
			snprintf(reason, NOTICE_REASON_BYTES, "longer than any name or time");
			return -EINVAL;
		}
		plain = step == 1 ? bytes[i] : plain_form(value);
		if (has_blank && used > 0 && is_letter_or_figure(out[used - 1]) &&
			is_letter_or_figure(plain))
			out[used++] = ' ';
		has_blank = false;
		if (plain != '\0')
			out[used++] = plain;
		else
			memcpy(out + used, bytes + i, step);
		used += plain != '\0' ? 0 : step;
	}
	out[used] = '\0';
	return 0;
}

// "8:30" or "8:30:00" at `text`, not more figures behind it. Returns its bytes, or 0.
static size_t
clock_read(const char *text, int parts[3])
{
	size_t at = is_figure(text[0]) ? 1 + is_figure(text[1]) : 0;

	if (at == 0)
		return 0;
	parts[0] = at == 1 ? text[0] - '0' : (text[0] - '0') * 10 + text[1] - '0';
	parts[1] = parts[2] = 0;
	for (int i = 1; i < 3; i++) {
		if (text[at] != ':')
			return i == 1 || is_figure(text[at]) ? 0 : at;
		if (!is_figure(text[at + 1]) || !is_figure(text[at + 2]))
			return 0;
		parts[i] = (text[at + 1] - '0') * 10 + text[at + 2] - '0';
		at += 3;
	}
	return text[at] == ':' || is_figure(text[at]) ? 0 : at;
}

// Where the first time in `text` begins, or NULL.
static const char *
clock_find(const char *text)
{
	int parts[3];

	for (const char *at = text; *at != '\0'; at++) {
		bool is_inside =
			at > text && (is_figure(at[-1]) ||
					     (at[-1] == ':' && at - 1 > text && is_figure(at[-2])));

		if (!is_inside && clock_read(at, parts) > 0)
			return at;
	}
	return NULL;
}

// Reads the time at *cursor, with the part of the day that a mark before it names. Returns 0, or
// -EINVAL with `reason`.
static int
time_read(const char **cursor, enum notice_part part, struct notice_time *out, char *reason)
{
	int parts[3];
	size_t bytes = clock_read(*cursor, parts);

	if (bytes == 0 || parts[0] > 23 || parts[1] > 59 || parts[2] > 59) {
		snprintf(reason, NOTICE_REASON_BYTES, "'%.60s' is no time of day", *cursor);
		return -EINVAL;
	}
	*cursor += bytes;
	out->is_certain = part != NOTICE_PART_NONE || parts[0] == 0 || parts[0] > 12;
	if ((part >= NOTICE_PART_AFTERNOON && parts[0] < 12) ||
		(part == NOTICE_PART_NOON && parts[0] < 6))
		parts[0] += 12;
	out->second = parts[0] * 3600 + parts[1] * 60 + parts[2];
	return 0;
}

// How many bytes of `text` come before the dashes, colons and blanks at its end.
static size_t
bytes_without_end(const char *text, size_t bytes)
{
	for (;;) {
		if (bytes > 0 && (text[bytes - 1] == ':' || text[bytes - 1] == ' ' ||
					 notice_dash_bytes(text + bytes - 1) == 1))
			bytes--;
		else if (bytes >= 3 && notice_dash_bytes(text + bytes - 3) == 3)
			bytes -= 3;
		else
			return bytes;
	}
}

static const char *
dashes_skip(const char *text)
{
	size_t bytes;

	while ((bytes = notice_dash_bytes(text)) > 0)
		text += bytes;
	return text;
}

// What stands behind the first time: nothing, or a dash (至, 到, a blank) and a second time.
static int
second_time_read(const char *rest, struct notice_cell *cell, char *reason)
{
	const char *next = dashes_skip(rest);
	const char *clock;
	char between[NOTICE_CELL_BYTES_MAX];
	size_t mark_bytes = 0;
	enum notice_part part;

	if (*rest == '\0')
		return 0;
	if (next == rest && *rest == ' ')
		next++;
	else if (next == rest &&
		 (strncmp(rest, "至", strlen("至")) == 0 || strncmp(rest, "到", strlen("到")) == 0))
		next += strlen("至");
	if (next != rest && *next == '\0') {
		cell->ends_with_dash = true;
		return 0;
	}
	clock = next == rest ? NULL : clock_find(next);
	if (clock != NULL) {
		snprintf(between, sizeof(between), "%.*s", (int)(clock - next), next);
		part = notice_part_at_end(between, &mark_bytes);
		if (mark_bytes == strlen(between) &&
			time_read(&clock, part, &cell->times[1], reason) == 0) {
			cell->time_count = 2;
			if (*clock == '\0')
				return 0;
		}
	}
	snprintf(reason, NOTICE_REASON_BYTES, "'%.60s' after a time is not understood", rest);
	return -EINVAL;
}

// Splits `text`, without its notes, into name and times.
static int
times_read(const char *text, struct notice_cell *cell, char *reason)
{
	const char *clock = clock_find(text);
	size_t bytes = clock == NULL ? strlen(text) : (size_t)(clock - text);
	enum notice_part part = NOTICE_PART_NONE;
	size_t mark_bytes = 0;

	memcpy(cell->name, text, bytes);
	cell->name[bytes] = '\0';
	if (clock != NULL)
		part = notice_part_at_end(cell->name, &mark_bytes);
	cell->name[bytes -= mark_bytes] = '\0';
	cell->begins_with_dash = clock != NULL && bytes > 0 && *dashes_skip(cell->name) == '\0';
	if (clock != NULL || (bytes > 0 && cell->name[bytes - 1] == ':'))
		cell->name[bytes_without_end(cell->name, bytes)] = '\0';
	if (clock == NULL)
		return 0;
	if (time_read(&clock, part, &cell->times[0], reason) != 0)
		return -EINVAL;
	cell->time_count = 1;
	return second_time_read(clock, cell, reason);
}

// Takes what stands in brackets out of `text` into the cell's note, but for a time.
static int
notes_take(char *text, struct notice_cell *cell, char *reason)
{
	size_t used = 0;

	for (const char *at = text; *at != '\0'; at++) {
		size_t bytes = *at == '(' ? strcspn(at + 1, "()") : 0;
		const char *inside = at + 1;

		if (*at != '(' && *at != ')') {
			text[used++] = *at;
			continue;
		}
		if (*at == ')' || inside[bytes] != ')') {
			snprintf(reason, NOTICE_REASON_BYTES, "a bracket without its other half");
			return -EINVAL;
		}
		if (clock_find(inside) == inside && clock_find(inside) < inside + bytes) {
			// The bracket before it leaves room for a blank, which parts it from a
			// figure.
			text[used++] = ' ';
			memmove(text + used, inside, bytes);
			used += bytes;
		} else if (bytes > 0) {
			size_t note_bytes = strlen(cell->note);

			snprintf(cell->note + note_bytes, sizeof(cell->note) - note_bytes, "%s%.*s",
				note_bytes > 0 ? "、" : "", (int)bytes, inside);
		}
		at = inside + bytes;
	}
	text[used] = '\0';
	return 0;
}

int
notice_cell_read(
	const char *bytes, size_t count, struct notice_cell *out, char reason[NOTICE_REASON_BYTES])
{
	char text[NOTICE_CELL_BYTES_MAX];
	int result;

	*out = (struct notice_cell){.time_count = 0};
	result = text_normalise(bytes, count, out->text, reason);
	if (result != 0)
		return result;
	memcpy(text, out->text, sizeof(text));
	result = notes_take(text, out, reason);
	if (result == 0)
		result = times_read(text, out, reason);
	return result;
}
