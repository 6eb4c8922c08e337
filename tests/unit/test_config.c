/* SPDX-License-Identifier: BSD-3-Clause */
// test_config.c - the shipped configuration is read, a broken one is named with file, line and
// reason.
#include "control/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../support/timetable_fixture.h"

static char folder[] = "/tmp/test_config.XXXXXX";
static char path[PATH_MAX]; // of the file written last
static struct config config;
static struct file_error error;

static void
folder_make(void)
{
	strcpy(folder, "/tmp/test_config.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
folder_remove(void)
{
	unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void
file_write(const char *name, const char *text, size_t bytes)
{
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, bytes, file), bytes);
	fclose(file);
}

static bool
ip_is(const struct ip_address *ip, const char *text)
{
	char own[IP_TEXT_BYTES];
	ip_to_text(ip, own);
	return strcmp(own, text) == 0;
}

START_TEST(the_shipped_configuration_is_read_whole)
{
	ck_assert_msg(config_load("conf/relay.conf", &config, &error) == 0, "%s:%u: %s", error.file,
		error.line, error.reason);
	ck_assert_str_eq(config.media.device, "0000:03:00.0");
	ck_assert_uint_eq(config.media.eal_count, 2);
	ck_assert_str_eq(config.media.eal[1], "0,1");
	const struct config_network *v4 = &config.media.networks[IP_V4];
	ck_assert(ip_is(&v4->address, "10.20.0.2"));
	ck_assert_uint_eq(v4->prefix_bits, IP_MAPPED_BITS + 24);
	ck_assert(ip_is(&v4->gateway, "10.20.0.1"));
	ck_assert(!ip_is_set(&config.media.networks[IP_V6].address));
	ck_assert_mem_eq(config.media.mac, "\x02\x00\x0a\x14\x00\x02", 6);
	ck_assert_uint_eq(config.media.port, 5000);
	ck_assert_uint_eq(config.listen_count, 1);
	ck_assert_str_eq(config.listen[0].host, "0.0.0.0");
	ck_assert_uint_eq(config.listen[0].port, 8443);
	ck_assert_str_eq(config.timetable_path, "conf/timetable.conf");
	ck_assert_str_eq(config.timetable->policies.zone, "Asia/Shanghai");
	ck_assert_uint_eq(config.timetable->policies.open_before_s, 180);
	ck_assert_uint_eq(config.timetable->rule_count, 4);
	ck_assert_str_eq(config.timetable->schools[0].name, "巫溪中心小学");
	config_fini(&config);
}
END_TEST

START_TEST(the_shipped_bells_are_the_published_ones)
{
	char *shipped = fixture_read("conf/bells.csv");
	char *golden = fixture_read("tests/data/bells-2024-winter.csv");

	ck_assert_str_eq(shipped, golden);
	free(shipped);
	free(golden);
}
END_TEST

#define MEDIA "media: { device = \"net_null0\"; address = \"198.18.0.2/24\"; };\n"

START_TEST(what_is_left_out_has_its_default)
{
	char text[PATH_MAX + 256];
	char *timetable = realpath("conf/timetable.conf", NULL);

	folder_make();
	snprintf(text, sizeof(text), MEDIA "timetable = \"%s\";\n", timetable);
	file_write("relay.conf", text, strlen(text));
	ck_assert_msg(config_load(path, &config, &error) == 0, "%u: %s", error.line, error.reason);
	ck_assert_uint_eq(config.media.port, 5000);
	ck_assert(!ip_is_set(&config.media.networks[IP_V4].gateway));
	ck_assert_uint_eq(config.media.vlan, 0);
	ck_assert_mem_eq(config.media.mac, "\x02\x00\xc6\x12\x00\x02", 6);
	ck_assert_str_eq(config.media.engine, "auto");
	ck_assert_uint_eq(config.listen_count, 0);
	ck_assert_uint_eq(config.legs_max, 256);
	ck_assert_uint_eq(config.ledger.minute_days, 400);
	ck_assert_uint_eq(config.ledger.live_seconds, 50);
	ck_assert_uint_eq(config.quality.loss_red_percent, 5);
	ck_assert_uint_eq(config.quality.silent_s, 3);
	ck_assert_uint_eq(config.ledger.delivered_percent, 80);
	ck_assert_uint_eq(config.ledger.partial_minutes, 1);
	ck_assert_int_eq(config.log_level, LOG_LEVEL_INFO);
	ck_assert_str_eq(config.state_directory, "/var/lib/relay");
	ck_assert_str_eq(config.socket_path, "");
	ck_assert_ptr_nonnull(config.timetable);
	config_fini(&config);
	folder_remove();
	free(timetable);
}
END_TEST

START_TEST(ipv6_stands_besides_or_alone_and_takes_a_link_local_router)
{
	char text[PATH_MAX + 256];
	char *timetable = realpath("conf/timetable.conf", NULL);

	folder_make();
	snprintf(text, sizeof(text),
		"media: { device = \"net_null0\"; address6 = \"fd00:198:18::2/48\"; gateway6 = "
		"\"fe80::1\"; };\ntimetable = \"%s\";\n",
		timetable);
	file_write("relay.conf", text, strlen(text));
	ck_assert_msg(config_load(path, &config, &error) == 0, "%u: %s", error.line, error.reason);
	ck_assert(!ip_is_set(&config.media.networks[IP_V4].address));
	ck_assert(ip_is(&config.media.networks[IP_V6].address, "fd00:198:18::2"));
	ck_assert_uint_eq(config.media.networks[IP_V6].prefix_bits, 48);
	ck_assert(ip_is(&config.media.networks[IP_V6].gateway, "fe80::1"));
	ck_assert_mem_eq(config.media.mac, "\x02\x00\x00\x00\x00\x02", 6);
	config_fini(&config);
	folder_remove();
	free(timetable);
}
END_TEST

#define MEDIA_WITH(setting)                                                                        \
	"media: {\n device = \"net_null0\";\n address = \"198.18.0.2/24\";\n " setting             \
	"\n};\ntimetable = \"none.conf\";\n"
#define TOP_WITH(setting) MEDIA "timetable = \"none.conf\";\n" setting "\n"

static const struct {
	const char *text;
	unsigned line;
	const char *reason;
} broken[] = {
	{"", 0, "setting 'media' is missing"},
	{MEDIA, 0, "setting 'timetable' is missing"},
	{"media = 5;\n", 1, "a group"},
	{"media: {\n device = ;\n};\n", 2, "syntax error"},
	{"media: {\n device = \"a\";\n};\n", 1, "setting 'address' (IPv4) or 'address6'"},
	{MEDIA_WITH("colour = 1;"), 4, "unknown setting 'colour'"},
	{MEDIA_WITH("port = 0;"), 4, "port = 0 is not 1 to 65535"},
	{MEDIA_WITH("port = 65536;"), 4, "port = 65536 is not 1 to 65535"},
	{MEDIA_WITH("port = 4294972296;"), 4, "number '4294972296' has more than 9"},
	{MEDIA_WITH("port = 0x100001388;"), 4, "number '0x100001388' has more"},
	{MEDIA_WITH("port = -5;"), 4, "port = -5 is not"},
	{MEDIA_WITH("port = 5.5;"), 4, "port must be a whole number"},
	{MEDIA_WITH("port = \"5000\";"), 4, "port must be a whole number"},
	{MEDIA_WITH("port = 5000;\n port = 5001;"), 5, "duplicate"},
	{MEDIA_WITH("vlan = 4095;"), 4, "vlan = 4095 is not 0 to 4094"},
	{MEDIA_WITH("mac = \"01:00:5e:00:00:01\";"), 4, "not a station's MAC"},
	{MEDIA_WITH("mac = \"02:00:5e:00:00\";"), 4, "not a station's MAC"},
	{MEDIA_WITH("mac = \"00:00:00:00:00:00\";"), 4, "not a station's MAC"},
	{MEDIA_WITH("gateway = \"198.18.1.1\";"), 4, "the gateway must be another host"},
	{MEDIA_WITH("gateway = \"198.18.0.2\";"), 4, "the gateway must be another host"},
	{MEDIA_WITH("gateway = \"198.18.0.255\";"), 4, "the gateway must be another host"},
	{MEDIA_WITH("gateway = \"here\";"), 4, "'here' is not an IPv4 address"},
	{MEDIA_WITH("gateway = \"fd00::1\";"), 4, "'fd00::1' is not an IPv4 address"},
	{MEDIA_WITH("gateway6 = \"fd00::1\";"), 4, "of the network that 'address6' names"},
	{MEDIA_WITH("address6 = \"fd00::2\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"fd00::2/127\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"fd00::/64\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"fe80::2/64\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"ff02::2/64\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"::1/64\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"::ffff:1.2.3.4/64\";"), 4, "not a host's IPv6 address"},
	{MEDIA_WITH("address6 = \"fd00::2/64\"; gateway6 = \"fd01::1\";"), 4,
		"must be another host of the network that 'address6' names"},
	{MEDIA_WITH("engine = \"openssl\";"), 4, "engine cannot be 'openssl'"},
	{MEDIA_WITH("eal = \"--no-huge\";"), 4, "a list"},
	{MEDIA_WITH("eal = [1];"), 4, "a text in \"quotes\""},
	{"media: { device = \"a\";\n address = \"198.18.0.2\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"a\";\n address = \"198.18.0.2/31\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"a\";\n address = \"198.18.0.0/24\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"a\";\n address = \"198.18.0.255/24\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"a\";\n address = \"127.0.0.1/8\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"a\";\n address = \"224.0.0.1/8\"; };\n", 2, "not a host's IPv4"},
	{"media: { device = \"\";\n};\n", 1, "the text is empty"},
	{TOP_WITH("control: {\n listen = [\"0.0.0.0\"]; };"), 4, "'0.0.0.0' is not an address and"},
	{TOP_WITH("control: {\n listen = [\"localhost:1\"]; };"), 4, "is not an address and port"},
	{TOP_WITH("control: {\n listen = [\"::1:8443\"]; };"), 4, "is not an address and port"},
	{TOP_WITH("control: {\n listen = [\"0.0.0.0:99999\"]; };"), 4, "is not an address and"},
	{TOP_WITH("limits: { legs = 1; };"), 3, "legs = 1 is not 2 to 16384"},
	{TOP_WITH("quality: {\n silent_s = 0; };"), 4, "silent_s = 0 is not 1 to 60"},
	{TOP_WITH("quality: {\n loss_red_percent = 1; };"), 4,
		"loss_red_percent is 1 and must be above its amber, which is 1"},
	{TOP_WITH("ledger: {\n live_seconds = 61; };"), 4, "live_seconds = 61 is not 1 to 60"},
	{TOP_WITH("ledger: { delivered_percent = 0; };"), 3, "is not 1 to 100"},
	{TOP_WITH("log_level = \"loud\";"), 3, "log_level cannot be 'loud'"},
	{TOP_WITH("log_format = \"xml\";"), 3, "log_format cannot be 'xml'"},
	{TOP_WITH("@include \".\""), 3, "@include is not allowed"},
	{TOP_WITH("/*\n\t@include \".\"\n*/"), 4, "@include is not allowed"},
	{TOP_WITH("state = \"open"), 4, "syntax error"},
};

START_TEST(a_broken_relay_conf_names_line_and_reason)
{
	folder_make();
	file_write("relay.conf", broken[_i].text, strlen(broken[_i].text));
	error = (struct file_error){"", 0, ""};
	ck_assert_msg(config_load(path, &config, &error) == -EINVAL, "taken: %s", broken[_i].text);
	ck_assert_str_eq(error.file, path);
	ck_assert_msg(strstr(error.reason, broken[_i].reason) != NULL, "'%s' for %s", error.reason,
		broken[_i].text);
	ck_assert_msg(error.line == broken[_i].line, "line %u: %s", error.line, error.reason);
	ck_assert_ptr_null(config.timetable);
	folder_remove();
}
END_TEST

START_TEST(numbers_in_comments_and_texts_are_let_be)
{
	const char *text = "# 12345678901234567890\n// 1234567890123\n/* 12345678901234\n*/\n"
			   "media: { device = \"net_null1234567890123,a=\\\"1\"; address = 1; };\n";

	folder_make();
	file_write("relay.conf", text, strlen(text));
	ck_assert_int_eq(config_load(path, &config, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "a text in \"quotes\" is expected"); // of `address`
	ck_assert_uint_eq(error.line, 5);
	folder_remove();
}
END_TEST

START_TEST(only_regular_files_are_read_and_nothing_waits)
{
	folder_make();
	snprintf(path, sizeof(path), "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(config_load(path, &config, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "not a regular file");
	ck_assert_int_eq(config_load(folder, &config, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "not a regular file");
	ck_assert_int_eq(config_load("/nowhere/relay.conf", &config, &error), -EINVAL);
	ck_assert_str_eq(error.file, "/nowhere/relay.conf");
	ck_assert_str_eq(error.reason, "No such file or directory");
	folder_remove();
}
END_TEST

START_TEST(a_nul_does_not_end_the_file)
{
	static const char text[] = MEDIA "\0colour = 1;";

	folder_make();
	file_write("relay.conf", text, sizeof(text) - 1);
	ck_assert_int_eq(config_load(path, &config, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "the file holds a NUL byte");
	folder_remove();
}
END_TEST

#define TABLES                                                                                     \
	"schools = \"%s/schools.csv\"; endpoints = \"%s/endpoints.csv\";\n"                        \
	"bells = \"%s/bells.csv\"; pairs = \"%s/pairs.csv\"; rules = \"%s/rules.csv\";\n"

static const struct {
	const char *head;
	unsigned line;
	const char *reason;
} broken_timetables[] = {
	{"county = \"x\"; zone = \"Asia/Atlantis\";\n", 1, "zone 'Asia/Atlantis' is not in"},
	{"county = \"x\";\nzone = \"../../../etc/passwd\";\n", 2, "is not in /usr/share/zoneinfo"},
	{"county = \"x\";\nzone = \"Asia\";\n", 2, "zone 'Asia' is not in"},
	{"county = \"x\";\nzone = \"zone.tab\";\n", 2, "zone 'zone.tab' is not in"},
	{"zone = \"Asia/Shanghai\";\n", 0, "setting 'county' is missing"},
	{"county = \"x\"; zone = \"UTC\";\ngrace_s = 3601;\n", 2, "grace_s = 3601 is not 0 to"},
	{"county = \"x\"; zone = \"UTC\";\naudio_dscp = 64;\n", 2, "audio_dscp = 64 is not 0 to"},
	{"county = \"x\"; zone = \"UTC\";\ncalendar = \"c.csv\";\n", 2, "cannot read '"},
	{"county = \"x\"; zone = \"UTC\";\n\nslots = \"s.csv\";\n", 3, "cannot read '"},
	{"county = \"x\"; zone = \"UTC\";\nperiods = 6;\n", 2, "unknown setting 'periods'"},
};

START_TEST(a_broken_timetable_conf_names_line_and_reason)
{
	char tables[PATH_MAX * 6], text[PATH_MAX * 7];
	char *conf = realpath("conf", NULL);
	struct timetable *timetable;

	folder_make();
	snprintf(tables, sizeof(tables), TABLES, conf, conf, conf, conf, conf);
	snprintf(text, sizeof(text), "%s%s", broken_timetables[_i].head, tables);
	file_write("timetable.conf", text, strlen(text));
	ck_assert_int_eq(timetable_load(path, &timetable, &error), -EINVAL);
	ck_assert_str_eq(error.file, path);
	ck_assert_msg(strstr(error.reason, broken_timetables[_i].reason) != NULL, "'%s' for %s",
		error.reason, broken_timetables[_i].head);
	ck_assert_uint_eq(error.line, broken_timetables[_i].line);
	ck_assert_ptr_null(timetable);
	folder_remove();
	free(conf);
}
END_TEST

START_TEST(an_error_in_a_table_names_the_table)
{
	char text[PATH_MAX * 7];
	char *conf = realpath("conf", NULL);
	struct timetable *timetable;

	folder_make();
	snprintf(text, sizeof(text), "county = \"x\"; zone = \"UTC\";\n" TABLES, conf, "/nowhere",
		conf, conf, conf);
	file_write("timetable.conf", text, strlen(text));
	ck_assert_int_eq(timetable_load(path, &timetable, &error), -EINVAL);
	ck_assert_str_eq(error.file, path);
	ck_assert_uint_eq(error.line, 2);
	ck_assert_str_eq(
		error.reason, "cannot read '/nowhere/endpoints.csv': No such file or directory");
	// The bells' table is none of pairs.
	snprintf(text, sizeof(text),
		"county = \"x\"; zone = \"UTC\";\nschools = \"%s/schools.csv\"; endpoints = \"%s/"
		"endpoints.csv\"; bells = \"%s/bells.csv\"; pairs = \"%s/bells.csv\"; rules = "
		"\"%s/rules.csv\";\n",
		conf, conf, conf, conf, conf);
	file_write("timetable.conf", text, strlen(text));
	ck_assert_int_eq(timetable_load(path, &timetable, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.file, "/bells.csv"));
	ck_assert_uint_eq(error.line, 1);
	ck_assert_str_eq(error.reason, "unknown column 'school'");
	folder_remove();
	free(conf);
}
END_TEST

START_TEST(calendar_and_slots_are_read_where_they_are_named)
{
	struct timetable *timetable;

	ck_assert_int_eq(timetable_load("conf/timetable.conf", &timetable, &error), 0);
	ck_assert_ptr_null(timetable->calendar); // calendar = ""
	ck_assert_ptr_nonnull(timetable->slots);
	timetable_release(timetable);
	ck_assert_msg(timetable_load("conf/county/timetable.conf", &timetable, &error) == 0,
		"%s:%u: %s", error.file, error.line, error.reason);
	ck_assert_ptr_nonnull(timetable->calendar);
	ck_assert_ptr_nonnull(strstr(timetable->files[TIMETABLE_CALENDAR], "/calendar.csv"));
	ck_assert_ptr_nonnull(timetable->slots);
	timetable_release(timetable);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *tests = tcase_create("config");

	tcase_add_test(tests, ipv6_stands_besides_or_alone_and_takes_a_link_local_router);
	tcase_add_test(tests, the_shipped_configuration_is_read_whole);
	tcase_add_test(tests, the_shipped_bells_are_the_published_ones);
	tcase_add_test(tests, what_is_left_out_has_its_default);
	tcase_add_loop_test(tests, a_broken_relay_conf_names_line_and_reason, 0,
		(int)(sizeof(broken) / sizeof(broken[0])));
	tcase_add_test(tests, numbers_in_comments_and_texts_are_let_be);
	tcase_add_test(tests, only_regular_files_are_read_and_nothing_waits);
	tcase_add_test(tests, a_nul_does_not_end_the_file);
	tcase_add_loop_test(tests, a_broken_timetable_conf_names_line_and_reason, 0,
		(int)(sizeof(broken_timetables) / sizeof(broken_timetables[0])));
	tcase_add_test(tests, an_error_in_a_table_names_the_table);
	tcase_add_test(tests, calendar_and_slots_are_read_where_they_are_named);
	suite_add_tcase(suite, tests);
	return fixture_run(suite);
}
