// SPDX-License-Identifier: BSD-3-Clause
// text_encoding.c - a person's text file as UTF-8, whichever encoding it was saved in.
#include "timetable/text_encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A GBK character of two bytes becomes at most three of UTF-8.
#define UTF8_PER_GBK 2

const char *
text_encoding_name(enum text_encoding encoding)
{
	static const char *const names[] = {
		[TEXT_UTF8] = "UTF-8",
		[TEXT_UTF8_MARKED] = "UTF-8 with byte order mark",
		[TEXT_GBK] = "GBK",
	};

	return names[encoding];
}

size_t
text_utf8_bytes(const char *text, size_t left)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t count;
	uint32_t value;

	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] < 0xc0 || bytes[0] > 0xf7)
		return 0;
	count = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (count > left)
		return 0;
	value = bytes[0] & (0xffu >> (count + 1));
	for (size_t i = 1; i < count; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < smallest[count] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return count;
}

void
text_utf8_mend(char *text)
{
	size_t count = strlen(text);
	size_t used = 0;

	for (size_t i = 0; i < count;) {
		size_t bytes = text_utf8_bytes(text + i, count - i);

		memmove(text + used, text + i, bytes);
		used += bytes;
		i += bytes == 0 ? 1 : bytes;
	}
	text[used] = '\0';
}

// LF, CRLF and CR end a line.
static unsigned
line_of(const char *text, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n'))
			line++;
	}
	return line;
}

struct utf8_count {
	size_t first_bad;     // offset; the count of bytes where all is well
	size_t in_characters; // bytes of characters of three bytes or more, as all Chinese ones are
	size_t high;          // bytes that are not ASCII
};

static struct utf8_count
utf8_count(const char *text, size_t count)
{
	struct utf8_count sum = {.first_bad = count};
	size_t bytes;

	for (size_t i = 0; i < count; i += bytes) {
		bytes = text_utf8_bytes(text + i, count - i);
		if (bytes == 0 && sum.first_bad == count)
			sum.first_bad = i;
		if (bytes >= 3)
			sum.in_characters += bytes;
		bytes = bytes == 0 ? 1 : bytes;
		if (bytes > 1 || (unsigned char)text[i] >= 0x80)
			sum.high += bytes;
	}
	return sum;
}

static int
gbk_decode(const struct timetable_bytes *file, char **text_out, size_t *count_out,
	struct file_error *error)
{
	char *in = (char *)(uintptr_t)file->bytes; // iconv() changes the pointer, not the bytes
	size_t in_left = file->count;
	size_t out_left = file->count * UTF8_PER_GBK;
	char *text = malloc(out_left + 1);
	char *out = text;
	iconv_t converter;
	size_t failed;

	if (text == NULL)
		return -ENOMEM;
	converter = iconv_open("UTF-8", "GBK");
	if (converter == (iconv_t)-1) {
		free(text);
		return file_error_set(error, file->file, 0,
			"this is not UTF-8 text, and this machine's C library cannot read GBK: "
			"save the file as \"CSV UTF-8\"");
	}
	failed = iconv(converter, &in, &in_left, &out, &out_left);
	iconv_close(converter);
	if (failed == (size_t)-1) {
		size_t offset = file->count - in_left;

		free(text);
		return file_error_set(error, file->file, line_of(file->bytes, offset),
			"byte 0x%02x is neither UTF-8 nor GBK text: save the file as \"CSV "
			"UTF-8\"",
			((const unsigned char *)file->bytes)[offset]);
	}
	*out = '\0';
	*text_out = text;
	*count_out = (size_t)(out - text);
	return 0;
}

static int
utf8_copy(const char *text, size_t count, char **text_out, size_t *count_out)
{
	char *copy = malloc(count + 1);

	if (copy == NULL)
		return -ENOMEM;
	if (count > 0)
		memcpy(copy, text, count);
	copy[count] = '\0';
	*text_out = copy;
	*count_out = count;
	return 0;
}

static int
bytes_check(const struct timetable_bytes *file, struct file_error *error)
{
	const char *text = file->bytes;
	const char *zero;

	if (file->count > CSV_TABLE_FILE_BYTES_MAX)
		return file_error_set(error, file->file, 0, "the file has more than %d bytes",
			CSV_TABLE_FILE_BYTES_MAX);
	if (file->count == 0)
		return 0;
	if (file->count >= 2 &&
		(memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return file_error_set(error, file->file, 1,
			"this is UTF-16 (\"Unicode text\"): save the file as \"CSV UTF-8\"");
	zero = memchr(text, '\0', file->count);
	if (zero != NULL)
		return file_error_set(error, file->file, line_of(text, (size_t)(zero - text)),
			"a zero byte: this is no text file");
	return 0;
}

int
text_encoding_decode(const struct timetable_bytes *file, char **text_out, size_t *count_out,
	enum text_encoding *encoding_out, struct file_error *error)
{
	const char *text = file->bytes;
	size_t count = file->count;
	struct utf8_count utf8;
	int result = bytes_check(file, error);

	*text_out = NULL;
	*count_out = 0;
	if (result != 0)
		return result;
	*encoding_out = TEXT_UTF8;
	if (count >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		*encoding_out = TEXT_UTF8_MARKED;
		text += 3;
		count -= 3;
	}
	utf8 = utf8_count(text, count);
	if (utf8.first_bad == count)
		return utf8_copy(text, count, text_out, count_out);
	// Chinese in GBK rarely falls into three-byte characters of UTF-8; damaged UTF-8 mostly
	// does, and taken for GBK it would be other Chinese.
	if (*encoding_out == TEXT_UTF8_MARKED || utf8.in_characters > utf8.high / 2)
		return file_error_set(error, file->file, line_of(text, utf8.first_bad),
			"byte 0x%02x is not UTF-8, as the rest of the file is",
			(unsigned char)text[utf8.first_bad]);
	*encoding_out = TEXT_GBK;
	return gbk_decode(file, text_out, count_out, error);
}
