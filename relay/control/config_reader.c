/* SPDX-License-Identifier: BSD-3-Clause */
// config_reader.c - settings of a configuration file, read by tables of fields with libconfig.
#include "control/config_reader.h"

#include <errno.h>
#include <libconfig.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_guard.h"
#include "control/source_file.h"

#define FILE_BYTES_MAX (1024 * 1024)
#define NAME_BYTES_MAX 64 // of one of a list of names

unsigned
config_reader_line(const struct config_setting_t *setting)
{
	return config_setting_source_line(setting);
}

int
config_reader_refuse(struct config_reader *reader, const struct config_setting_t *setting,
	const char *format, ...)
{
	char reason[FILE_ERROR_REASON_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return file_error_set(
		reader->error, reader->file, config_reader_line(setting), "%s", reason);
}

bool
config_reader_is_empty_text(const struct config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);

	return text != NULL && text[0] == '\0';
}

const struct config_setting_t *
config_reader_member(const struct config_setting_t *group, const char *name)
{
	return config_setting_get_member(group, name);
}

const struct config_setting_t *
config_reader_entry(const struct config_setting_t *list, unsigned index)
{
	return config_setting_get_elem(list, index);
}

// A text of at most `bytes` with its terminator, not empty.
int
config_reader_text(struct config_reader *reader, const struct config_setting_t *setting, char *out,
	size_t bytes)
{
	const char *text = config_setting_get_string(setting);

	if (text == NULL)
		return config_reader_refuse(reader, setting, "a text in \"quotes\" is expected");
	if (text[0] == '\0')
		return config_reader_refuse(reader, setting, "the text is empty");
	if (strlen(text) >= bytes)
		return config_reader_refuse(
			reader, setting, "the text is longer than %zu bytes", bytes - 1);
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return config_reader_refuse(
				reader, setting, "the text holds a control character");
	}
	strcpy(out, text);
	return 0;
}

int
config_read_text(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	return config_reader_text(reader, setting, out, (size_t)field->most);
}

// Of PATH_MAX bytes.
int
config_read_path(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	char name[PATH_MAX];
	int result = config_reader_text(reader, setting, name, sizeof(name));

	(void)field;
	if (result == 0 && source_file_beside(reader->file, name, out) != 0)
		return config_reader_refuse(reader, setting, "the path is too long");
	return result;
}

int
config_read_number(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	long number = (long)config_setting_get_int64(setting);
	int type = config_setting_type(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return config_reader_refuse(
			reader, setting, "%s must be a whole number", field->name);
	if (number < field->least || number > field->most)
		return config_reader_refuse(reader, setting, "%s = %ld is not %ld to %ld",
			field->name, number, field->least, field->most);
	*(unsigned *)out = (unsigned)number;
	return 0;
}

int
config_reader_group(struct config_reader *reader, const struct config_setting_t *group,
	const struct config_field *fields, size_t count, void *target)
{
	bool is_there[CONFIG_FIELDS_MAX] = {false};

	if (config_setting_type(group) != CONFIG_TYPE_GROUP)
		return config_reader_refuse(reader, group, "a group { ... } is expected");
	for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
		const struct config_setting_t *setting = config_setting_get_elem(group, i);
		const char *name = config_setting_name(setting);
		size_t at = 0;
		int result;

		while (at < count && strcmp(fields[at].name, name) != 0)
			at++;
		if (at == count)
			return config_reader_refuse(reader, setting, "unknown setting '%s'", name);
		is_there[at] = true;
		result = fields[at].read(
			reader, setting, &fields[at], (char *)target + fields[at].offset);
		if (result != 0)
			return result;
	}
	for (size_t i = 0; i < count; i++) {
		if (fields[i].is_required && !is_there[i])
			return config_reader_refuse(
				reader, group, "setting '%s' is missing", fields[i].name);
	}
	return 0;
}

// How many entries a list ( ... ) or array [ ... ] has.
int
config_reader_list(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, unsigned *count_out)
{
	int type = config_setting_type(setting);

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return config_reader_refuse(
			reader, setting, "a list [ \"...\", \"...\" ] is expected");
	*count_out = (unsigned)config_setting_length(setting);
	if (*count_out > (unsigned)field->most)
		return config_reader_refuse(reader, setting, "more than %ld entries", field->most);
	return 0;
}

// A name out of a list that ends with NULL: its place in the list.
int
config_reader_name(struct config_reader *reader, const struct config_setting_t *setting,
	const char *const *names, unsigned *out)
{
	char text[NAME_BYTES_MAX];
	int result = config_reader_text(reader, setting, text, sizeof(text));

	if (result != 0)
		return result;
	for (*out = 0; names[*out] != NULL; (*out)++) {
		if (strcmp(text, names[*out]) == 0)
			return 0;
	}
	return config_reader_refuse(
		reader, setting, "%s cannot be '%s'", config_setting_name(setting), text);
}

// Parses a .conf and reads its groups into `target`.
int
config_reader_parse(const char *path, const struct config_field *fields, size_t count, void *target,
	struct file_error *error)
{
	struct config_reader reader = {path, error};
	char reason[SOURCE_FILE_REASON_BYTES];
	config_t parsed;
	char *text;
	size_t bytes;
	int result = source_file_read(path, FILE_BYTES_MAX, &text, &bytes, reason);

	if (result == -EINVAL)
		return file_error_set(error, path, 0, "%s", reason);
	if (result != 0)
		return result;
	config_init(&parsed);
	result = config_guard_check(path, text, bytes, error);
	if (result == 0 && config_read_string(&parsed, text) != CONFIG_TRUE)
		result = file_error_set(error, path, (unsigned)config_error_line(&parsed), "%s",
			config_error_text(&parsed));
	if (result == 0)
		result = config_reader_group(
			&reader, config_root_setting(&parsed), fields, count, target);
	config_destroy(&parsed);
	free(text);
	return result;
}
