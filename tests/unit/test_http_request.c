/* SPDX-License-Identifier: BSD-3-Clause */
// test_http_request.c - who may ask for what, and what a request must be.
#include "../support/http_scene.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#define OUTSIDE_ADDRESS "198.18.0.77"

START_TEST(request_reaches_its_handler_decoded)
{
	listen_on("127.0.0.1", NULL);
	struct answer answer = ask("POST", "/v1/things/chinese-tue%2F2026-11-24/extend?q=a%20b&z=1",
		"{\"minutes\":5}", NULL);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(text_of(&answer, "user"), "extend");
	ck_assert_str_eq(text_of(&answer, "id"), "chinese-tue/2026-11-24");
	ck_assert_str_eq(text_of(&answer, "q"), "a b");
	ck_assert_str_eq(text_of(&answer, "name"), "localhost");
	json_t *body = json_object_get(answer.json, "body");
	ck_assert_int_eq(json_integer_value(json_object_get(body, "minutes")), 5);
	json_decref(answer.json);
}
END_TEST

START_TEST(unknown_path_is_404_and_wrong_method_405)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	expect("GET", "/v1/nothing", NULL, NULL, 404);
	expect("DELETE", "/v1/things", NULL, NULL, 405);
	expect("PUT", "/v1/things/7", "{}", NULL, 405);
	raw_open(&raw, true);
	raw_expect(&raw, "PATCH /v1/things HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"Allow: GET, POST\r\n");
	raw_close(&raw);
}
END_TEST

START_TEST(tokens_open_their_role_only)
{
	listen_on("127.0.0.1", NULL);
	expect("GET", "/v1/things", NULL, operator_token, 200);
	expect("GET", "/v1/things", NULL, endpoint_token, 403);
	expect("GET", "/v1/endpoint/join", NULL, operator_token, 403);
	expect("GET", "/v1/endpoint/join", NULL, NULL, 403);
	struct answer answer = ask("GET", "/v1/endpoint/join", NULL, endpoint_token);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(text_of(&answer, "endpoint"), "wuxi-1");
	ck_assert_str_eq(text_of(&answer, "name"), "pc");
	json_decref(answer.json);
	ck_assert_uint_eq(http_server_counters(server).forbidden, 3);
}
END_TEST

START_TEST(unknown_token_is_401_also_from_loopback)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	expect("GET", "/v1/things", NULL, "ccr_wrong", 401);
	expect("GET", "/v1/nothing", NULL, "ccr_wrong", 401);
	expect("GET", "/healthz", NULL, "ccr_wrong", 200);
	raw_open(&raw, true);
	raw_expect(&raw,
		"GET /v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YTpi\r\n\r\n",
		"WWW-Authenticate: Bearer");
	ck_assert_uint_eq(http_server_counters(server).unauthorized, 3);
	raw_close(&raw);
}
END_TEST

START_TEST(loopback_without_a_local_host_name_is_403)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: evil.example:8443\r\n\r\n", " 403 ");
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n",
		"}\nHTTP/1.1 403 ");
	raw.length = 0;
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: LOCALHOST:8443\r\n\r\n", " 200 ");
	raw.length = 0;
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: [::1]\r\n\r\n", " 200 ");
	raw_close(&raw);
}
END_TEST

START_TEST(change_needs_the_json_type_and_json)
{
	struct raw raw;
	listen_on("127.0.0.1", NULL);
	raw_open(&raw, true);
	raw_expect(&raw,
		"POST /v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
		"Content-Length: 2\r\n\r\n{}",
		" 415 ");
	raw_expect(&raw, "DELETE /v1/things/7 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"}\nHTTP/1.1 415 ");
	raw.length = 0;
	raw_expect(&raw,
		"POST /v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jsonx\r\n"
		"Content-Length: 2\r\n\r\n{}",
		" 415 ");
	raw_close(&raw);
	expect("POST", "/v1/things", "{\"a\":", NULL, 400);
	expect("POST", "/v1/things", "{\"a\":1,\"a\":2}", NULL, 400);
	expect("POST", "/v1/things", "{}", NULL, 200);
	expect("DELETE", "/v1/things/7", NULL, NULL, 200);
}
END_TEST

