/* SPDX-License-Identifier: BSD-3-Clause */
// settings.c - reads the configuration file, and says where and why it is wrong.
#include "classroom/settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "classroom/roster.h"

// Port numbers end here.
#define PORT_MAX 65535
#define PORT_DEFAULT 8443
#define OUTPUT_PORTS (ROSTER_MAX * ROSTER_PORTS_EACH)

// The file being read, and its first fault.
struct reader {
	const char *path;
	char directory[SETTINGS_PATH_BYTES];
	char *why;
	size_t why_bytes;
	bool failed;
};

static void __attribute__((format(printf, 3, 4)))
fail(struct reader *reader, int line, const char *format, ...)
{
	if (reader->failed)
		return;
	reader->failed = true;
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(reader->why, reader->why_bytes, "%s:%d: %s", reader->path, line, reason);
}

static int
line_of(const config_setting_t *setting)
{
	return (int)config_setting_source_line(setting);
}

// A name that nobody reads is a typing error: better said than ignored.
static void
refuse_unknown(struct reader *reader, const config_setting_t *group, const char *const *names)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(member);
		bool known = false;
		for (const char *const *n = names; *n && !known; n++)
			known = strcmp(*n, name) == 0;
		if (!known)
			fail(reader, line_of(member), "\"%s\" is not a setting known here", name);
	}
}

static void
read_text(struct reader *reader, const config_setting_t *group, const char *name, bool required,
	char *out, size_t bytes)
{
	out[0] = '\0';
	const config_setting_t *member = config_setting_get_member(group, name);
	if (!member) {
		if (required)
			fail(reader, line_of(group), "\"%s\" is missing", name);
		return;
	}
	const char *text = config_setting_get_string(member);
	if (!text)
		fail(reader, line_of(member), "\"%s\" must be a text in quotes", name);
	else if (required && text[0] == '\0')
		fail(reader, line_of(member), "\"%s\" is empty", name);
	else if (strlen(text) >= bytes)
		fail(reader, line_of(member), "\"%s\" is longer than %zu bytes", name, bytes - 1);
	else
		strcpy(out, text);
}

static void
read_path(struct reader *reader, const config_setting_t *group, const char *name, bool required,
	char out[SETTINGS_PATH_BYTES])
{
	char text[SETTINGS_PATH_BYTES];
	read_text(reader, group, name, required, text, sizeof text);
	out[0] = '\0';
	if (text[0] == '\0')
		return;
	int length = text[0] == '/'
			     ? snprintf(out, SETTINGS_PATH_BYTES, "%s", text)
			     : snprintf(out, SETTINGS_PATH_BYTES, "%s/%s", reader->directory, text);
	if (length >= SETTINGS_PATH_BYTES)
		fail(reader, line_of(config_setting_get_member(group, name)), "\"%s\" is too long",
			name);
}

static uint16_t
read_port(struct reader *reader, const config_setting_t *group, const char *name, bool required)
{
	const config_setting_t *member = config_setting_get_member(group, name);
	if (!member) {
		if (required)
			fail(reader, line_of(group), "\"%s\" is missing", name);
		return 0;
	}
	if (config_setting_type(member) != CONFIG_TYPE_INT || config_setting_get_int(member) < 1 ||
		config_setting_get_int(member) > PORT_MAX) {
		fail(reader, line_of(member), "\"%s\" must be a port number, 1 to %d", name,
			PORT_MAX);
		return 0;
	}
	return (uint16_t)config_setting_get_int(member);
}

static void
read_address(struct reader *reader, const config_setting_t *group, char out[SETTINGS_ADDRESS_BYTES])
{
	struct in_addr parsed;
	read_text(reader, group, "address", false, out, SETTINGS_ADDRESS_BYTES);
	if (out[0] == '\0')
		strcpy(out, "127.0.0.1");
	else if (inet_pton(AF_INET, out, &parsed) != 1)
		fail(reader, line_of(config_setting_get_member(group, "address")),
			"\"%s\" is not an IPv4 address", out);
}

