/* SPDX-License-Identifier: BSD-3-Clause */
// test_https_connect.c - whom the client connects to, and whom it trusts.
#include "../support/https_scene.h"

START_TEST(other_certificate_hears_nothing)
{
	char other[sizeof pin];
	memcpy(other, pin, sizeof pin);
	other[0] = other[0] == '0' ? '1' : '0';
	https_client_destroy(client);
	ck_assert_int_eq(https_client_create(base, address, other, &client, error), 0);
	ask("GET", NULL, "ccr_token", LONG_MS);
	settle();
	ck_assert_int_eq(last_status, 0);
	ck_assert_ptr_nonnull(strstr(last_text, "not the pinned one"));
	ck_assert_uint_eq(heard_bytes, 0);
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(pin_may_have_colons_and_small_letters)
{
	char text[3 * 32] = "";
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 3 * i, 4, i < 31 ? "%c%c:" : "%c%c", pin[2 * i] | 0x20,
			pin[2 * i + 1] | 0x20);
	https_client_destroy(client);
	ck_assert_int_eq(https_client_create(base, address, text, &client, error), 0);
	ask("GET", NULL, NULL, LONG_MS);
	ck_assert_int_eq(last_status, 200);
}
END_TEST

START_TEST(only_loopback_goes_without_a_pin)
{
	static const char *const refused[] = {"198.18.0.2:8443", "relay.example:8443",
		"[2001:db8::1]:8443", "localhost.example:8443", "10.127.0.1:1"};
	static const char *const taken[] = {
		"127.0.0.1:8443", "127.1.2.3:1", "[::1]:8443", "localhost:8443"};
	struct https_client *other = NULL;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		ck_assert_int_eq(
			https_client_create(base, refused[i], NULL, &other, error), -EINVAL);
		ck_assert_ptr_nonnull(strstr(error, "SHA-256"));
		ck_assert_int_eq(https_client_create(base, refused[i], pin, &other, error), 0);
		https_client_destroy(other);
	}
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		ck_assert_int_eq(https_client_create(base, taken[i], NULL, &other, error), 0);
		https_client_destroy(other);
	}
}
END_TEST

START_TEST(bad_addresses_and_pins_are_refused)
{
	static const char *const bad[] = {"", "host", ":8443", "host:", "host:0", "host:65536",
		"host:x", "::1:8443", "[::1]", "[]:8443", "a b:1", "a\r\nX: y:1"};
	struct https_client *other = NULL;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(https_client_create(base, bad[i], pin, &other, error) == -EINVAL,
			"%s", bad[i]);
	ck_assert_int_eq(https_client_create(base, "h:1", "", &other, error), -EINVAL);
	ck_assert_int_eq(https_client_create(base, "h:1", pin + 1, &other, error), -EINVAL);
	ck_assert_int_eq(https_client_create(base, "h:1", "zz", &other, error), -EINVAL);
	ck_assert_ptr_null(https_request(client, "GET", "/a b", NULL, NULL, 1, on_answer, NULL));
	ck_assert_ptr_null(https_request(client, "GET", "a", NULL, NULL, 1, on_answer, NULL));
	ck_assert_ptr_null(
		https_request(client, "GET", "/", NULL, "a\r\nX: y", 1, on_answer, NULL));
}
END_TEST

START_TEST(localhost_needs_no_name_server)
{
	const char *port = strrchr(address, ':');
	char local[32];
	snprintf(local, sizeof local, "localhost%s", port);
	https_client_destroy(client);
	ck_assert_int_eq(https_client_create(base, local, NULL, &client, error), 0);
	// The server is on 127.0.0.1 only: where ::1 comes first it is refused, and the next one
	// tried.
	ask("GET", NULL, NULL, LONG_MS);
	ck_assert_msg(last_status == 200, "%s", last_text);
}
END_TEST

START_TEST(refused_connection_is_told)
{
	evconnlistener_free(listener);
	listener = NULL;
	ask("GET", NULL, NULL, LONG_MS);
	ck_assert_int_eq(last_status, 0);
	ck_assert_ptr_nonnull(strstr(last_text, "Connection refused"));
	ck_assert_ptr_nonnull(strstr(last_text, address));
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {other_certificate_hears_nothing,
		pin_may_have_colons_and_small_letters, only_loopback_goes_without_a_pin,
		bad_addresses_and_pins_are_refused, localhost_needs_no_name_server,
		refused_connection_is_told};
	return run_tests("https_connect", tests, sizeof tests / sizeof *tests);
}
