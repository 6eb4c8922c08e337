/* SPDX-License-Identifier: BSD-3-Clause */
// file_keeper.c - keeps a file as new as the disk allows, by a thread of its own.
#include "platform/file_keeper.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/atomic_file.h"
#include "platform/units.h"

struct file_keeper {
	char path[PATH_MAX];
	mode_t mode;
	pthread_t thread;
	pthread_mutex_t mutex; // over what follows
	pthread_cond_t changed;
	char *text; // waits to be written; NULL: nothing does
	bool is_ending;
	int result;
};

static void *
keep(void *argument)
{
	struct file_keeper *keeper = argument;
	pthread_mutex_lock(&keeper->mutex);
	while (keeper->text || !keeper->is_ending) {
		char *text = keeper->text;
		if (!text) {
			pthread_cond_wait(&keeper->changed, &keeper->mutex);
			continue;
		}
		keeper->text = NULL;
		pthread_mutex_unlock(&keeper->mutex);
		int result = atomic_file_replace(keeper->path, text, strlen(text), keeper->mode);
		free(text);
		pthread_mutex_lock(&keeper->mutex);
		keeper->result = result;
	}
	pthread_mutex_unlock(&keeper->mutex);
	return NULL;
}

struct file_keeper *
file_keeper_create(const char *path, mode_t mode)
{
	struct file_keeper *keeper = calloc(1, sizeof *keeper);
	if (!keeper)
		return NULL;
	keeper->mode = mode;
	pthread_mutex_init(&keeper->mutex, NULL);
	pthread_cond_init(&keeper->changed, NULL);
	if ((size_t)snprintf(keeper->path, sizeof keeper->path, "%s", path) >=
			sizeof keeper->path ||
		pthread_create(&keeper->thread, NULL, keep, keeper)) {
		free(keeper);
		return NULL;
	}
	return keeper;
}

void
file_keeper_put(struct file_keeper *keeper, char *text)
{
	pthread_mutex_lock(&keeper->mutex);
	free(keeper->text);
	keeper->text = text;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
}

int
file_keeper_result(struct file_keeper *keeper)
{
	pthread_mutex_lock(&keeper->mutex);
	int result = keeper->result;
	pthread_mutex_unlock(&keeper->mutex);
	return result;
}

void
file_keeper_destroy(struct file_keeper *keeper)
{
	struct timespec deadline;
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->mutex);
	keeper->is_ending = true;
	pthread_cond_signal(&keeper->changed);
	pthread_mutex_unlock(&keeper->mutex);
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += FILE_KEEPER_LAST_MS / MS_IN_S;
	// It still uses its memory, and the process is about to end.
	if (pthread_clockjoin_np(keeper->thread, NULL, CLOCK_MONOTONIC, &deadline))
		return;
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper);
}
