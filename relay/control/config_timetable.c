/* SPDX-License-Identifier: BSD-3-Clause */
// config_timetable.c - timetable.conf and the tables it names.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config.h"
#include "control/config_reader.h"
#include "control/source_file.h"

#define ZONE_FOLDER "/usr/share/zoneinfo/"
#define ZONE_BYTES_MAX (1024 * 1024)
#define PAUSE_S_MAX 3600 // of open_before_s and grace_s
#define DSCP_MAX 63
#define PLAN_MAX 1000000 // lessons of a year
#define DUTY_MAX 31      // of a month

struct table_file {
	char path[PATH_MAX];
	unsigned line; // of its setting
};

struct settings {
	struct timetable_policies policies;
	struct table_file files[TIMETABLE_FILE_COUNT];
};

// libc takes a zone that it does not find for UTC, so it is looked for here.
static int
zone_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	char reason[SOURCE_FILE_REASON_BYTES];
	char path[sizeof(ZONE_FOLDER) + sizeof(((struct timetable_policies *)0)->zone)];
	const char *zone = out;
	char *bytes;
	size_t count;
	int result = config_read_text(reader, setting, field, out);

	if (result != 0)
		return result;
	snprintf(path, sizeof(path), "%s%s", ZONE_FOLDER, zone);
	if (zone[0] == '/' || zone[0] == '.' || strstr(zone, "..") != NULL)
		result = -EINVAL;
	else
		result = source_file_read(path, ZONE_BYTES_MAX, &bytes, &count, reason);
	if (result == 0) {
		// RFC 8536, section 3.1.
		if (count < 4 || memcmp(bytes, "TZif", 4) != 0)
			result = -EINVAL;
		free(bytes);
	}
	if (result == -EINVAL)
		return config_reader_refuse(reader, setting,
			"zone '%s' is not in " ZONE_FOLDER " (it must look like Asia/Shanghai)",
			zone);
	return result;
}

static int
table_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	struct table_file *file = out;

	file->line = config_reader_line(setting);
	return config_read_path(reader, setting, field, file->path);
}

// "" is no file.
static int
optional_table_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	return config_reader_is_empty_text(setting) ? 0 : table_read(reader, setting, field, out);
}

#define POLICY(member) offsetof(struct settings, policies.member)
#define TABLE(number) offsetof(struct settings, files[number])

static const struct config_field fields[] = {
	{"county", true, config_read_text, POLICY(county), 0, TIMETABLE_TEXT_BYTES_MAX},
	{"zone", true, zone_read, POLICY(zone), 0, sizeof(((struct timetable_policies *)0)->zone)},
	{"open_before_s", false, config_read_number, POLICY(open_before_s), 0, PAUSE_S_MAX},
	{"grace_s", false, config_read_number, POLICY(grace_s), 0, PAUSE_S_MAX},
	{"audio_dscp", false, config_read_number, POLICY(audio_dscp), 0, DSCP_MAX},
	{"video_dscp", false, config_read_number, POLICY(video_dscp), 0, DSCP_MAX},
	{"plan_synchronous", false, config_read_number, POLICY(plan_synchronous), 0, PLAN_MAX},
	{"plan_training", false, config_read_number, POLICY(plan_training), 0, PLAN_MAX},
	{"monthly_visits", false, config_read_number, POLICY(monthly_visits), 0, DUTY_MAX},
	{"monthly_working_days", false, config_read_number, POLICY(monthly_working_days), 0,
		DUTY_MAX},
	{"schools", true, table_read, TABLE(TIMETABLE_SCHOOLS), 0, 0},
	{"endpoints", true, table_read, TABLE(TIMETABLE_ENDPOINTS), 0, 0},
	{"bells", true, table_read, TABLE(TIMETABLE_BELLS), 0, 0},
	{"pairs", true, table_read, TABLE(TIMETABLE_PAIRS), 0, 0},
	{"rules", true, table_read, TABLE(TIMETABLE_RULES), 0, 0},
	{"calendar", false, optional_table_read, TABLE(TIMETABLE_CALENDAR), 0, 0},
	{"slots", false, optional_table_read, TABLE(TIMETABLE_SLOTS), 0, 0},
};

int
timetable_load(const char *path, struct timetable **out, struct file_error *error)
{
	struct table_marks marks;

	return timetable_load_marked(path, out, &marks, error);
}

int
timetable_load_marked(const char *path, struct timetable **out, struct table_marks *marks_out,
	struct file_error *error)
{
	struct timetable_bytes files[TIMETABLE_FILE_COUNT] = {{NULL, NULL, 0}};
	char reason[SOURCE_FILE_REASON_BYTES];
	struct settings *settings = calloc(1, sizeof(*settings));
	int result;

	*out = NULL;
	*marks_out = (struct table_marks){0};
	if (settings == NULL)
		return -ENOMEM;
	table_mark_of_file(path, marks_out->conf);
	settings->policies = (struct timetable_policies){.open_before_s = 180,
		.grace_s = 120,
		.audio_dscp = 46,
		.video_dscp = 34,
		.monthly_visits = 1,
		.monthly_working_days = 3};
	result = config_reader_parse(path, fields, CONFIG_FIELD_COUNT(fields), settings, error);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT && result == 0; i++) {
		char *bytes = NULL;

		if (settings->files[i].path[0] == '\0')
			continue;
		files[i].file = settings->files[i].path;
		result = source_file_read(
			files[i].file, CSV_TABLE_FILE_BYTES_MAX, &bytes, &files[i].count, reason);
		files[i].bytes = bytes;
		if (result == -EINVAL)
			file_error_set(error, path, settings->files[i].line,
				"cannot read '%.160s': %s", files[i].file, reason);
		if (result == 0)
			table_mark_make(bytes, files[i].count, marks_out->tables[i]);
	}
	if (result == 0)
		result = timetable_create(&settings->policies, files, out, error);
	for (size_t i = 0; i < TIMETABLE_FILE_COUNT; i++)
		free((void *)files[i].bytes);
	free(settings);
	return result;
}
