/* SPDX-License-Identifier: BSD-3-Clause */
// atomic_file.c - a file that is either the old one or the new one, whole, whatever happens
// meanwhile.
#include "platform/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

// Without this the new name itself could be lost with the power.
static int
sync_directory(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		snprintf(directory, sizeof directory, ".");
	else
		snprintf(directory, sizeof directory, "%.*s", (int)(slash - path + 1), path);

	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = fsync(fd) == 0 ? 0 : -errno;
	close(fd);
	return result;
}

static int
write_temporary(int fd, const void *bytes, size_t length, mode_t mode)
{
	if (fchmod(fd, mode) != 0)
		return -errno;
	int result = write_all(fd, bytes, length);
	if (result == 0 && fsync(fd) != 0)
		result = -errno;
	return result;
}

static int
place(const char *path, const void *bytes, size_t length, mode_t mode, unsigned rename_flags)
{
	char temporary[PATH_MAX];
	int name_bytes = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	if (name_bytes < 0 || (size_t)name_bytes >= sizeof temporary)
		return -ENAMETOOLONG;

	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = write_temporary(fd, bytes, length, mode);
	if (close(fd) != 0 && result == 0)
		result = -errno;
	if (result == 0 && renameat2(AT_FDCWD, temporary, AT_FDCWD, path, rename_flags) != 0)
		result = -errno;
	if (result != 0) {
		unlink(temporary);
		return result;
	}
	return sync_directory(path);
}

int
atomic_file_replace(const char *path, const void *bytes, size_t length, mode_t mode)
{
	return place(path, bytes, length, mode, 0);
}

int
atomic_file_create(const char *path, const void *bytes, size_t length, mode_t mode)
{
	return place(path, bytes, length, mode, RENAME_NOREPLACE);
}
