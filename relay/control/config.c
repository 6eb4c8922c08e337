/* SPDX-License-Identifier: BSD-3-Clause */
// config.c - relay.conf: every setting checked where it stands.
#include "control/config.h"

#include <stddef.h>
#include <string.h>

#include "control/config_reader.h"
#include "control/config_text.h"
#include "ledger/ledger.h"
#include "platform/messages.h"

#define LEGS_MIN 2
#define POLL_ABOVE_PPS_MAX 100000000
#define MINUTE_DAYS_MAX 36500
#define PARTIAL_MINUTES_MAX 240
#define MILLISECONDS_MAX 10000

static int
eal_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	struct config_media *media = out;
	unsigned count = 0;
	int result = config_reader_list(reader, setting, field, &count);

	for (unsigned i = 0; i < count && result == 0; i++)
		result = config_reader_text(reader, config_reader_entry(setting, i),
			media->eal[media->eal_count++], sizeof(media->eal[0]));
	return result;
}

// The field's `least` is the family.
static int
address_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	enum ip_family family = (enum ip_family)field->least;
	char text[CONFIG_TEXT_BYTES_MAX];
	int result = config_reader_text(reader, setting, text, sizeof(text));

	if (result == 0 && config_network_parse(text, family, out) != 0)
		return config_reader_refuse(reader, setting,
			"'%s' is not a host's %s address with its prefix, like %s", text,
			family == IP_V4 ? "IPv4" : "IPv6",
			family == IP_V4 ? "10.1.2.3/24" : "fd00:1:2::3/64");
	return result;
}

static int
gateway_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	enum ip_family family = (enum ip_family)field->least;
	char text[CONFIG_TEXT_BYTES_MAX];
	int result = config_reader_text(reader, setting, text, sizeof(text));

	if (result == 0 && config_ip_parse(text, family, out) != 0)
		return config_reader_refuse(reader, setting, "'%s' is not an %s address", text,
			family == IP_V4 ? "IPv4" : "IPv6");
	return result;
}

static int
mac_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	char text[CONFIG_TEXT_BYTES_MAX];
	int result = config_reader_text(reader, setting, text, sizeof(text));

	(void)field;
	if (result == 0 && config_mac_parse(text, out) != 0)
		return config_reader_refuse(reader, setting,
			"'%s' is not a station's MAC address, like 02:00:0a:01:02:03", text);
	return result;
}

static int
engine_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const char *const names[] = {"auto", "ipsec-mb", "libsrtp2", NULL};
	unsigned at;
	int result = config_reader_name(reader, setting, names, &at);

	return result != 0 ? result : config_read_text(reader, setting, field, out);
}

static int
log_level_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const char *const names[] = {"error", "warning", "info", "debug", NULL};
	unsigned at = 0;
	int result = config_reader_name(reader, setting, names, &at);

	(void)field;
	*(enum log_level *)out = (enum log_level)at;
	return result;
}

static int
log_format_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const char *const names[] = {"text", "key_value", "json", NULL};
	unsigned at = 0;
	int result = config_reader_name(reader, setting, names, &at);

	(void)field;
	*(enum log_format *)out = (enum log_format)at;
	return result;
}

// What needs more than one setting to be judged.
static int
media_check(struct config_reader *reader, const struct config_setting_t *group,
	struct config_media *media)
{
	static const char *const gateway_names[] = {"gateway", "gateway6"};
	const struct config_network *v4 = &media->networks[IP_V4], *v6 = &media->networks[IP_V6];
	const struct ip_address *address = ip_is_set(&v4->address) ? &v4->address : &v6->address;

	if (!ip_is_set(address))
		return config_reader_refuse(
			reader, group, "setting 'address' (IPv4) or 'address6' (IPv6) is missing");
	if (config_reader_member(group, "mac") == NULL) {
		media->mac[0] = 0x02; // locally administered
		memcpy(media->mac + 2, &address->words_be[3], 4);
	}
	for (enum ip_family family = 0; family < IP_FAMILIES; family++) {
		const struct config_network *network = &media->networks[family];
		if (ip_is_set(&network->gateway) &&
			(!ip_is_set(&network->address) ||
				!config_gateway_fits(network, &network->gateway)))
			return config_reader_refuse(reader,
				config_reader_member(group, gateway_names[family]),
				"the gateway must be another host of the network that '%s' names",
				family == IP_V4 ? "address" : "address6");
	}
	return 0;
}

