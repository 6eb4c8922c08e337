/* SPDX-License-Identifier: BSD-3-Clause */
// fault_vfs.h - a disk that fails as a test wants it to, under SQLite's own file access.
//
// Every write to the database and its log is also noted, so that a test can make the files as they
// might be after the power fails at any moment.
#ifndef TESTS_FAULT_VFS_H
#define TESTS_FAULT_VFS_H

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define FAULT_FILES_MAX 64
#define FAULT_NOTES_MAX 20000

enum fault_file { FAULT_DATABASE, FAULT_LOG, FAULT_FILE_COUNT };
enum fault_step { FAULT_WRITE, FAULT_TRUNCATE, FAULT_SYNC };

struct fault_note {
	enum fault_file file;
	enum fault_step step;
	sqlite3_int64 offset; // of a truncation: the size
	int count;
	unsigned char *bytes;
};

static struct {
	int write_code; // what a write returns; SQLITE_OK: it is done
	int sync_code;
	pthread_mutex_t hold; // held by a test: a sync waits
	bool is_noting;
	size_t note_count;
	struct fault_note notes[FAULT_NOTES_MAX];
	struct {
		sqlite3_file *file;
		enum fault_file kind;
	} files[FAULT_FILES_MAX];
	sqlite3_vfs *unix_vfs, vfs;
	const sqlite3_io_methods *originals[FAULT_FILE_COUNT];
	sqlite3_io_methods methods[FAULT_FILE_COUNT];
} fault = {.hold = PTHREAD_MUTEX_INITIALIZER};

static inline void
fault_note(sqlite3_file *file, enum fault_step step, sqlite3_int64 offset, const void *bytes,
	int count)
{
	for (size_t i = 0; fault.is_noting && i < FAULT_FILES_MAX; i++) {
		if (fault.files[i].file != file)
			continue;
		ck_assert_uint_lt(fault.note_count, FAULT_NOTES_MAX);
		struct fault_note *note = &fault.notes[fault.note_count++];
		*note = (struct fault_note){fault.files[i].kind, step, offset, count, NULL};
		if (count > 0) {
			note->bytes = malloc((size_t)count);
			memcpy(note->bytes, bytes, (size_t)count);
		}
		return;
	}
}

static inline const sqlite3_io_methods *
fault_original(const sqlite3_file *file)
{
	for (size_t i = 0; i < FAULT_FILES_MAX; i++)
		if (fault.files[i].file == file)
			return fault.originals[fault.files[i].kind];
	ck_abort_msg("a file that was never opened");
}

static inline int
fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
	int code = __atomic_load_n(&fault.write_code, __ATOMIC_SEQ_CST);
	if (code != SQLITE_OK)
		return code;
	fault_note(file, FAULT_WRITE, offset, bytes, count);
	return fault_original(file)->xWrite(file, bytes, count, offset);
}

static inline int
fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	fault_note(file, FAULT_TRUNCATE, size, NULL, 0);
	return fault_original(file)->xTruncate(file, size);
}

static inline int
fault_sync(sqlite3_file *file, int flags)
{
	pthread_mutex_lock(&fault.hold);
	pthread_mutex_unlock(&fault.hold);
	int code = __atomic_load_n(&fault.sync_code, __ATOMIC_SEQ_CST);
	if (code != SQLITE_OK)
		return code;
	fault_note(file, FAULT_SYNC, 0, NULL, 0);
	return fault_original(file)->xSync(file, flags);
}

static inline int
fault_close(sqlite3_file *file)
{
	const sqlite3_io_methods *original = fault_original(file);
	for (size_t i = 0; i < FAULT_FILES_MAX; i++)
		if (fault.files[i].file == file)
			fault.files[i].file = NULL;
	return original->xClose(file);
}

static inline int
fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
	(void)vfs;
	int code = fault.unix_vfs->xOpen(fault.unix_vfs, name, file, flags, flags_out);
	if (code != SQLITE_OK || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return code;
	enum fault_file kind = flags & SQLITE_OPEN_WAL ? FAULT_LOG : FAULT_DATABASE;
	sqlite3_io_methods *methods = &fault.methods[kind];
	if (!fault.originals[kind]) {
		fault.originals[kind] = file->pMethods;
		*methods = *file->pMethods;
		methods->xWrite = fault_write;
		methods->xTruncate = fault_truncate;
		methods->xSync = fault_sync;
		methods->xClose = fault_close;
	}
	ck_assert_ptr_eq(file->pMethods, fault.originals[kind]);
	file->pMethods = methods;
	for (size_t i = 0; i < FAULT_FILES_MAX; i++) {
		if (fault.files[i].file)
			continue;
		fault.files[i].kind = kind;
		fault.files[i].file = file;
		break;
	}
	return code;
}

// Before the ledger's first look at the disk in this process.
static inline void
fault_start(void)
{
	fault.unix_vfs = sqlite3_vfs_find("unix");
	fault.vfs = *fault.unix_vfs;
	fault.vfs.pNext = NULL;
	fault.vfs.zName = "fault";
	fault.vfs.xOpen = fault_open;
	ck_assert_int_eq(sqlite3_vfs_register(&fault.vfs, 1), SQLITE_OK);
}

static inline void
fault_set(int write_code, int sync_code)
{
	__atomic_store_n(&fault.write_code, write_code, __ATOMIC_SEQ_CST);
	__atomic_store_n(&fault.sync_code, sync_code, __ATOMIC_SEQ_CST);
}

// Writes a file as the power might leave it after the first `count` notes: what was synced is
// there; of what came later, each piece of 512 bytes may be there or not.
static inline void
fault_replay(enum fault_file kind, size_t count, unsigned *seed, const char *path)
{
	size_t synced = 0;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; i < count; i++)
		if (fault.notes[i].file == kind && fault.notes[i].step == FAULT_SYNC)
			synced = i;
	for (size_t i = 0; i < count; i++) {
		const struct fault_note *note = &fault.notes[i];
		if (note->file != kind || note->step == FAULT_SYNC)
			continue;
		if (note->step == FAULT_TRUNCATE) {
			if (i < synced || rand_r(seed) % 2)
				ck_assert_int_eq(ftruncate(fd, note->offset), 0);
			continue;
		}
		for (int at = 0; at < note->count; at += 512) {
			int piece = note->count - at < 512 ? note->count - at : 512;
			if (i < synced || rand_r(seed) % 2)
				ck_assert_int_eq(pwrite(fd, note->bytes + at, (size_t)piece,
							 note->offset + at),
					piece);
		}
	}
	close(fd);
}

#endif
