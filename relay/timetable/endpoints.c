/* SPDX-License-Identifier: BSD-3-Clause */
// endpoints.c - reads endpoints.csv: which device is where, and what it sends.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timetable/readers.h"

enum { ENDPOINT, SCHOOL, ROOM, STREAMS, PROFILES, COLUMN_COUNT };

static const struct csv_column columns[COLUMN_COUNT] = {
	[ENDPOINT] = {"endpoint", true},
	[SCHOOL] = {"school", true},
	[ROOM] = {"room", false},
	[STREAMS] = {"streams", true},
	[PROFILES] = {"profiles", false},
};

// RFC 7587, RFC 6184, RFC 7798 and RFC 3551.
static const struct timetable_codec codecs[] = {
	{"opus", "opus/48000/2", "", 48000, 111},
	{"h264", "H264/90000", "packetization-mode=1", 90000, 96},
	{"h265", "H265/90000", "", 90000, 98},
	{"pcma", "PCMA/8000", "", 8000, 8},
};

static const char *const kind_names[] = {
	[STREAM_AUDIO] = "audio",
	[STREAM_TEACHER] = "teacher",
	[STREAM_STUDENTS] = "students",
	[STREAM_SLIDES] = "slides",
	[STREAM_REPORT] = "report",
};

// Best first, as the session chooses the first that all support.
static const struct {
	const char *name;
	uint32_t number; // srtp/keys.h
} profiles[TIMETABLE_PROFILES_MAX] = {
	{"AEAD_AES_128_GCM", 0x0007},
	{"AEAD_AES_256_GCM", 0x0008},
	{"AES_CM_128_HMAC_SHA1_80", 0x0001},
	{"AES_256_CM_HMAC_SHA1_80", 0x10001},
	{"AES_CM_128_HMAC_SHA1_32", 0x0002},
};

const char *
stream_kind_name(enum stream_kind kind)
{
	return kind_names[kind];
}

static int
stream_read(const char *file, unsigned line, char *item, struct timetable_endpoint *endpoint,
	struct file_error *error)
{
	char *codec_name = strchr(item, '=');
	struct timetable_stream stream = {STREAM_REPORT, NULL};

	if (codec_name == NULL)
		return file_error_set(
			error, file, line, "stream '%s' is not of the form kind=codec", item);
	*codec_name++ = '\0';
	for (size_t i = STREAM_AUDIO; i < STREAM_REPORT; i++) {
		if (strcmp(item, kind_names[i]) == 0)
			stream.kind = (enum stream_kind)i;
	}
	if (stream.kind == STREAM_REPORT)
		return file_error_set(error, file, line,
			"stream kind '%s' is not audio, teacher, students or slides", item);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (strcmp(codec_name, codecs[i].name) == 0)
			stream.codec = &codecs[i];
	}
	if (stream.codec == NULL)
		return file_error_set(error, file, line,
			"codec '%s' is not opus, pcma, h264 or h265", codec_name);
	if ((stream.kind == STREAM_AUDIO) != (stream.codec->clock_rate_hz != 90000))
		return file_error_set(
			error, file, line, "codec '%s' does not fit '%s'", codec_name, item);
	for (size_t i = 0; i < endpoint->stream_count; i++) {
		if (endpoint->streams[i].kind == stream.kind)
			return file_error_set(
				error, file, line, "stream '%s' is there twice", item);
	}
	endpoint->streams[endpoint->stream_count++] = stream;
	return 0;
}

static int
profiles_read(const char *file, const struct csv_row *row, struct timetable_endpoint *endpoint,
	struct file_error *error)
{
	bool has[TIMETABLE_PROFILES_MAX] = {false};
	bool has_all = list_count(row->fields[PROFILES]) == 0;
	const char *cursor = row->fields[PROFILES];
	char item[TIMETABLE_TEXT_BYTES_MAX];

	while (list_next(&cursor, item)) {
		bool is_known = false;

		for (size_t i = 0; i < TIMETABLE_PROFILES_MAX; i++) {
			if (strcmp(item, profiles[i].name) == 0)
				is_known = has[i] = true;
		}
		if (!is_known)
			return file_error_set(error, file, row->line,
				"profile '%s' is not %s, %s, %s, %s or %s", item, profiles[0].name,
				profiles[1].name, profiles[2].name, profiles[3].name,
				profiles[4].name);
	}
	for (size_t i = 0; i < TIMETABLE_PROFILES_MAX; i++) {
		if (has_all || has[i])
			endpoint->profiles[endpoint->profile_count++] = profiles[i].number;
	}
	return 0;
}

static int
endpoint_read(const struct timetable *timetable, const char *file, const struct csv_row *row,
	struct timetable_endpoint *endpoint, struct file_error *error)
{
	const char *cursor = row->fields[STREAMS];
	char item[TIMETABLE_TEXT_BYTES_MAX];
	int result = id_check(file, row->line, "endpoint", row->fields[ENDPOINT], error);

	if (result != 0)
		return result;
	endpoint->id = row->fields[ENDPOINT];
	endpoint->room = row->fields[ROOM];
	endpoint->line = row->line;
	endpoint->school = timetable_school_find(timetable, row->fields[SCHOOL]);
	if (endpoint->school == NULL)
		return file_error_set(
			error, file, row->line, "unknown school '%s'", row->fields[SCHOOL]);
	while (list_next(&cursor, item)) {
		result = stream_read(file, row->line, item, endpoint, error);
		if (result != 0)
			return result;
	}
	return profiles_read(file, row, endpoint, error);
}

int
endpoints_read(
	struct timetable *timetable, const struct timetable_bytes *file, struct file_error *error)
{
	struct csv_table *table = &timetable->tables[TIMETABLE_ENDPOINTS];
	int result = csv_table_parse(
		file->file, file->bytes, file->count, columns, COLUMN_COUNT, table, error);

	if (result == 0)
		result = fields_check(file->file, table, error);
	if (result == 0)
		result = fields_check_unique(file->file, table, ENDPOINT, "endpoint", error);
	if (result != 0)
		return result;
	timetable->endpoints = calloc(table->count + 1, sizeof(*timetable->endpoints));
	if (timetable->endpoints == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->count && result == 0; i++) {
		result = endpoint_read(
			timetable, file->file, &table->rows[i], &timetable->endpoints[i], error);
		timetable->endpoint_count++;
	}
	return result;
}

const struct timetable_endpoint *
timetable_endpoint_find(const struct timetable *timetable, const char *id)
{
	for (size_t i = 0; i < timetable->endpoint_count; i++) {
		if (strcmp(timetable->endpoints[i].id, id) == 0)
			return &timetable->endpoints[i];
	}
	return NULL;
}

const struct timetable_endpoint *
timetable_endpoint_of(const struct timetable *timetable, const struct timetable_school *school)
{
	for (size_t i = 0; i < timetable->endpoint_count; i++) {
		if (timetable->endpoints[i].school == school)
			return &timetable->endpoints[i];
	}
	return NULL;
}
