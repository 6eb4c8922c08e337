// SPDX-License-Identifier: BSD-3-Clause
// import_table.c - a person's file, a table of the relay's, and the yes between them.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/https_client.h"
#include "relayctl/imports.h"

#define CSV_TYPE "text/csv"

FILE *
import_talk(const struct arguments *arguments)
{
	return arguments->json ? stderr : stdout;
}

int
import_refuse(const struct file_error *error)
{
	if (error->file[0] == '\0')
		fprintf(stderr, "relayctl: out of memory\n");
	else if (error->line > 0)
		fprintf(stderr, "relayctl: %s:%u: %s\n", error->file, error->line, error->reason);
	else
		fprintf(stderr, "relayctl: %s: %s\n", error->file, error->reason);
	return EXIT_FAILURE;
}

bool
import_is_word(const struct arguments *arguments, const char *command, const char *word)
{
	if (strcmp(arguments->words[0], word) == 0)
		return true;
	fprintf(stderr, "relayctl: there is no 'relayctl %s %s'; relayctl %s --help tells more\n",
		command, arguments->words[0], command);
	return false;
}

static int
fail(const char *path)
{
	int result = errno > 0 ? -errno : -EIO;
	fprintf(stderr, "relayctl: %s: %s\n", path, strerror(-result));
	return result;
}

// The whole of a plain file. Anything else may have no end.
static int
bytes_read(const char *path, char **bytes_out, size_t *count_out)
{
	FILE *file = fopen(path, "rbe");
	struct stat status;
	if (!file)
		return fail(path);
	int result = fstat(fileno(file), &status) == 0 ? 0 : fail(path);
	if (result == 0 &&
		(!S_ISREG(status.st_mode) || status.st_size > CSV_TABLE_FILE_BYTES_MAX)) {
		fprintf(stderr, "relayctl: %s: not a plain file of at most %d bytes\n", path,
			CSV_TABLE_FILE_BYTES_MAX);
		result = -EINVAL;
	}
	char *bytes = result == 0 ? malloc((size_t)status.st_size + 1) : NULL;
	if (bytes) {
		*count_out = fread(bytes, 1, (size_t)status.st_size, file);
		*bytes_out = bytes;
		if (ferror(file)) {
			result = fail(path);
			free(bytes);
		}
	} else if (result == 0) {
		errno = ENOMEM;
		result = fail(path);
	}
	fclose(file);
	return result;
}

int
import_file_read(const char *path, struct import_file *out)
{
	struct file_error error = {0};
	struct timetable_bytes raw = {.file = path};
	char *bytes = NULL, *text = NULL;
	*out = (struct import_file){.text.file = path};
	int result = bytes_read(path, &bytes, &raw.count);
	if (result < 0)
		return result;
	raw.bytes = bytes;
	result = text_encoding_decode(&raw, &text, &out->text.count, &out->encoding, &error);
	out->text.bytes = text;
	free(bytes);
	if (result < 0)
		import_refuse(&error);
	return result;
}

void
import_file_fini(struct import_file *file)
{
	free((void *)file->text.bytes);
	file->text.bytes = NULL;
}

// The version of a table in the list of GET /v1/timetable. Returns 0, -ENOENT where it is not in
// it, or another negative errno after it has said what is wrong.
static int
etag_get(struct client *client, const char *name, char etag[IMPORT_ETAG_BYTES])
{
	json_t *answer, *file;
	size_t i;
	int result = client_request(client, "GET", "/v1/timetable", NULL, &answer);
	if (result < 0)
		return result;
	result = -ENOENT;
	json_array_foreach(json_object_get(answer, "files"), i, file)
	{
		const char *table = json_string_value(json_object_get(file, "table"));
		const char *mark = json_string_value(json_object_get(file, "etag"));
		if (!table || !mark || strcmp(table, name) != 0)
			continue;
		snprintf(etag, IMPORT_ETAG_BYTES, "\"%s\"", mark);
		result = 0;
	}
	json_decref(answer);
	return result;
}

int
import_table_get(
	struct client *client, const char *name, bool is_optional, struct import_table *out)
{
	char path[PATH_BYTES_MAX];
	char *bytes;
	*out = (struct import_table){.name = name, .bytes.file = name};
	// The version first: whatever changes after it is noticed by whoever is told of it.
	int result = etag_get(client, name, out->etag);
	if (result == -ENOENT && is_optional)
		return 0;
	if (result < 0 && result != -ENOENT)
		return result;
	if (path_with(path, "/v1/timetable/", name, "") < 0)
		return -ENAMETOOLONG;
	result = client_request_text(client, path, &bytes, &out->bytes.count);
	if (result == 0)
		out->bytes.bytes = bytes;
	return result;
}

void
import_table_fini(struct import_table *table)
{
	free((void *)table->bytes.bytes);
	table->bytes.bytes = NULL;
}

// Asked on the terminal; without one, only --yes is a yes.
static bool
is_confirmed(const struct arguments *arguments)
{
	char answer[16];
	if (arguments->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr,
			"relayctl: nothing was changed: without a terminal, --yes says yes\n");
		return false;
	}
	fprintf(import_talk(arguments), "Is that right? yes/no: ");
	fflush(import_talk(arguments));
	if (!fgets(answer, sizeof answer, stdin))
		answer[0] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	if (strcmp(answer, "yes") == 0 || strcmp(answer, "y") == 0 || strcmp(answer, "是") == 0)
		return true;
	fprintf(stderr, "relayctl: nothing was changed\n");
	return false;
}

int
import_table_put(struct client *client, const struct arguments *arguments,
	const struct import_table *table, const char *bytes, size_t count)
{
	struct https_text text = {.content_type = CSV_TYPE, .bytes = bytes, .count = count};
	char path[PATH_BYTES_MAX];
	json_t *answer;
	if (path_with(path, "/v1/timetable/", table->name, "/check") < 0)
		return EXIT_FAILURE;
	if (client_send_text(client, "POST", path, &text, &answer) < 0)
		return EXIT_FAILURE;
	json_decref(answer);
	if (!is_confirmed(arguments))
		return EXIT_FAILURE;
	path[strlen(path) - strlen("/check")] = '\0';
	text.if_match = table->etag;
	if (client_send_text(client, "PUT", path, &text, &answer) < 0)
		return EXIT_FAILURE;
	if (arguments->json)
		print_json(answer);
	else
		printf("%s: rewritten; the version before is kept beside it\n", table->name);
	json_decref(answer);
	return EXIT_SUCCESS;
}

int
import_write(const char *path, const char *bytes, size_t count)
{
	FILE *file = fopen(path, "wbe");
	if (!file) {
		fail(path);
		return EXIT_FAILURE;
	}
	bool is_written = fwrite(bytes, 1, count, file) == count;
	if (fclose(file) == 0 && is_written)
		return EXIT_SUCCESS;
	fail(path);
	return EXIT_FAILURE;
}
