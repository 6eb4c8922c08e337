/* SPDX-License-Identifier: BSD-3-Clause */
// http_local.c - the control port's Unix socket: whoever the kernel says is of the relay's own user
// or group needs no token.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http_internal.h"

#define SOCKET_MODE 0660
#define GROUPS_MAX 1024 // of one process; more are not looked at

static bool
has_group(int fd, gid_t wanted)
{
	gid_t groups[GROUPS_MAX];
	socklen_t bytes = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) != 0)
		return false;
	for (size_t i = 0; i < bytes / sizeof *groups; i++)
		if (groups[i] == wanted)
			return true;
	return false;
}

bool
http_local_is_trusted(int fd, char text[HTTP_PEER_TEXT_BYTES])
{
	struct ucred peer;
	socklen_t bytes = sizeof peer;
	snprintf(text, HTTP_PEER_TEXT_BYTES, "?");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0)
		return false;
	snprintf(text, HTTP_PEER_TEXT_BYTES, "uid %u, pid %d", peer.uid, peer.pid);
	return peer.uid == 0 || peer.uid == geteuid() || peer.gid == getegid() ||
	       has_group(fd, getegid());
}

// A socket that nobody listens on is what a relay left that was killed.
static void
remove_stale(const struct sockaddr_un *name)
{
	struct stat status;
	if (lstat(name->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)name, sizeof *name) != 0 && errno == ECONNREFUSED)
		unlink(name->sun_path);
	close(fd);
}

static int
bind_local(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	remove_stale(name);
	// The mode is right from the socket's first moment.
	mode_t mask = umask(0777 & ~SOCKET_MODE);
	int result = bind(fd, (const struct sockaddr *)name, sizeof *name) == 0 ? 0 : -errno;
	umask(mask);
	if (result == 0 && listen(fd, HTTP_BACKLOG) != 0)
		result = -errno;
	if (result == 0)
		return fd;
	close(fd);
	return result;
}

int
http_server_listen_local(struct http_server *server, const char *path, char error[HTTP_ERROR_BYTES])
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int result = -ENAMETOOLONG;
	if (strlen(path) < sizeof name.sun_path) {
		strcpy(name.sun_path, path);
		int fd = bind_local(&name);
		result = fd < 0 ? fd : http_listen_add(server, fd);
		if (fd >= 0 && result != 0)
			close(fd);
	}
	if (result != 0)
		snprintf(error, HTTP_ERROR_BYTES,
			"cannot listen on %.200s: %.100s; see control.socket in relay.conf: its "
			"folder must exist and be the relay's to write, its path under %zu bytes",
			path, strerror(-result), sizeof name.sun_path);
	return result;
}
