/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_local.c - the control port's Unix socket: who needs no token there, and whose place it
// takes.
#include "../support/http_scene.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define NOBODY 65534

static char path[96];

static void
listen_locally(void)
{
	listen_on("127.0.0.1", NULL);
	snprintf(path, sizeof path, "%s/control.sock", directory);
	ck_assert_msg(http_server_listen_local(server, path, error) == 0, "%s", error);
	char reason[HTTPS_CLIENT_ERROR_BYTES];
	https_client_destroy(client);
	ck_assert_msg(https_client_create(base, path, NULL, &client, reason) == 0, "%s", reason);
}

START_TEST(the_relay_s_own_user_needs_no_token)
{
	struct stat status;
	listen_locally();
	struct answer answer = ask("GET", "/v1/things", NULL, NULL);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(text_of(&answer, "name"), "localhost");
	json_decref(answer.json);
	answer = ask("GET", "/v1/things", NULL, operator_token);
	ck_assert_str_eq(text_of(&answer, "name"), "office");
	json_decref(answer.json);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0660);
	unlink(path);
}
END_TEST

START_TEST(a_socket_that_was_left_gives_way_and_one_in_use_does_not)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	snprintf(name.sun_path, sizeof name.sun_path, "%s/control.sock", directory);
	int left = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(left, (struct sockaddr *)&name, sizeof name), 0);
	close(left);
	listen_locally();
	ck_assert_int_eq(http_server_listen_local(server, path, error), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(error, "control.socket"));
	expect("GET", "/v1/things", NULL, NULL, 200);
	unlink(path);
}
END_TEST

START_TEST(a_file_is_not_taken_for_a_socket)
{
	listen_on("127.0.0.1", NULL);
	snprintf(path, sizeof path, "%s/relay.crt", directory);
	ck_assert_int_eq(http_server_listen_local(server, path, error), -EADDRINUSE);
	ck_assert_int_eq(access(path, R_OK), 0);
}
END_TEST

// Connects as this user, whose only other group is `group`, and ends.
static void
connect_as(const struct sockaddr_un *name, uid_t user, gid_t group)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool is_done = setgroups(1, &group) == 0 && setgid(user) == 0 && setuid(user) == 0 &&
		       connect(fd, (const struct sockaddr *)name, sizeof *name) == 0;
	_exit(is_done ? 0 : 1);
}

static bool
is_trusted(uid_t user, gid_t group)
{
	char text[HTTP_PEER_TEXT_BYTES];
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	snprintf(name.sun_path, sizeof name.sun_path, "/tmp/test_http_local.%d", getpid());
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
	ck_assert_int_eq(chmod(name.sun_path, 0666), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	pid_t child = fork();
	if (child == 0)
		connect_as(&name, user, group);
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	unlink(name.sun_path);
	ck_assert_int_eq(status, 0);
	int fd = accept(listener, NULL, NULL);
	bool result = http_local_is_trusted(fd, text);
	close(fd);
	close(listener);
	return result;
}

START_TEST(the_kernel_tells_who_asks)
{
	ck_assert(is_trusted(0, 0));
	ck_assert(is_trusted(NOBODY, getegid()));
	ck_assert(!is_trusted(NOBODY, NOBODY));
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {the_relay_s_own_user_needs_no_token,
		a_socket_that_was_left_gives_way_and_one_in_use_does_not,
		a_file_is_not_taken_for_a_socket, the_kernel_tells_who_asks};
	return run_tests("http_local", tests, sizeof tests / sizeof *tests);
}
