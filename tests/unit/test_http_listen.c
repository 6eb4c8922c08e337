/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_listen.c - the port opens, or says why not; sockets passed in serve as well.
#include "../support/http_scene.h"

static uint16_t passed_port;

// Asks a server on this port, of which no certificate is known: it is on loopback.
static void
ask_port(uint16_t port)
{
	https_client_destroy(client);
	snprintf(address, sizeof address, "127.0.0.1:%u", port);
	ck_assert_int_eq(https_client_create(base, address, NULL, &client, error), 0);
	expect("GET", "/healthz", NULL, NULL, 200);
}

static int
open_listener(uint16_t *port_out)
{
	struct sockaddr_in ip = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof ip;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&ip, bytes) != 0 || listen(fd, 8) != 0 ||
		getsockname(fd, (struct sockaddr *)&ip, &bytes) != 0)
		abort();
	*port_out = ntohs(ip.sin_port);
	return fd;
}

START_TEST(port_in_use_says_what_to_do)
{
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(http_server_listen(server, address, error), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(error, address));
	ck_assert_ptr_nonnull(strstr(error, "another program has it"));
	ck_assert_int_eq(http_server_listen(server, "nonsense", error), -EINVAL);
	ck_assert_int_eq(http_server_listen(server, "198.18.9.9:1", error), -EADDRNOTAVAIL);
	ck_assert_ptr_nonnull(strstr(error, "control.listen"));
}
END_TEST

START_TEST(adopted_socket_serves_and_another_is_refused)
{
	uint16_t port;
	listen_on("127.0.0.1", NULL);
	int fd = open_listener(&port);
	ck_assert_msg(http_server_adopt(server, fd, error) == 0, "%s", error);
	ck_assert_uint_eq(http_server_port(server, 1), port);
	ask_port(port);

	int other = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(http_server_adopt(server, other, error), -ENOTSOCK);
	ck_assert_ptr_nonnull(strstr(error, "does not listen"));
	close(other);
}
END_TEST

START_TEST(passed_socket_serves_if_it_is_meant_for_us)
{
	char pid[16];
	listen_on("127.0.0.1", NULL);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	ck_assert_int_eq(http_server_adopt_passed(server, error), 0);
	ck_assert_ptr_null(getenv("LISTEN_FDS"));

	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", pid, 1);
	ck_assert_int_eq(http_server_adopt_passed(server, error), 1);
	ck_assert_uint_eq(http_server_port(server, 1), passed_port);
	ask_port(passed_port);
}
END_TEST

START_TEST(passed_socket_needs_no_pid)
{
	listen_on("127.0.0.1", NULL);
	ck_assert_int_eq(http_server_adopt_passed(server, error), 0);
	setenv("LISTEN_FDS", "1", 1);
	unsetenv("LISTEN_PID");
	ck_assert_int_eq(http_server_adopt_passed(server, error), 1);
	ask_port(passed_port);
}
END_TEST

START_TEST(too_many_passed_sockets_are_refused)
{
	listen_on("127.0.0.1", NULL);
	setenv("LISTEN_FDS", "1000", 1);
	ck_assert_int_eq(http_server_adopt_passed(server, error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "LISTEN_FDS=1000"));
}
END_TEST

int
main(void)
{
	// Here, as socket activation does it: before anything else takes the descriptor.
	int fd = open_listener(&passed_port);
	if (fd != 3 && (dup2(fd, 3) != 3 || close(fd) != 0))
		return 1;
	const TTest *tests[] = {port_in_use_says_what_to_do,
		adopted_socket_serves_and_another_is_refused,
		passed_socket_serves_if_it_is_meant_for_us, passed_socket_needs_no_pid,
		too_many_passed_sockets_are_refused};
	return run_tests("http_listen", tests, sizeof tests / sizeof *tests);
}
