// SPDX-License-Identifier: BSD-3-Clause
// ics.c - dated lessons as an iCalendar feed (RFC 5545), of a school or of the county.
#include "timetable/ics.h"

#include <stdbool.h>

#include "timetable/lessons_list.h"

#define CONTINUATION_BYTES_MAX 3 // of a UTF-8 character, behind its first byte

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void
ics_write_line(const char *line, size_t count, struct text *out)
{
	size_t room = ICS_LINE_BYTES_MAX;

	while (count > room) {
		size_t cut = room;

		while (cut > room - CONTINUATION_BYTES_MAX && is_continuation(line[cut]))
			cut--;
		text_add_bytes(out, line, cut);
		text_add(out, "\r\n ");
		line += cut;
		count -= cut;
		room = ICS_LINE_BYTES_MAX - 1; // the blank counts
	}
	text_add_bytes(out, line, count);
	text_add(out, "\r\n");
}

void
ics_write_text(const char *value, struct text *out)
{
	for (const char *c = value; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte == '\\' || byte == ';' || byte == ',')
			text_add_format(out, "\\%c", byte);
		else if (byte == '\n' || (byte == '\r' && c[1] != '\n'))
			text_add(out, "\\n");
		else if ((byte >= ' ' && byte != 0x7f) || byte == '\t')
			text_add_bytes(out, c, 1);
	}
}

// The line is gathered in `line`, which is left empty for the next.
static void
line_end(struct text *line, struct text *out)
{
	ics_write_line(line->bytes != NULL ? line->bytes : "", line->count, out);
	if (line->result != 0 && out->result == 0)
		out->result = line->result;
	line->count = 0;
}

// "20261123T012000Z" (section 3.3.5, form 2).
static void
write_time(const char *name, struct wall_time at, struct text *out)
{
	char text[CIVIL_UTC_BYTES];
	char *to = text;

	civil_format_utc((struct wall_time){at.ms - at.ms % MS_IN_S}, text);
	for (const char *from = text; *from != '\0'; from++) {
		if (*from != '-' && *from != ':')
			*to++ = *from;
	}
	*to = '\0';
	text_add_format(out, "%s:%s\r\n", name, text);
}

// The subject, and with whom: a school's own name is no news to it.
static void
write_summary(const struct ics_feed *feed, const struct lesson *lesson, struct text *line,
	struct text *out)
{
	const char *between = " · ";

	text_add(line, "SUMMARY:");
	ics_write_text(lesson->title, line);
	for (size_t i = 0; i < lesson->part_count; i++) {
		if (lesson->parts[i].school == feed->school)
			continue;
		ics_write_text(between, line);
		ics_write_text(lesson->parts[i].school->name, line);
		between = feed->language == LANGUAGE_CHINESE ? "、" : ", ";
	}
	line_end(line, out);
}

// A school's room; of the county all of them, each with its school.
static void
write_location(const struct ics_feed *feed, const struct lesson *lesson, struct text *line,
	struct text *out)
{
	const char *between = "";
	bool is_held;

	text_add(line, "LOCATION:");
	if (feed->school != NULL) {
		ics_write_text(
			lesson_part_of(lesson, feed->school, &is_held)->endpoint->room, line);
		line_end(line, out);
		return;
	}
	for (size_t i = 0; i < lesson->part_count; i++) {
		const struct lesson_part *part = &lesson->parts[i];

		ics_write_text(between, line);
		ics_write_text(part->school->name, line);
		ics_write_text(part->endpoint->room[0] != '\0' ? " " : "", line);
		ics_write_text(part->endpoint->room, line);
		between = "; ";
	}
	line_end(line, out);
}

static void
write_description(const struct ics_feed *feed, const struct lesson *lesson, struct text *line,
	struct text *out)
{
	const struct {
		enum word word;
		const char *value;
	} facts[] = {
		{WORD_CLASS, lesson->class_name},
		{WORD_TEACHER, lesson->teacher},
		{WORD_FORM, word_form(feed->language, lesson->form)},
	};
	const char *colon = feed->language == LANGUAGE_CHINESE ? "：" : ": ";
	const char *between = "";

	text_add(line, "DESCRIPTION:");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		if (facts[i].value == NULL || *facts[i].value == '\0')
			continue;
		ics_write_text(between, line);
		text_add_format(line, "%s%s", word_get(feed->language, facts[i].word), colon);
		ics_write_text(facts[i].value, line);
		between = "\n";
	}
	line_end(line, out);
}

// A calendar program may pass over an event whose number has gone down (section 3.8.7.4).
static unsigned
sequence_of(const struct ics_feed *feed, const struct lesson *lesson)
{
	unsigned changes = lesson_change_count(feed->exceptions, lesson);
	unsigned revisions =
		feed->revision_of != NULL ? feed->revision_of(feed->context, lesson->id) : 0;

	return revisions > changes ? revisions : changes;
}

static void
write_event(const struct ics_feed *feed, const struct lesson *lesson, bool is_held,
	struct text *line, struct text *out)
{
	text_add(out, "BEGIN:VEVENT\r\n");
	text_add(line, "UID:");
	ics_write_text(lesson->id, line);
	text_add(line, ICS_UID_SUFFIX);
	line_end(line, out);
	write_time("DTSTAMP", feed->now, out);
	write_time("DTSTART", lesson->start, out);
	write_time("DTEND", lesson->end, out);
	text_add_format(out, "SEQUENCE:%u\r\n", sequence_of(feed, lesson));
	text_add(out, is_held ? "STATUS:CONFIRMED\r\n" : "STATUS:CANCELLED\r\n");
	// What is cancelled takes nobody's time.
	text_add(out, is_held ? "TRANSP:OPAQUE\r\n" : "TRANSP:TRANSPARENT\r\n");
	write_summary(feed, lesson, line, out);
	write_location(feed, lesson, line, out);
	write_description(feed, lesson, line, out);
	text_add(out, "END:VEVENT\r\n");
}

void
ics_write(const struct ics_feed *feed, const struct lesson_list *list, struct text *out)
{
	struct text line = {0};

	text_add(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
		      "PRODID:-//county classroom relay//timetable//EN\r\n"
		      "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
		      // How often to ask again: RFC 7986, section 5.7, and what came before it.
		      "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n");
	text_add(&line, "X-WR-CALNAME:");
	ics_write_text(word_get(feed->language, WORD_CALENDAR), &line);
	text_add(&line, " · ");
	ics_write_text(feed->school != NULL ? feed->school->name : feed->timetable->policies.county,
		&line);
	line_end(&line, out);
	for (size_t i = 0; i < list->count; i++) {
		const struct lesson *lesson = &list->lessons[i];
		bool is_held = lesson->cancellation == LESSON_HELD;

		if (feed->school == NULL || lesson_part_of(lesson, feed->school, &is_held) != NULL)
			write_event(feed, lesson, is_held, &line, out);
	}
	text_add(out, "END:VCALENDAR\r\n");
	text_fini(&line);
}
