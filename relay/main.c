/* SPDX-License-Identifier: BSD-3-Clause */
// main.c - the relay's command line, and one ordered table of parts: started downwards, stopped
// upwards.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "control/config.h"
#include "control/control.h"
#include "datapath/crew.h"
#include "ledger/ledger_verify.h"
#include "platform/eal.h"
#include "platform/log.h"
#include "platform/mailbox.h"
#include "platform/port.h"
#include "platform/stats.h"
#include "platform/telemetry.h"
#include "srtp/engine.h"
#include "timetable/civil.h"

#define VERSION "0.1"
#define EXIT_BAD_INPUT 2
#define ERROR_BYTES 512
// A lead's streams go to every assisted school of its lesson.
#define OUTFLOWS_PER_STREAM 8

struct relay {
	const char *config_path;
	struct config *config; // control's from the last part on
	const struct srtp_engine *engine;
	struct port port;
	struct stats *stats;
	struct crew *crew;
	struct control *control;
	char error[ERROR_BYTES]; // says why a part did not start
};

static int
start_engine(struct relay *relay)
{
	char why[ERROR_BYTES / 2];
	relay->engine = srtp_engine_choose(relay->config->media.engine, why, sizeof why);
	if (relay->engine)
		return 0;
	snprintf(relay->error, sizeof relay->error,
		"%s: put engine = \"auto\" under media into relay.conf", why);
	return -EIO;
}

static int
start_eal(struct relay *relay)
{
	const struct config_media *media = &relay->config->media;
	const char *options[CONFIG_EAL_OPTIONS_MAX];
	for (size_t i = 0; i < media->eal_count; i++)
		options[i] = media->eal[i];

	return eal_start(
		media->device, options, media->eal_count, relay->error, sizeof relay->error);
}

static void
stop_eal(struct relay *relay)
{
	(void)relay;
	eal_stop();
}

static int
start_port(struct relay *relay)
{
	const struct config_media *media = &relay->config->media;
	struct port_settings settings = {
		.device = media->device,
		.mac = media->mac,
		.has_ipv6 = ip_is_set(&media->networks[IP_V6].address),
		.workers = (uint16_t)media->workers,
	};
	return port_start(&relay->port, &settings, relay->error, sizeof relay->error);
}

static void
stop_port(struct relay *relay)
{
	port_stop(&relay->port);
}

static int
start_board(struct relay *relay)
{
	uint32_t workers = relay->config->media.workers;
	// Each worker has an equal share, and no leg is lost to the rounding.
	uint32_t legs = (relay->config->legs_max + workers - 1) / workers * workers;
	struct stats_limits limits = {
		.worker_count = workers,
		.leg_count = legs,
		.stream_count = legs * LEG_STREAMS_MAX,
		.outflow_count = legs * LEG_STREAMS_MAX * OUTFLOWS_PER_STREAM,
	};

	relay->stats = stats_create(&limits);
	if (relay->stats)
		return 0;
	snprintf(relay->error, sizeof relay->error,
		"no memory for %u legs: lower limits.legs, or give DPDK more (\"-m\" in media.eal)",
		legs);
	return -ENOMEM;
}

static void
stop_board(struct relay *relay)
{
	stats_destroy(relay->stats);
}

static int
start_workers(struct relay *relay)
{
	const struct config_media *media = &relay->config->media;
	struct worker_settings settings = {
		.port_id = relay->port.id,
		.queue_count = relay->port.queue_count,
		.pool = relay->port.pool,
		.ip_bytes_max = relay->port.mtu,
		.sends_chains = relay->port.sends_chains,
		.vlan_id = media->vlan ? media->vlan : VLAN_NONE,
		.media_port = media->port,
		.poll_above_pps = media->poll_above_pps,
		.engine = relay->engine,
		.stats = relay->stats,
	};
	memcpy(&settings.mac, media->mac, sizeof settings.mac);
	for (enum ip_family family = 0; family < IP_FAMILIES; family++) {
		const struct config_network *from = &media->networks[family];
		settings.networks[family] =
			(struct worker_network){from->address, from->prefix_bits, from->gateway};
	}

	relay->crew = crew_start(&settings, relay->error, sizeof relay->error);
	return relay->crew ? 0 : -ENOMEM;
}

static void
stop_workers(struct relay *relay)
{
	crew_stop(relay->crew);
}

// A convenience: the relay goes without it.
static int
start_telemetry(struct relay *relay)
{
	struct telemetry telemetry = {
		.version = VERSION,
		.engine = relay->engine->name,
		.device = relay->config->media.device,
		.board = relay->stats,
	};
	int result = telemetry_start(&telemetry);
	if (result != 0)
		log_warning("the telemetry socket does not tell of the relay: %s; lessons are "
			    "not touched",
			strerror(-result));
	return 0;
}

static void
stop_telemetry(struct relay *relay)
{
	(void)relay;
	telemetry_stop();
}

static int
send_to_worker(void *crew, uint32_t worker, struct message *message)
{
	return mailbox_send(crew_mailbox(crew, worker), message);
}

static struct message *
take_from_worker(void *crew, uint32_t worker)
{
	return mailbox_take_ack(crew_mailbox(crew, worker));
}

