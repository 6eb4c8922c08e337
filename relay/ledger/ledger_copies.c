/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_copies.c - backup and restore while the relay runs: who does what on which thread.
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "ledger/ledger_backup.h"
#include "ledger/ledger_schema.h"
#include "ledger/ledger_store.h"
#include "ledger/ledger_verify.h"

#define NAME_BYTES_MAX 100
#define WHAT_BYTES (2 * LEDGER_WHY_BYTES)

struct copying {
	struct ledger *ledger;
	char directory[LEDGER_PATH_BYTES];
	char file[LEDGER_PATH_BYTES + NAME_BYTES_MAX + 2];
	char what[WHAT_BYTES];
	ledger_told_fn told;
	void *context;
};

static bool
is_name(const char *name)
{
	size_t bytes = strnlen(name, NAME_BYTES_MAX + 1);
	if (bytes == 0 || bytes > NAME_BYTES_MAX || *name == '.')
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr(".-_", name[i]))
			return false;
	return true;
}

static void
copying_end(void *context, int result)
{
	struct copying *copying = context;
	if (result != 0 && !*copying->what)
		snprintf(copying->what, sizeof copying->what, "%s", strerror(-result));
	copying->told(copying->context, result, copying->what);
	free(copying);
}

// Whether the file is a whole ledger.
static int
file_verify(struct copying *copying)
{
	struct ledger_verified verified;
	sqlite3 *copy;
	int code = ledger_reader_open(
		copying->ledger, copying->file, &copy, copying->what, sizeof copying->what);
	if (code != SQLITE_OK)
		return ledger_schema_error(code);
	int result = ledger_verify(copy, NULL, &verified, copying->what, sizeof copying->what);
	sqlite3_close(copy);
	if (result != 0)
		return result;
	for (enum ledger_chain_name i = 0; i < LEDGER_CHAIN_COUNT; i++) {
		const struct ledger_finding *finding = &verified.chains[i];
		if (finding->is_whole)
			continue;
		snprintf(copying->what, sizeof copying->what, "%s, row %lld: %s",
			ledger_chain_table(i), (long long)finding->number, finding->what);
		return -EBADMSG;
	}
	return 0;
}

static int
backup_run(sqlite3 *database, void *context)
{
	struct copying *copying = context;
	if (mkdir(copying->directory, 0700) != 0 && errno != EEXIST)
		return -errno;
	if (access(copying->file, F_OK) == 0)
		return -EEXIST;
	int code = ledger_backup_write(database, copying->file, &copying->ledger->is_ending,
		copying->what, sizeof copying->what);
	return code != SQLITE_OK ? ledger_schema_error(code) : file_verify(copying);
}

static int
copying_start(struct ledger *ledger, const char *name, ledger_query_fn run, ledger_done_fn done,
	ledger_told_fn told, void *context)
{
	if (!is_name(name))
		return -EINVAL;
	struct copying *copying = calloc(1, sizeof *copying);
	if (!copying)
		return -ENOMEM;
	copying->ledger = ledger;
	copying->told = told;
	copying->context = context;
	snprintf(copying->directory, sizeof copying->directory, "%s/" LEDGER_BACKUP_DIRECTORY,
		ledger->writer.directory);
	snprintf(copying->file, sizeof copying->file, "%s/%s", copying->directory, name);
	int result = ledger_query_long(ledger, run, copying, done);
	if (result != 0)
		free(copying);
	return result;
}

int
ledger_backup(struct ledger *ledger, const char *name, ledger_told_fn told, void *context)
{
	return copying_start(ledger, name, backup_run, copying_end, told, context);
}

// On the writer's thread.
static int
restore_write(struct ledger *ledger, struct ledger_job *job, const struct ledger_now *now)
{
	struct copying *copying = job->context;
	struct ledger_writer *writer = &ledger->writer;
	char kept[LEDGER_PATH_BYTES];
	ledger_name_aside(writer, "replaced", now->wall, kept);
	int result = ledger_writer_restore(writer, copying->file, kept, now);
	snprintf(copying->what, sizeof copying->what, "%s", result ? writer->why : "");
	return result;
}

static int
restore_verify(sqlite3 *database, void *context)
{
	struct copying *copying = context;
	(void)database;
	return access(copying->file, R_OK) == 0 ? file_verify(copying) : -errno;
}

// On the control thread.
static void
restore_verified(void *context, int result)
{
	struct copying *copying = context;
	const struct ledger_job job = {
		.write = restore_write, .done = copying_end, .context = copying};
	if (result == 0)
		result = ledger_job_post(copying->ledger, &job);
	if (result != 0)
		copying_end(copying, result);
}

int
ledger_restore(struct ledger *ledger, const char *name, ledger_told_fn told, void *context)
{
	return copying_start(ledger, name, restore_verify, restore_verified, told, context);
}