// Gives this process a network of its own, whose loopback interface also has an address that is not
// loopback.
static void
enter_network(void)
{
	if (unshare(CLONE_NEWNET) != 0)
		ck_assert_msg(
			unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0, "unshare: %s", strerror(errno));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	struct ifreq alias = {.ifr_name = "lo:1"};
	struct sockaddr_in *ip = (struct sockaddr_in *)&alias.ifr_addr;
	ip->sin_family = AF_INET;
	ck_assert_int_eq(inet_pton(AF_INET, OUTSIDE_ADDRESS, &ip->sin_addr), 1);
	ck_assert_msg(ioctl(fd, SIOCSIFADDR, &alias) == 0, "SIOCSIFADDR: %s", strerror(errno));
	close(fd);
}

START_TEST(peer_from_outside_needs_a_token)
{
	enter_network();
	listen_on(OUTSIDE_ADDRESS, NULL);
	expect("GET", "/v1/things", NULL, NULL, 401);
	expect("GET", "/v1/nothing", NULL, NULL, 401);
	expect("GET", "/v1/things", NULL, operator_token, 200);
	struct answer answer = ask("GET", "/healthz", NULL, NULL);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(text_of(&answer, "name"), "");
	ck_assert(json_is_false(json_object_get(answer.json, "loopback")));
	json_decref(answer.json);
	struct raw raw;
	raw_open(&raw, true);
	raw_expect(&raw, "GET /v1/things HTTP/1.1\r\nHost: localhost\r\n\r\n", " 401 ");
	raw_close(&raw);
}
END_TEST

START_TEST(one_address_takes_its_share_of_connections_and_no_more)
{
	enter_network();
	struct raw first[3], more;
	listen_on(OUTSIDE_ADDRESS, &(struct http_server_options){.strangers_max = 3});
	for (size_t i = 0; i < 3; i++)
		raw_open(&first[i], true);
	raw_start(&more, true);
	run_until(&more.is_closed);
	ck_assert(!more.is_secure);
	ck_assert_uint_eq(http_server_counters(server).connections_crowded, 1);
	raw_close(&more);
	raw_close(&first[1]);
	run_until_connections(2);
	expect("GET", "/v1/things", NULL, operator_token, 200);
	raw_close(&first[0]);
	raw_close(&first[2]);
}
END_TEST

START_TEST(streams_are_no_strangers_and_loopback_has_no_such_limit)
{
	enter_network();
	struct raw watch, other;
	char ask_watch[256];
	const struct http_server_options options = {.strangers_max = 1};
	listen_on(OUTSIDE_ADDRESS, &options);
	snprintf(ask_watch, sizeof ask_watch,
		"GET /v1/watch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
		operator_token);
	raw_open(&watch, true);
	raw_expect(&watch, ask_watch, " 200 ");
	expect("GET", "/v1/things", NULL, operator_token, 200);
	ck_assert_msg(http_server_listen(server, "127.0.0.1:0", error) == 0, "%s", error);
	snprintf(address, sizeof address, "127.0.0.1:%u", http_server_port(server, 1));
	raw_open(&other, true);
	struct raw second;
	raw_open(&second, true);
	ck_assert_uint_eq(http_server_counters(server).connections_crowded, 0);
	raw_close(&watch);
	raw_close(&other);
	raw_close(&second);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {request_reaches_its_handler_decoded,
		unknown_path_is_404_and_wrong_method_405, tokens_open_their_role_only,
		unknown_token_is_401_also_from_loopback, loopback_without_a_local_host_name_is_403,
		change_needs_the_json_type_and_json, peer_from_outside_needs_a_token,
		one_address_takes_its_share_of_connections_and_no_more,
		streams_are_no_strangers_and_loopback_has_no_such_limit};
	return run_tests("http_request", tests, sizeof tests / sizeof *tests);
}
