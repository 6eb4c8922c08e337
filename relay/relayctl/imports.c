// SPDX-License-Identifier: BSD-3-Clause
// imports.c - bell notices, rules and holiday lists become tables of the timetable.
#include <stdlib.h>
#include <string.h>

#include "relayctl/imports.h"
#include "timetable/bell_notice.h"
#include "timetable/holidays.h"
#include "timetable/rules_import.h"

// The table of slot names: from a file, from the relay, or the one to begin with.
static int
slots_read(struct client *client, const struct arguments *arguments, struct slot_names *out)
{
	const struct timetable_bytes first = {
		"slots.csv", slot_names_default, strlen(slot_names_default)};
	struct import_file file = {0};
	struct import_table table = {0};
	struct file_error error = {0};
	const struct timetable_bytes *bytes = &first;
	if (arguments->slots) {
		if (import_file_read(arguments->slots, &file) < 0)
			return EXIT_FAILURE;
		bytes = &file.text;
	} else if (!arguments->output) {
		if (import_table_get(client, "slots", true, &table) < 0)
			return EXIT_FAILURE;
		bytes = table.bytes.count > 0 ? &table.bytes : &first;
	}
	int status = slot_names_read(bytes, out, &error) < 0 ? import_refuse(&error) : EXIT_SUCCESS;
	import_table_fini(&table);
	import_file_fini(&file);
	return status;
}

// What was understood, line by line, and what comes of it.
static int
notice_read(struct client *client, const struct arguments *arguments,
	const struct import_file *file, const struct civil_date *effective,
	struct bell_notice *notice)
{
	struct slot_names slots;
	struct text account = {0};
	struct file_error error = {0};
	char date[CIVIL_DATE_BYTES];
	int status = slots_read(client, arguments, &slots);
	*notice = (struct bell_notice){.row_count = 0};
	if (status != EXIT_SUCCESS)
		return status;
	int result = bell_notice_read(&file->text, &slots, effective, notice, &error);
	bell_notice_tell(notice, &account);
	fprintf(import_talk(arguments), "%s", account.bytes ? account.bytes : "");
	if (result < 0) {
		status = import_refuse(&error);
		fprintf(stderr, "relayctl: nothing was taken\n");
	} else {
		civil_date_format(notice->effective_from, date);
		fprintf(import_talk(arguments),
			"\n%s (%s)\n%zu rows for school %s, in force from %s on\n", notice->title,
			text_encoding_name(file->encoding), notice->row_count, arguments->school,
			date);
	}
	text_fini(&account);
	slot_names_fini(&slots);
	return status;
}

static int
bells_output(const struct arguments *arguments, const struct bell_notice *notice)
{
	struct text rows = {0};
	bell_notice_write(notice, arguments->school, &rows);
	int status = rows.result < 0 ? EXIT_FAILURE
				     : import_write(arguments->output, rows.bytes, rows.count);
	text_fini(&rows);
	return status;
}

static int
bells_put(
	struct client *client, const struct arguments *arguments, const struct bell_notice *notice)
{
	struct import_table table;
	struct bell_notice_merge count;
	struct text text = {0};
	struct file_error error = {0};
	if (import_table_get(client, "bells", false, &table) < 0)
		return EXIT_FAILURE;
	int status;
	int result =
		bell_notice_merge(notice, arguments->school, &table.bytes, &text, &count, &error);
	if (result < 0) {
		status = import_refuse(&error);
	} else {
		fprintf(import_talk(arguments), "They take the place of %zu rows.\n",
			count.replaced);
		status = import_table_put(client, arguments, &table, text.bytes, text.count);
	}
	text_fini(&text);
	import_table_fini(&table);
	return status;
}

int
import_bells(struct client *client, const struct arguments *arguments)
{
	struct civil_date effective;
	struct import_file file;
	struct bell_notice notice;
	if (!import_is_word(arguments, "bells", "import"))
		return EXIT_USAGE;
	if (!arguments->school || !*arguments->school) {
		fprintf(stderr, "relayctl: say whose bells they are: --school SCHOOL\n");
		return EXIT_USAGE;
	}
	if (arguments->effective && civil_date_parse(arguments->effective, &effective) < 0) {
		fprintf(stderr, "relayctl: '%s' is not a date such as 2024-10-09\n",
			arguments->effective);
		return EXIT_USAGE;
	}
	if (import_file_read(arguments->words[1], &file) < 0)
		return EXIT_FAILURE;
	int status = notice_read(
		client, arguments, &file, arguments->effective ? &effective : NULL, &notice);
	if (status == EXIT_SUCCESS)
		status = arguments->output ? bells_output(arguments, &notice)
					   : bells_put(client, arguments, &notice);
	bell_notice_fini(&notice);
	import_file_fini(&file);
	return status;
}

