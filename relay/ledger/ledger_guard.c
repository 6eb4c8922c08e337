/* SPDX-License-Identifier: BSD-3-Clause */
// ledger_guard.c - the file access (VFS) of ledger.db: its shared index cannot end the process.
#include "ledger/ledger_guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/mman.h>

#include <sqlite3.h>

#define GUARD_NAME "relay-ledger"
#define REGIONS_MAX 256 // 32 KiB each: of a log of some 4 GB
#define METHODS_VERSION 2

// A mapped piece of an index, as one connection uses it. The signal handler reads the table: an
// entry counts while `start` is not NULL.
struct region {
	_Atomic(char *) start;
	size_t bytes;
	sqlite3_file *file;
};

static struct region regions[REGIONS_MAX]; // written: under `lock`
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_spoiled;
static sqlite3_vfs guard, *base;
// SQLite gives a database and its log methods of their own.
enum { GUARD_DATABASE, GUARD_LOG, GUARD_KINDS };
static sqlite3_io_methods guarded[GUARD_KINDS];
static const sqlite3_io_methods *originals[GUARD_KINDS];
static struct sigaction previous;

static const sqlite3_io_methods *
original_of(const sqlite3_file *file)
{
	return originals[file->pMethods - guarded];
}

// Async-signal-safe: mmap() is a system call, and nothing is locked.
static void
bus_error(int number, siginfo_t *info, void *context)
{
	const char *at = info->si_addr;
	bool is_ours = false;
	int kept = errno;
	for (size_t i = 0; i < REGIONS_MAX; i++) {
		const char *start = atomic_load(&regions[i].start);
		is_ours = is_ours || (start && at >= start && at < start + regions[i].bytes);
	}
	if (!is_ours) {
		if (previous.sa_flags & SA_SIGINFO)
			previous.sa_sigaction(number, info, context);
		else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
			previous.sa_handler(number);
		else
			signal(SIGBUS, SIG_DFL); // and the touch happens again
		return;
	}
	atomic_store(&is_spoiled, true);
	// All of it: half an index would name old pages.
	for (size_t i = 0; i < REGIONS_MAX; i++) {
		char *start = atomic_load(&regions[i].start);
		if (start)
			mmap(start, regions[i].bytes, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	}
	errno = kept;
}

static int
region_map(sqlite3_file *file, int index, int bytes, int may_extend, void volatile **out)
{
	if (atomic_load(&is_spoiled))
		return SQLITE_IOERR_SHMMAP;
	int code = original_of(file)->xShmMap(file, index, bytes, may_extend, out);
	if (code != SQLITE_OK || !*out)
		return code;
	pthread_mutex_lock(&lock);
	struct region *room = NULL;
	for (size_t i = 0; i < REGIONS_MAX && !room; i++)
		if (!atomic_load(&regions[i].start))
			room = &regions[i];
	if (room) {
		room->bytes = (size_t)bytes;
		room->file = file;
		atomic_store(&room->start, (char *)(uintptr_t)*out);
	}
	pthread_mutex_unlock(&lock);
	return room ? SQLITE_OK : SQLITE_IOERR_SHMMAP;
}

static int
region_unmap(sqlite3_file *file, int is_deleted)
{
	bool is_any = false;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < REGIONS_MAX; i++) {
		if (regions[i].file == file)
			atomic_store(&regions[i].start, NULL);
		is_any = is_any || atomic_load(&regions[i].start);
	}
	int code = original_of(file)->xShmUnmap(file, is_deleted);
	if (!is_any)
		atomic_store(&is_spoiled, false);
	pthread_mutex_unlock(&lock);
	return code;
}

static int
guarded_read(sqlite3_file *file, void *to, int bytes, sqlite3_int64 offset)
{
	if (atomic_load(&is_spoiled))
		return SQLITE_IOERR_READ;
	return original_of(file)->xRead(file, to, bytes, offset);
}

static int
guarded_write(sqlite3_file *file, const void *from, int bytes, sqlite3_int64 offset)
{
	if (atomic_load(&is_spoiled))
		return SQLITE_IOERR_WRITE;
	return original_of(file)->xWrite(file, from, bytes, offset);
}

static int
guarded_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
	if (atomic_load(&is_spoiled))
		return SQLITE_IOERR_TRUNCATE;
	return original_of(file)->xTruncate(file, bytes);
}

// Only the database itself has an index; its log is written with the same methods.
static int
guarded_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
	(void)vfs;
	int code = base->xOpen(base, name, file, flags, flags_out);
	if (code != SQLITE_OK || !file->pMethods ||
		!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return code;
	int kind = flags & SQLITE_OPEN_WAL ? GUARD_LOG : GUARD_DATABASE;
	sqlite3_io_methods *methods = &guarded[kind];
	pthread_mutex_lock(&lock);
	if (!originals[kind]) {
		originals[kind] = file->pMethods;
		*methods = *file->pMethods;
		if (methods->iVersion > METHODS_VERSION) // no mapping of the database itself
			methods->iVersion = METHODS_VERSION;
		methods->xRead = guarded_read;
		methods->xWrite = guarded_write;
		methods->xTruncate = guarded_truncate;
		if (methods->xShmMap) {
			methods->xShmMap = region_map;
			methods->xShmUnmap = region_unmap;
		}
	}
	bool is_known = file->pMethods == originals[kind];
	pthread_mutex_unlock(&lock);
	if (is_known)
		file->pMethods = methods;
	return code;
}

static void
take(void)
{
	const struct sigaction action = {
		.sa_sigaction = bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
	base = sqlite3_vfs_find(NULL);
	if (!base)
		return;
	guard = *base;
	guard.pNext = NULL;
	guard.zName = GUARD_NAME;
	guard.xOpen = guarded_open;
	if (sqlite3_vfs_register(&guard, 0) == SQLITE_OK)
		sigaction(SIGBUS, &action, &previous);
	else
		base = NULL;
}

const char *
ledger_guard_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, take);
	return base ? GUARD_NAME : NULL;
}

bool
ledger_guard_is_spoiled(void)
{
	return atomic_load(&is_spoiled);
}
