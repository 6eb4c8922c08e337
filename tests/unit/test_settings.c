/* SPDX-License-Identifier: BSD-3-Clause */
// test_settings.c - the classroom's configuration: what is read, and file, line and reason of every
// fault.
#include "classroom/settings.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FINGERPRINT                                                                                \
	"AB:CD:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"  \
	"00:00:12"
#define GOOD                                                                                       \
	"relay = \"198.18.1.2:8443\";\n"                                                           \
	"certificate_sha256 = \"" FINGERPRINT "\";\n"                                              \
	"token_file = \"classroom.token\";\n"                                                      \
	"output: { port = 6000; directory = \"out\"; };\n"

static char directory[] = "/tmp/test_settings.XXXXXX";
static char file[64];
static char token_file[64];
static char why[1024];
static struct settings settings;

static void
make_directory(void)
{
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof file, "%s/classroom.conf", directory);
	snprintf(token_file, sizeof token_file, "%s/classroom.token", directory);
}

static void
remove_directory(void)
{
	unlink(file);
	unlink(token_file);
	ck_assert_int_eq(rmdir(directory), 0);
}

static void
put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
}

static int
read_text(const char *text)
{
	put(file, text);
	return settings_read(file, &settings, why, sizeof why);
}

START_TEST(least_file_gets_defaults)
{
	ck_assert_msg(read_text(GOOD) == 0, "%s", why);
	ck_assert_str_eq(settings.relay, "198.18.1.2:8443");
	ck_assert_str_eq(settings.certificate_sha256,
		"abcd000000000000000000000000000000000000000000000000000000000012");
	ck_assert_str_eq(settings.token_file, token_file);
	ck_assert_str_eq(settings.status_file, "");
	ck_assert_str_eq(settings.input_address, "127.0.0.1");
	ck_assert_str_eq(settings.output_address, "127.0.0.1");
	ck_assert_uint_eq(settings.output_port, 6000);
	for (int i = 0; i < KIND_COUNT; i++)
		ck_assert_uint_eq(settings.input_ports[i], 0);
	ck_assert_str_eq(settings.live_command, "");
	char out[64];
	snprintf(out, sizeof out, "%s/out", directory);
	ck_assert_str_eq(settings.output_directory, out);
}
END_TEST

START_TEST(full_file_is_read_whole)
{
	ck_assert_msg(
		read_text(GOOD "status_file = \"/run/classroom.json\";\n"
			       "input: { address = \"127.0.0.2\"; audio = 5004; teacher = 5006;"
			       " students = 5008; slides = 5010; };\n"
			       "live_command = \"camera\"; play_command = \"player\";\n") == 0,
		"%s", why);
	ck_assert_str_eq(settings.status_file, "/run/classroom.json");
	ck_assert_str_eq(settings.input_address, "127.0.0.2");
	ck_assert_uint_eq(settings.input_ports[STREAM_AUDIO], 5004);
	ck_assert_uint_eq(settings.input_ports[STREAM_SLIDES], 5010);
	ck_assert_str_eq(settings.live_command, "camera");
	ck_assert_str_eq(settings.play_command, "player");
}
END_TEST

START_TEST(shipped_example_is_right)
{
	ck_assert_msg(
		settings_read("conf/classroom.conf", &settings, why, sizeof why) == 0, "%s", why);
	ck_assert_uint_ne(settings.input_ports[STREAM_AUDIO], 0);
	ck_assert_uint_ne(settings.input_ports[STREAM_TEACHER], 0);
}
END_TEST

// A relay address, and what it becomes (NULL: refused).
static const char *const relays[][2] = {
	{"relay.example", "relay.example:8443"},
	{"relay.example:443", "relay.example:443"},
	{"[2001:db8::1]:9000", "[2001:db8::1]:9000"},
	{"[2001:db8::1]", "[2001:db8::1]:8443"},
	{"2001:db8::1", NULL},
	{"[2001:db8::1", NULL},
	{"relay:0", NULL},
	{"relay:65536", NULL},
	{"relay:x", NULL},
	{":8443", NULL},
	{"https://relay:8443", NULL},
	{"", NULL},
};

START_TEST(relay_address_is_checked)
{
	char text[1024];
	snprintf(text, sizeof text,
		"relay = \"%s\";\ncertificate_sha256 = \"%s\";\n"
		"token_file = \"t\";\noutput: { port = 6000; };\n",
		relays[_i][0], FINGERPRINT);
	int result = read_text(text);
	if (relays[_i][1]) {
		ck_assert_msg(result == 0, "%s", why);
		ck_assert_str_eq(settings.relay, relays[_i][1]);
	} else {
		ck_assert_int_eq(result, -EINVAL);
		ck_assert_msg(strstr(why, "classroom.conf:1: \"relay\""), "%s", why);
	}
}
END_TEST

struct fault {
	const char *text;
	const char *where; // behind the file's name
	const char *reason;
};

