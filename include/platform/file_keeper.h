/* SPDX-License-Identifier: BSD-3-Clause */
// file_keeper.h - keeps a file as new as the disk allows, by a thread of its own: who hands it a
// text never waits for the disk.
#ifndef PLATFORM_FILE_KEEPER_H
#define PLATFORM_FILE_KEEPER_H

#include <sys/types.h>

#define FILE_KEEPER_LAST_MS 2000 // how long the end waits for a disk that hangs

struct file_keeper;

// Returns NULL where memory or a thread is lacking.
struct file_keeper *file_keeper_create(const char *path, mode_t mode);

// The file is to hold this text, which is taken over and freed with free(). A text that waits is
// replaced: only the newest is written, as a whole (atomic_file.h).
void file_keeper_put(struct file_keeper *keeper, char *text);

// How the last writing went: 0 or -errno; 0 before the first.
int file_keeper_result(struct file_keeper *keeper);

// Writes what waits, but no longer than FILE_KEEPER_LAST_MS: then the thread is left to itself.
// NULL is fine.
void file_keeper_destroy(struct file_keeper *keeper);

#endif