static int
media_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const struct config_field fields[] = {
		{"device", true, config_read_text, offsetof(struct config_media, device), 0,
			CONFIG_TEXT_BYTES_MAX},
		{"eal", false, eal_read, 0, 0, CONFIG_EAL_OPTIONS_MAX},
		{"address", false, address_read, offsetof(struct config_media, networks[IP_V4]),
			IP_V4, 0},
		{"gateway", false, gateway_read,
			offsetof(struct config_media, networks[IP_V4].gateway), IP_V4, 0},
		{"address6", false, address_read, offsetof(struct config_media, networks[IP_V6]),
			IP_V6, 0},
		{"gateway6", false, gateway_read,
			offsetof(struct config_media, networks[IP_V6].gateway), IP_V6, 0},
		{"mac", false, mac_read, offsetof(struct config_media, mac), 0, 0},
		{"vlan", false, config_read_number, offsetof(struct config_media, vlan), 0, 4094},
		{"port", false, config_read_number, offsetof(struct config_media, port), 1,
			UINT16_MAX},
		{"workers", false, config_read_number, offsetof(struct config_media, workers), 1,
			WORKERS_MAX},
		{"poll_above_pps", false, config_read_number,
			offsetof(struct config_media, poll_above_pps), 0, POLL_ABOVE_PPS_MAX},
		{"engine", false, engine_read, offsetof(struct config_media, engine), 0, 32},
	};
	int result = config_reader_group(reader, setting, fields, CONFIG_FIELD_COUNT(fields), out);

	(void)field;
	return result != 0 ? result : media_check(reader, setting, out);
}

static int
listen_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	struct config *config = out;
	unsigned count = 0;
	int result = config_reader_list(reader, setting, field, &count);

	for (unsigned i = 0; i < count && result == 0; i++) {
		const struct config_setting_t *entry = config_reader_entry(setting, i);
		char text[CONFIG_TEXT_BYTES_MAX];

		result = config_reader_text(reader, entry, text, sizeof(text));
		if (result == 0 &&
			config_listen_parse(text, &config->listen[config->listen_count++]) != 0)
			result = config_reader_refuse(reader, entry,
				"'%s' is not an address and port, like 0.0.0.0:8443 or [::]:8443",
				text);
	}
	return result;
}

static int
control_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const struct config_field fields[] = {
		{"listen", false, listen_read, 0, 0, CONFIG_LISTEN_MAX},
		{"socket", false, config_read_path, offsetof(struct config, socket_path), 0, 0},
		{"state_directory", false, config_read_path,
			offsetof(struct config, state_directory), 0, 0},
	};

	(void)field;
	return config_reader_group(reader, setting, fields, CONFIG_FIELD_COUNT(fields), out);
}

static int
limits_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const struct config_field fields[] = {
		{"legs", false, config_read_number, offsetof(struct config, legs_max), LEGS_MIN,
			CONFIG_LEGS_MAX},
	};

	(void)field;
	return config_reader_group(reader, setting, fields, CONFIG_FIELD_COUNT(fields), out);
}

static int
ledger_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const struct config_field fields[] = {
		{"minute_days", false, config_read_number,
			offsetof(struct config_ledger, minute_days), 0, MINUTE_DAYS_MAX},
		{"live_seconds", false, config_read_number,
			offsetof(struct config_ledger, live_seconds), 1, 60},
		{"delivered_percent", false, config_read_number,
			offsetof(struct config_ledger, delivered_percent), 1, 100},
		{"partial_minutes", false, config_read_number,
			offsetof(struct config_ledger, partial_minutes), 1, PARTIAL_MINUTES_MAX},
	};

	(void)field;
	return config_reader_group(reader, setting, fields, CONFIG_FIELD_COUNT(fields), out);
}