static int
start_control(struct relay *relay)
{
	const struct config_media *media = &relay->config->media;
	char addresses[IP_FAMILIES][IP_TEXT_BYTES] = {"", ""};
	char mac[18];

	for (enum ip_family family = 0; family < IP_FAMILIES; family++) {
		if (ip_is_set(&media->networks[family].address))
			ip_to_text(&media->networks[family].address, addresses[family]);
	}
	snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", media->mac[0], media->mac[1],
		media->mac[2], media->mac[3], media->mac[4], media->mac[5]);
	struct control_edges edges = {
		.engine = relay->engine,
		.link = {relay->crew, send_to_worker, take_from_worker, relay->stats},
		.config_path = relay->config_path,
		.version = VERSION,
		.device = media->device,
		.media_addresses = {addresses[IP_V4], addresses[IP_V6]},
		.media_port = media->port,
		.media_mac = mac,
		.port_look = port_look,
		.port = &relay->port,
	};
	// What `classroom`s speak among each other.
	worker_flow_memory(relay->engine, SRTP_AEAD_AES_128_GCM, &edges.flow_memory);
	log_info("media on %s%s%s port %u by %s (%s), engine %s, %u worker%s with %u "
		 "queue%s",
		addresses[IP_V4], *addresses[IP_V4] && *addresses[IP_V6] ? " and " : "",
		addresses[IP_V6], media->port, media->device, relay->port.driver,
		relay->engine->name, media->workers, media->workers == 1 ? "" : "s",
		relay->port.queue_count, relay->port.queue_count == 1 ? "" : "s");
	relay->control = control_create(relay->config, &edges, relay->error, sizeof relay->error);
	relay->config = NULL;
	return relay->control ? 0 : -EIO;
}

static void
stop_control(struct relay *relay)
{
	control_destroy(relay->control);
}

static const struct part {
	const char *name;
	int (*start)(struct relay *relay);
	void (*stop)(struct relay *relay); // NULL: nothing to undo
} parts[] = {
	{"SRTP engine", start_engine, NULL},
	{"DPDK", start_eal, stop_eal},
	{"media port", start_port, stop_port},
	{"board", start_board, stop_board},
	{"workers", start_workers, stop_workers},
	{"telemetry", start_telemetry, stop_telemetry},
	{"control port", start_control, stop_control},
};

#define PART_COUNT (sizeof parts / sizeof parts[0])

static void
stop_parts(struct relay *relay, size_t started)
{
	while (started-- > 0) {
		if (parts[started].stop)
			parts[started].stop(relay);
	}
}

static int
run(struct relay *relay)
{
	for (size_t i = 0; i < PART_COUNT; i++) {
		if (parts[i].start(relay) == 0)
			continue;
		log_error("%s: %s", parts[i].name, relay->error);
		stop_parts(relay, i);
		return EXIT_FAILURE;
	}
	int result = control_run(relay->control);
	stop_parts(relay, PART_COUNT);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// Reads the whole configuration. Returns NULL where it is broken, after saying where and why.
static struct config *
read_config(const char *path)
{
	struct file_error error;
	struct config *config = calloc(1, sizeof *config);
	if (!config)
		return NULL;
	if (config_load(path, config, &error) == 0)
		return config;
	fprintf(stderr, "relay: %s:%u: %s\n", error.file, error.line, error.reason);
	free(config);
	return NULL;
}

static void
print_help(void)
{
	puts("usage: relay --config FILE [--check-config]\n"
	     "       relay --verify-ledger FILE\n"
	     "\n"
	     "Forwards the lessons of a county's classrooms by their shared timetable.\n"
	     "\n"
	     "  --config FILE    the configuration (see conf/relay.conf)\n"
	     "  --check-config   read it and the timetable it names, say what is wrong, and end:\n"
	     "                   exit status 0 if all is well, 2 if not\n"
	     "  --verify-ledger FILE   look for rows of a ledger.db, or of a backup, that "
	     "somebody\n"
	     "                   has altered, and end: exit status 0 if there are none, 2 if "
	     "there\n"
	     "                   are; a ledger.head beside it tells where it must end\n"
	     "  --version        print the version\n"
	     "  --help           print this\n"
	     "\n"
	     "SIGHUP, or `relayctl reload`, reads the timetable again; SIGTERM ends the relay.");
}

// Returns -1 where the relay is to run, else the exit status.
static int
parse_arguments(
	int argc, char **argv, const char **path_out, bool *check_out, const char **ledger_out)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{"verify-ledger", required_argument, NULL, 'l'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*path_out = optarg;
			break;
		case 'k':
			*check_out = true;
			break;
		case 'l':
			*ledger_out = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_SUCCESS;
		case 'v':
			puts("relay " VERSION);
			return EXIT_SUCCESS;
		default:
			return EXIT_BAD_INPUT;
		}
	}
	if (optind == argc && *ledger_out && !*path_out)
		return -1;
	if (optind < argc || !*path_out) {
		fprintf(stderr,
			"relay: it needs --config FILE and no other argument; see --help\n");
		return EXIT_BAD_INPUT;
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct relay relay = {0};
	bool only_check = false;

	const char *ledger = NULL;
	int status = parse_arguments(argc, argv, &relay.config_path, &only_check, &ledger);
	if (status >= 0)
		return status;
	if (ledger)
		return ledger_verify_print(ledger) ? EXIT_SUCCESS : EXIT_BAD_INPUT;
	if (!(relay.config = read_config(relay.config_path)))
		return EXIT_BAD_INPUT;
	if (only_check) {
		config_fini(relay.config);
		free(relay.config);
		return EXIT_SUCCESS;
	}
	// Keys do not belong into a core file, and the state's files are nobody else's.
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	umask(0077);
	log_format_set(relay.config->log_format);
	log_start("relay", relay.config->log_level);
	civil_zone_set(relay.config->timetable->policies.zone);
	status = run(&relay);
	if (relay.config) {
		config_fini(relay.config);
		free(relay.config);
	}
	return status;
}