static const struct fault faults[] = {
	{"", ":0: ", "empty"},
	{"relay = ;\n", ":1: ", "syntax error"},
	{"@include \".\"\n" GOOD, ":0: ", "@include"},
	{GOOD "relais = \"x\";\n", ":5: ", "\"relais\" is not a setting"},
	{GOOD "status_file = 7;\n", ":5: ", "\"status_file\" must be a text"},
	{GOOD "input = 5004;\n", ":5: ", "\"input\" must be a group"},
	{GOOD "input: { audio = 70000; };\n", ":5: ", "\"audio\" must be a port"},
	{GOOD "input: {\n audio = \"5004\"; };\n", ":6: ", "\"audio\" must be a port"},
	{GOOD "input: { audio = 5004;\n teacher = 5004; };\n", ":6: ", "same port"},
	{GOOD "input: { camera = 5004; };\n", ":5: ", "\"camera\" is not a setting"},
	{GOOD "input: { address = \"localhost\"; };\n", ":5: ", "not an IPv4 address"},
	{"certificate_sha256 = \"" FINGERPRINT "\";", ":", "\"relay\" is missing"},
	{"relay = \"r\";\n", ":", "\"certificate_sha256\" is missing"},
	{"relay = \"r\";\ncertificate_sha256 = \"ab12\";\n", ":2: ", "64 hexadecimal digits"},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "ff\";\n", ":2: ", ""},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "\";\n", ":",
		"\"token_file\" is missing"},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "\";\ntoken_file = \"t\";\n", ":",
		"\"output\" is missing"},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "\";\ntoken_file = \"t\";\n"
	 "output: { directory = \".\"; };\n",
		":4: ", "\"port\" is missing"},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "\";\ntoken_file = \"t\";\n"
	 "output: { port = 6001; };\n",
		":4: ", "must be even"},
	{"relay = \"r\";\ncertificate_sha256 = \"" FINGERPRINT "\";\ntoken_file = \"t\";\n"
	 "output: { port = 65400; };\n",
		":4: ", "must be at most"},
};

START_TEST(fault_names_file_line_and_reason)
{
	ck_assert_msg(read_text(faults[_i].text) == -EINVAL, "taken: %s", faults[_i].text);
	ck_assert_msg(strncmp(why, file, strlen(file)) == 0, "%s", why);
	ck_assert_msg(strncmp(why + strlen(file), faults[_i].where, strlen(faults[_i].where)) == 0,
		"%s", why);
	ck_assert_msg(strstr(why, faults[_i].reason), "%s", why);
}
END_TEST

START_TEST(what_is_no_plain_file_is_refused_at_once)
{
	ck_assert_int_eq(settings_read("/nonexistent/x.conf", &settings, why, sizeof why), -EINVAL);
	ck_assert(strstr(why, "cannot be opened"));
	ck_assert_int_eq(settings_read(directory, &settings, why, sizeof why), -EINVAL);
	// A FIFO without a writer would keep a careless reader for ever.
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_int_eq(settings_read(file, &settings, why, sizeof why), -EINVAL);
	ck_assert(strstr(why, "plain file"));
}
END_TEST

START_TEST(token_is_the_first_line)
{
	char token[SETTINGS_TOKEN_BYTES];
	ck_assert_int_eq(read_text(GOOD), 0);
	put(token_file, "abc-123_X\nsecond line\n");
	ck_assert_msg(settings_read_token(&settings, token, why, sizeof why) == 0, "%s", why);
	ck_assert_str_eq(token, "abc-123_X");
}
END_TEST

START_TEST(token_that_is_missing_or_empty_is_explained)
{
	char token[SETTINGS_TOKEN_BYTES];
	ck_assert_int_eq(read_text(GOOD), 0);
	ck_assert_int_eq(settings_read_token(&settings, token, why, sizeof why), -EINVAL);
	ck_assert_msg(strstr(why, "relayctl token"), "%s", why);
	put(token_file, "\n");
	ck_assert_int_eq(settings_read_token(&settings, token, why, sizeof why), -EINVAL);
	ck_assert_msg(strstr(why, "classroom.token:1: "), "%s", why);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *facts = tcase_create("facts");
	tcase_add_checked_fixture(facts, make_directory, remove_directory);
	tcase_add_test(facts, least_file_gets_defaults);
	tcase_add_test(facts, full_file_is_read_whole);
	tcase_add_test(facts, shipped_example_is_right);
	tcase_add_loop_test(
		facts, relay_address_is_checked, 0, (int)(sizeof relays / sizeof relays[0]));
	tcase_add_loop_test(facts, fault_names_file_line_and_reason, 0,
		(int)(sizeof faults / sizeof faults[0]));
	tcase_add_test(facts, what_is_no_plain_file_is_refused_at_once);
	tcase_add_test(facts, token_is_the_first_line);
	tcase_add_test(facts, token_that_is_missing_or_empty_is_explained);
	suite_add_tcase(suite, facts);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