static int
rules_export(struct client *client, const struct arguments *arguments)
{
	char *bytes;
	size_t count;
	const char *path = arguments->csv ? "/v1/rules.csv" : "/v1/timetable/rules";
	if (client_request_text(client, path, &bytes, &count) < 0)
		return EXIT_FAILURE;
	int status = EXIT_SUCCESS;
	if (arguments->output)
		status = import_write(arguments->output, bytes, count);
	else if (fwrite(bytes, 1, count, stdout) != count)
		status = EXIT_FAILURE;
	free(bytes);
	return status;
}

static int
rules_put(struct client *client, const struct arguments *arguments, const struct import_file *file,
	const struct import_table *table)
{
	struct rules_difference difference;
	struct file_error error = {0};
	struct text told = {0};
	if (rules_difference_make(&table->bytes, &file->text, &difference, &error) < 0)
		return import_refuse(&error);
	rules_difference_tell(&difference, &told);
	fprintf(import_talk(arguments), "%s: %s\n%s", file->text.file,
		text_encoding_name(file->encoding), told.bytes ? told.bytes : "");
	int status = EXIT_SUCCESS;
	if (difference.count > 0)
		status = import_table_put(
			client, arguments, table, file->text.bytes, file->text.count);
	else
		fprintf(import_talk(arguments), "There is nothing to change.\n");
	text_fini(&told);
	rules_difference_fini(&difference);
	return status;
}

int
import_rules(struct client *client, const struct arguments *arguments)
{
	struct import_file file;
	struct import_table table;
	if (arguments->count == 1 && strcmp(arguments->words[0], "export") == 0)
		return rules_export(client, arguments);
	if (arguments->count != 2 || !import_is_word(arguments, "rules", "import")) {
		fprintf(stderr, "relayctl: usage: relayctl rules export | import [--yes] FILE\n");
		return EXIT_USAGE;
	}
	if (import_file_read(arguments->words[1], &file) < 0)
		return EXIT_FAILURE;
	int status = EXIT_FAILURE;
	if (import_table_get(client, "rules", false, &table) == 0) {
		status = rules_put(client, arguments, &file, &table);
		import_table_fini(&table);
	}
	import_file_fini(&file);
	return status;
}

static void
holidays_tell(const struct holidays *holidays, FILE *out)
{
	for (size_t i = 0; i < holidays->count; i++) {
		const struct holiday *day = &holidays->days[i];
		char date[CIVIL_DATE_BYTES];
		civil_date_format(day->date, date);
		fprintf(out, "%s  %s  %s\n", date, day->is_off ? "off " : "work", day->name);
	}
	fprintf(out, "A make-up day (work) has no lessons until its row says which date's lessons "
		     "it runs.\n");
}

static int
holidays_put(
	struct client *client, const struct arguments *arguments, const struct holidays *holidays)
{
	struct import_table table = {0};
	struct holidays_merge count;
	struct text text = {0};
	struct file_error error = {0};
	if (!arguments->output && import_table_get(client, "calendar", false, &table) < 0)
		return EXIT_FAILURE;
	int status;
	if (holidays_merge(
		    holidays, arguments->output ? NULL : &table.bytes, &text, &count, &error) < 0) {
		status = import_refuse(&error);
	} else if (arguments->output) {
		status = import_write(arguments->output, text.bytes, text.count);
	} else {
		fprintf(import_talk(arguments), "%zu days to add, %zu are there already.\n",
			count.added, count.present);
		status = count.added == 0 ? EXIT_SUCCESS
					  : import_table_put(client, arguments, &table, text.bytes,
						    text.count);
	}
	text_fini(&text);
	import_table_fini(&table);
	return status;
}

int
import_holidays(struct client *client, const struct arguments *arguments)
{
	struct import_file file;
	struct holidays holidays;
	struct file_error error = {0};
	if (!import_is_word(arguments, "holidays", "import"))
		return EXIT_USAGE;
	if (import_file_read(arguments->words[1], &file) < 0)
		return EXIT_FAILURE;
	int status;
	if (holidays_read(&file.text, &holidays, &error) < 0) {
		status = import_refuse(&error);
	} else {
		holidays_tell(&holidays, import_talk(arguments));
		status = holidays_put(client, arguments, &holidays);
		holidays_fini(&holidays);
	}
	import_file_fini(&file);
	return status;
}
