/* SPDX-License-Identifier: BSD-3-Clause */
// reason.c - why a lesson's verdict is what it is: parts that a row keeps, and words made of them.
#include "ledger/reason.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR "; "

static const struct {
	const char *name;
	const char *english;
	const char *chinese;
} parts[REASON_CODE_COUNT] = {
#define REASON_ROW(code, english, chinese) [REASON_##code] = {#code, english, chinese},
	REASON_PARTS(REASON_ROW)
#undef REASON_ROW
};

// Text that grows; past its end nothing is added.
struct writer {
	char *text;
	size_t bytes; // used, without the terminator
	bool is_full;
};

static void
put(struct writer *writer, const char *text, size_t bytes)
{
	if (writer->bytes + bytes >= REASON_BYTES) {
		writer->is_full = true;
		return;
	}
	memcpy(writer->text + writer->bytes, text, bytes);
	writer->bytes += bytes;
	writer->text[writer->bytes] = '\0';
}

static void
put_text(struct writer *writer, const char *text)
{
	put(writer, text, strlen(text));
}

static void
put_argument(struct writer *writer, const char *argument)
{
	for (; *argument; argument++) {
		if (*argument == '|')
			put_text(writer, "｜");
		else if (*argument == ')')
			put_text(writer, "）");
		else if (*argument == '(')
			put_text(writer, "（");
		else if (*argument == ';')
			put_text(writer, "；");
		else
			put(writer, argument, 1);
	}
}

void
reason_add(struct reason *reason, enum reason_code code, const char *first, const char *second)
{
	assert(code < REASON_CODE_COUNT);
	struct writer writer = {.text = reason->text, .bytes = reason->bytes};
	if (writer.bytes > 0)
		put_text(&writer, SEPARATOR);
	put_text(&writer, parts[code].name);
	put_text(&writer, "(");
	put_argument(&writer, first ? first : "");
	if (second) {
		put_text(&writer, "|");
		put_argument(&writer, second);
	}
	put_text(&writer, ")");
	if (!writer.is_full)
		reason->bytes = writer.bytes;
	reason->text[reason->bytes] = '\0';
}

void
reason_add_count(struct reason *reason, enum reason_code code, const char *first, uint32_t count)
{
	char digits[16];
	snprintf(digits, sizeof digits, "%u", count);
	reason_add(reason, code, first ? first : digits, first ? digits : NULL);
}

void
reason_append(struct reason *reason, const struct reason *more)
{
	struct writer writer = {.text = reason->text, .bytes = reason->bytes};
	if (more->bytes == 0)
		return;
	if (writer.bytes > 0)
		put_text(&writer, SEPARATOR);
	put_text(&writer, more->text);
	if (!writer.is_full)
		reason->bytes = writer.bytes;
	reason->text[reason->bytes] = '\0';
}

// One part as it is read: pointers into the row's text.
struct part {
	enum reason_code code;
	const char *arguments[2];
	size_t argument_bytes[2];
};

// Returns where the text goes on behind the part and its separator, or NULL where there is none.
static const char *
part_read(const char *text, struct part *part)
{
	const char *open = strchr(text, '(');
	const char *close = open ? strchr(open, ')') : NULL;
	if (!close)
		return NULL;
	part->code = 0;
	while (part->code < REASON_CODE_COUNT &&
		(strlen(parts[part->code].name) != (size_t)(open - text) ||
			strncmp(parts[part->code].name, text, (size_t)(open - text))))
		part->code++;
	if (part->code == REASON_CODE_COUNT)
		return NULL;
	const char *bar = memchr(open, '|', (size_t)(close - open));
	const char *end = bar ? bar : close;
	part->arguments[0] = open + 1;
	part->argument_bytes[0] = (size_t)(end - open - 1);
	part->arguments[1] = bar ? bar + 1 : close;
	part->argument_bytes[1] = (size_t)(close - part->arguments[1]);
	close++;
	if (*close == '\0')
		return close;
	return strncmp(close, SEPARATOR, strlen(SEPARATOR)) ? NULL : close + strlen(SEPARATOR);
}

static void
part_tell(struct writer *writer, const struct part *part, bool is_chinese)
{
	const char *words = is_chinese ? parts[part->code].chinese : parts[part->code].english;
	for (; *words; words++) {
		if (*words != '{') {
			put(writer, words, 1);
			continue;
		}
		size_t which = words[1] == '1';
		put(writer, part->arguments[which], part->argument_bytes[which]);
		words += strlen("0}");
	}
}

void
reason_words(const char *text, bool is_chinese, char words[REASON_BYTES])
{
	struct writer writer = {.text = words};
	const char *at = text;
	*words = '\0';
	while (at && *at) {
		struct part part;
		at = part_read(at, &part);
		if (!at)
			break;
		if (writer.bytes > 0)
			put_text(&writer, is_chinese ? "；" : SEPARATOR);
		part_tell(&writer, &part, is_chinese);
	}
	if (!at || writer.is_full)
		snprintf(words, REASON_BYTES, "%s", text);
}
