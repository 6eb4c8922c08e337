/* SPDX-License-Identifier: BSD-3-Clause */
// source_file.c - reads a file that a person wrote, whole, without ever waiting for it.
#include "control/source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
refuse(char reason[SOURCE_FILE_REASON_BYTES], const char *what)
{
	snprintf(reason, SOURCE_FILE_REASON_BYTES, "%s", what);
	return -EINVAL;
}

static int
descriptor_read(int fd, size_t bytes_max, char **bytes_out, size_t *count_out,
	char reason[SOURCE_FILE_REASON_BYTES])
{
	struct stat status;
	size_t count = 0;
	char *bytes;

	if (fstat(fd, &status) != 0)
		return refuse(reason, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(reason, "not a regular file");
	if ((size_t)status.st_size > bytes_max)
		return refuse(reason, "the file is too large");
	bytes = malloc((size_t)status.st_size + 1);
	if (bytes == NULL)
		return -ENOMEM;
	while (count < (size_t)status.st_size) {
		ssize_t got = read(fd, bytes + count, (size_t)status.st_size - count);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(bytes);
			return refuse(reason, strerror(errno));
		}
		if (got == 0)
			break; // somebody cut it meanwhile
		count += (size_t)got;
	}
	bytes[count] = '\0';
	*bytes_out = bytes;
	*count_out = count;
	return 0;
}

int
source_file_read(const char *path, size_t bytes_max, char **bytes_out, size_t *count_out,
	char reason[SOURCE_FILE_REASON_BYTES])
{
	// Opening a FIFO or a terminal must not wait, nor take it over.
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return refuse(reason, strerror(errno));
	result = descriptor_read(fd, bytes_max, bytes_out, count_out, reason);
	close(fd);
	return result;
}

int
source_file_beside(const char *from, const char *name, char out[PATH_MAX])
{
	const char *slash = strrchr(from, '/');
	size_t folder_bytes = name[0] == '/' || slash == NULL ? 0 : (size_t)(slash - from) + 1;

	if (folder_bytes + strlen(name) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(out, from, folder_bytes);
	strcpy(out + folder_bytes, name);
	return 0;
}