// "host:port", "[IPv6]:port" or "host".
static void
read_relay(struct reader *reader, const config_setting_t *root, struct settings *out)
{
	char text[SETTINGS_HOST_BYTES];
	read_text(reader, root, "relay", true, text, sizeof text);
	if (reader->failed)
		return;

	int line = line_of(config_setting_get_member(root, "relay"));
	char *host = text;
	char *port = strrchr(text, ':');
	if (text[0] == '[') {
		char *end = strchr(text, ']');
		if (!end) {
			fail(reader, line, "\"relay\": the ']' of the IPv6 address is missing");
			return;
		}
		*end = '\0';
		host++;
		port = end[1] == ':' ? end + 1 : NULL;
	} else if (port && strchr(text, ':') != port) {
		fail(reader, line, "\"relay\": an IPv6 address stands in brackets: [address]:port");
		return;
	}

	long number = PORT_DEFAULT;
	if (port) {
		char *end;
		*port++ = '\0';
		number = strtol(port, &end, 10);
		if (!isdigit((unsigned char)port[0]) || *end != '\0' || number < 1 ||
			number > PORT_MAX) {
			fail(reader, line, "\"relay\": \"%s\" is not a port number", port);
			return;
		}
	}
	if (host[0] == '\0' || strpbrk(host, " \t/@"))
		fail(reader, line,
			"\"relay\" must be \"host:port\", such as \"relay.example:8443\"");
	snprintf(out->relay, sizeof out->relay, host > text ? "[%s]:%ld" : "%s:%ld", host, number);
}

static void
read_fingerprint(struct reader *reader, const config_setting_t *root, struct settings *out)
{
	char text[SETTINGS_FINGERPRINT_BYTES * 3 + 1];
	read_text(reader, root, "certificate_sha256", true, text, sizeof text);
	if (reader->failed)
		return;

	int line = line_of(config_setting_get_member(root, "certificate_sha256"));
	size_t digits = 0;
	for (const char *c = text; *c; c++) {
		if (*c == ':')
			continue;
		if (!isxdigit((unsigned char)*c) || digits >= sizeof out->certificate_sha256 - 1) {
			digits = 0;
			break;
		}
		out->certificate_sha256[digits++] = (char)tolower((unsigned char)*c);
	}
	out->certificate_sha256[digits] = '\0';
	if (digits != SETTINGS_FINGERPRINT_BYTES * 2)
		fail(reader, line,
			"\"certificate_sha256\" must be the 64 hexadecimal digits that the "
			"relay prints when it starts");
}

static void
read_input(struct reader *reader, const config_setting_t *root, struct settings *out)
{
	static const char *const names[] = {
		"address", "audio", "teacher", "students", "slides", NULL};
	memset(out->input_ports, 0, sizeof out->input_ports);
	strcpy(out->input_address, "127.0.0.1");
	const config_setting_t *group = config_setting_get_member(root, "input");
	if (!group)
		return;
	if (!config_setting_is_group(group)) {
		fail(reader, line_of(group), "\"input\" must be a group: { audio = 5004; }");
		return;
	}
	refuse_unknown(reader, group, names);
	read_address(reader, group, out->input_address);
	for (int i = 0; i < KIND_COUNT; i++) {
		const char *name = kind_name((enum stream_kind)i);
		out->input_ports[i] = read_port(reader, group, name, false);
		for (int j = 0; j < i && out->input_ports[i]; j++) {
			if (out->input_ports[j] == out->input_ports[i])
				fail(reader, line_of(config_setting_get_member(group, name)),
					"\"%s\" and \"%s\" have the same port", name,
					kind_name((enum stream_kind)j));
		}
	}
}

static void
read_output(struct reader *reader, const config_setting_t *root, struct settings *out)
{
	static const char *const names[] = {"address", "port", "directory", NULL};
	const config_setting_t *group = config_setting_get_member(root, "output");
	if (!group || !config_setting_is_group(group)) {
		fail(reader, group ? line_of(group) : line_of(root),
			"the group \"output\" is missing: { port = 6000; directory = \".\"; }");
		return;
	}
	refuse_unknown(reader, group, names);
	read_address(reader, group, out->output_address);
	out->output_port = read_port(reader, group, "port", true);
	if (!reader->failed && (out->output_port % 2 || out->output_port < 1024))
		fail(reader, line_of(config_setting_get_member(group, "port")),
			"\"port\" must be even and at least 1024: RTP takes the even port of each "
			"pair");
	else if (!reader->failed && out->output_port + OUTPUT_PORTS - 1 > PORT_MAX)
		fail(reader, line_of(config_setting_get_member(group, "port")),
			"\"port\" must be at most %d: up to %d ports from it on are used",
			PORT_MAX + 1 - OUTPUT_PORTS, OUTPUT_PORTS);
	read_path(reader, group, "directory", false, out->output_directory);
	if (out->output_directory[0] == '\0')
		strcpy(out->output_directory, reader->directory);
}

