/* SPDX-License-Identifier: BSD-3-Clause */
// sdp.c - one session description per sending endpoint, one m-line per stream (RFC 8866).
#include "classroom/sdp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct writer {
	char *text;
	size_t capacity;
	size_t length;
	bool full;
};

static void __attribute__((format(printf, 2, 3)))
put(struct writer *writer, const char *format, ...)
{
	if (writer->full)
		return;
	va_list arguments;
	va_start(arguments, format);
	size_t room = writer->capacity - writer->length;
	int length = vsnprintf(writer->text + writer->length, room, format, arguments);
	va_end(arguments);
	writer->full = length < 0 || (size_t)length >= room;
	if (!writer->full)
		writer->length += (size_t)length;
}

static void
put_media(struct writer *writer, const struct roster_entry *entry)
{
	const char *kind = kind_name(entry->kind);
	unsigned payload_type = entry->downlink.payload_type;
	put(writer, "m=%s %u RTP/AVP %u\r\n", entry->kind == STREAM_AUDIO ? "audio" : "video",
		entry->port, payload_type);
	put(writer, "i=%s\r\n", kind);
	put(writer, "a=rtpmap:%u %s\r\n", payload_type, entry->encoding);
	if (entry->fmtp[0] != '\0')
		put(writer, "a=fmtp:%u %s\r\n", payload_type, entry->fmtp);
	put(writer, "a=recvonly\r\na=label:%s\r\n", kind);
}

int
sdp_write(const struct roster *roster, const char *endpoint, const char *address, char *text,
	size_t capacity)
{
	struct writer writer = {text, capacity, 0, false};
	for (size_t i = 0; i < ROSTER_MAX; i++) {
		const struct roster_entry *entry = &roster->entries[i];
		if (!entry->used || !entry->listed || strcmp(entry->endpoint, endpoint) != 0)
			continue;
		if (writer.length == 0) {
			const char *name =
				entry->school_name[0] != '\0' ? entry->school_name : endpoint;
			put(&writer, "v=0\r\no=- %u 1 IN IP4 %s\r\ns=%s\r\n", entry->port, address,
				name);
			put(&writer, "c=IN IP4 %s\r\nt=0 0\r\na=tool:classroom\r\n", address);
		}
		put_media(&writer, entry);
	}
	return writer.full ? -ENOSPC : (int)writer.length;
}
