/* SPDX-License-Identifier: BSD-3-Clause */
// config_reader.h - settings of a configuration file, read by tables of fields; libconfig stays
// behind it.
#ifndef CONTROL_CONFIG_READER_H
#define CONTROL_CONFIG_READER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "timetable/file_error.h"

#define CONFIG_FIELDS_MAX 24 // of one group

struct config_setting_t; // libconfig's

struct config_reader {
	const char *file;
	struct file_error *error;
};

// One setting of a group, and where its value goes.
struct config_field {
	const char *name;
	bool is_required;
	int (*read)(struct config_reader *reader, const struct config_setting_t *setting,
		const struct config_field *field, void *out);
	size_t offset; // of `out` in the group's structure
	long least;    // of a number
	long most;     // of a number; of a text: bytes with its terminator; of a list: entries
};

#define CONFIG_FIELD_COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

// Reads the file's settings into `target`. Returns 0, -ENOMEM or -EINVAL with *error: the file
// cannot be read or parsed, a setting is unknown, missing or refused.
int config_reader_parse(const char *path, const struct config_field *fields, size_t count,
	void *target, struct file_error *error);

// Returns -EINVAL with the setting's line.
int config_reader_refuse(struct config_reader *reader, const struct config_setting_t *setting,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

// The settings of a group { ... }.
int config_reader_group(struct config_reader *reader, const struct config_setting_t *group,
	const struct config_field *fields, size_t count, void *target);
// A member of a group, or NULL.
const struct config_setting_t *config_reader_member(
	const struct config_setting_t *group, const char *name);

// How many entries a list ( ... ) or array [ ... ] has, at most field->most; and one of them.
int config_reader_list(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, unsigned *count_out);
const struct config_setting_t *config_reader_entry(
	const struct config_setting_t *list, unsigned index);

// A text of at most `bytes` with its terminator, not empty, without control characters.
int config_reader_text(struct config_reader *reader, const struct config_setting_t *setting,
	char *out, size_t bytes);
// One of `names`, which end with NULL: its place.
int config_reader_name(struct config_reader *reader, const struct config_setting_t *setting,
	const char *const *names, unsigned *out);
bool config_reader_is_empty_text(const struct config_setting_t *setting);
unsigned config_reader_line(const struct config_setting_t *setting);

// Field readers: `out` is char[field->most], char[PATH_MAX] (beside the file), unsigned.
int config_read_text(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out);
int config_read_path(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out);
int config_read_number(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out);

#endif