static int
quality_check(struct config_reader *reader, const struct config_setting_t *group,
	const struct config_quality *quality)
{
	const struct {
		const char *name;
		uint32_t amber, red;
	} pairs[] = {
		{"loss_red_percent", quality->loss_amber_percent, quality->loss_red_percent},
		{"jitter_red_ms", quality->jitter_amber_ms, quality->jitter_red_ms},
		{"round_trip_red_ms", quality->round_trip_amber_ms, quality->round_trip_red_ms},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const struct config_setting_t *member = config_reader_member(group, pairs[i].name);
		if (pairs[i].red <= pairs[i].amber)
			return config_reader_refuse(reader, member ? member : group,
				"%s is %u and must be above its amber, which is %u", pairs[i].name,
				pairs[i].red, pairs[i].amber);
	}
	return 0;
}

static int
quality_read(struct config_reader *reader, const struct config_setting_t *setting,
	const struct config_field *field, void *out)
{
	static const struct config_field fields[] = {
		{"loss_amber_percent", false, config_read_number,
			offsetof(struct config_quality, loss_amber_percent), 0, 99},
		{"loss_red_percent", false, config_read_number,
			offsetof(struct config_quality, loss_red_percent), 1, 100},
		{"jitter_amber_ms", false, config_read_number,
			offsetof(struct config_quality, jitter_amber_ms), 1, MILLISECONDS_MAX},
		{"jitter_red_ms", false, config_read_number,
			offsetof(struct config_quality, jitter_red_ms), 1, MILLISECONDS_MAX},
		{"round_trip_amber_ms", false, config_read_number,
			offsetof(struct config_quality, round_trip_amber_ms), 1, MILLISECONDS_MAX},
		{"round_trip_red_ms", false, config_read_number,
			offsetof(struct config_quality, round_trip_red_ms), 1, MILLISECONDS_MAX},
		{"silent_s", false, config_read_number, offsetof(struct config_quality, silent_s),
			1, 60},
	};
	int result = config_reader_group(reader, setting, fields, CONFIG_FIELD_COUNT(fields), out);

	(void)field;
	return result != 0 ? result : quality_check(reader, setting, out);
}

int
config_load(const char *path, struct config *out, struct file_error *error)
{
	static const struct config_field fields[] = {
		{"media", true, media_read, offsetof(struct config, media), 0, 0},
		{"control", false, control_read, 0, 0, 0},
		{"timetable", true, config_read_path, offsetof(struct config, timetable_path), 0,
			0},
		{"ledger", false, ledger_read, offsetof(struct config, ledger), 0, 0},
		{"quality", false, quality_read, offsetof(struct config, quality), 0, 0},
		{"limits", false, limits_read, 0, 0, 0},
		{"log_level", false, log_level_read, offsetof(struct config, log_level), 0, 0},
		{"log_format", false, log_format_read, offsetof(struct config, log_format), 0, 0},
	};
	int result;

	*out = (struct config){
		.media = {.port = 5000, .workers = 1, .poll_above_pps = 50000, .engine = "auto"},
		.ledger = {.minute_days = LEDGER_MINUTE_DAYS,
			.live_seconds = 50,
			.delivered_percent = 80,
			.partial_minutes = 1},
		.quality = {.loss_amber_percent = 1,
			.loss_red_percent = 5,
			.jitter_amber_ms = 30,
			.jitter_red_ms = 50,
			.round_trip_amber_ms = 150,
			.round_trip_red_ms = 300,
			.silent_s = 3},
		.state_directory = "/var/lib/relay",
		.legs_max = 256,
		.log_level = LOG_LEVEL_INFO,
	};
	result = config_reader_parse(path, fields, CONFIG_FIELD_COUNT(fields), out, error);
	return result != 0 ? result
			   : timetable_load_marked(
				     out->timetable_path, &out->timetable, &out->marks, error);
}

void
config_fini(struct config *config)
{
	timetable_release(config->timetable);
	config->timetable = NULL;
}