static void
read_root(struct reader *reader, const config_setting_t *root, struct settings *out)
{
	static const char *const names[] = {"relay", "certificate_sha256", "token_file",
		"status_file", "input", "output", "live_command", "play_command", NULL};
	refuse_unknown(reader, root, names);
	read_relay(reader, root, out);
	read_fingerprint(reader, root, out);
	read_path(reader, root, "token_file", true, out->token_file);
	read_path(reader, root, "status_file", false, out->status_file);
	read_input(reader, root, out);
	read_output(reader, root, out);
	read_text(reader, root, "live_command", false, out->live_command, sizeof out->live_command);
	read_text(reader, root, "play_command", false, out->play_command, sizeof out->play_command);
}

// The whole file as text, or NULL. A FIFO or a device would hang the reader: only plain files.
static char *
load(struct reader *reader)
{
	int fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat stat;
	if (fd < 0 || fstat(fd, &stat) < 0) {
		fail(reader, 0, "cannot be opened: %s", strerror(errno));
		goto close_file;
	}
	if (!S_ISREG(stat.st_mode) || stat.st_size > SETTINGS_FILE_BYTES_MAX) {
		fail(reader, 0, "must be a plain file of at most %d bytes",
			SETTINGS_FILE_BYTES_MAX);
		goto close_file;
	}
	char *text = calloc(1, (size_t)stat.st_size + 1);
	if (text && read(fd, text, (size_t)stat.st_size) == stat.st_size) {
		close(fd);
		return text;
	}
	fail(reader, 0, "cannot be read");
	free(text);
close_file:
	if (fd >= 0)
		close(fd);
	return NULL;
}

int
settings_read(const char *path, struct settings *out, char *why, size_t why_bytes)
{
	struct reader reader = {.path = path, .why = why, .why_bytes = why_bytes};
	char copy[SETTINGS_PATH_BYTES];
	snprintf(copy, sizeof copy, "%s", path);
	snprintf(reader.directory, sizeof reader.directory, "%s", dirname(copy));

	char *text = load(&reader);
	if (!text)
		return -EINVAL;
	config_t config;
	config_init(&config);
	// libconfig's @include of a directory ends the program; nobody needs it in so short a file.
	if (strstr(text, "@include"))
		fail(&reader, 0, "@include is not allowed here");
	else if (strlen(text) == 0)
		fail(&reader, 0, "is empty");
	else if (config_read_string(&config, text) != CONFIG_TRUE)
		fail(&reader, config_error_line(&config), "%s", config_error_text(&config));
	else
		read_root(&reader, config_root_setting(&config), out);
	config_destroy(&config);
	free(text);
	return reader.failed ? -EINVAL : 0;
}

int
settings_read_token(const struct settings *settings, char token[SETTINGS_TOKEN_BYTES], char *why,
	size_t why_bytes)
{
	int fd = open(settings->token_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		snprintf(why, why_bytes,
			"%s: cannot be opened: %s. The operator makes a token with `relayctl "
			"token`; "
			"put it into this file",
			settings->token_file, strerror(errno));
		return -EINVAL;
	}
	ssize_t length = read(fd, token, SETTINGS_TOKEN_BYTES - 1);
	close(fd);
	token[length > 0 ? length : 0] = '\0';
	token[strcspn(token, " \t\r\n")] = '\0';
	bool good = token[0] != '\0';
	for (const char *c = token; *c; c++)
		good = good && isgraph((unsigned char)*c);
	if (!good) {
		OPENSSL_cleanse(token, SETTINGS_TOKEN_BYTES);
		snprintf(why, why_bytes, "%s:1: must hold the endpoint's token, one line",
			settings->token_file);
		return -EINVAL;
	}
	return 0;
}
