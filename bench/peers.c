/* SPDX-License-Identifier: BSD-3-Clause */
// peers.c - the relay's worker on a device of the shared wire, or the generator at the wire's other
// end. bench/peers.py builds the wire and starts both, and other programs in the worker's place.
//
//   peers worker DEVICE PAIRS BYTES   serves until it is told to end, and never naps. The worker,
//                                     the device's set-up and the engine are the relay's own; what
//                                     the control port would have told them is told from here
//   peers generate INTERFACE PAIRS BYTES   does what standard input says, a line each:
//     plan FILE    takes up the flows of the file, a line for each: "PORT CHANNEL PROFILE KEY".
//                  Where it is sent, the TURN channel before it (0: none), and the hexadecimal
//                  master key and salt, or "-": those that the worker has; PROFILE "-" is plain RTP
//     trial RATE S FORGED   sends that many packets a second for S seconds, with a wrong tag where
//                  FORGED is 1, and prints "SENT DELIVERED"
//
// In a pair, A sends one stream to B, and B one to A.
#define LEG_FLOWS 1

#include <signal.h>

#include "figures.h"
#include "platform/eal.h"
#include "platform/log.h"
#include "platform/port.h"
#include "traffic.h"

#define PAIRS_MOST 2000
#define SILENCE_S 0.02
#define SETTLE_S 5
#define PATH_BYTES 256
#define CHANNEL_BYTES 4
#define ERROR_BYTES 512
#define FIRST_SSRC 0x10000000u

struct route {
	uint16_t port;
	uint16_t channel; // 0: none
	bool is_sealed;
};

static struct cell cell = {.receivers = 1, .profile = SRTP_AEAD_AES_128_GCM};
static const struct mac generator_mac = {{0x02, 0, 198, 18, 1, 2}};
static struct traffic traffic;
static struct route *routes;
static bool is_forging;
static uint32_t trial_number; // the RTP time stamp of its packets

static void
start_dpdk(const char *device, const struct mac *mac, const char *cpu)
{
	char lcores[16], prefix[32], error[ERROR_BYTES];
	snprintf(lcores, sizeof lcores, "--lcores=0@%s", cpu);
	snprintf(prefix, sizeof prefix, "--file-prefix=bench-peers-%s", cpu);
	const char *options[] = {"--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m",
		"512", "--log-level=error", lcores, prefix};
	static struct port port;
	struct port_settings settings = {.device = device, .mac = mac->bytes, .workers = 1};

	log_start("bench", LOG_LEVEL_WARNING);
	if (eal_start(device, options, sizeof options / sizeof *options, error, sizeof error) !=
			0 ||
		port_start(&port, &settings, error, sizeof error) != 0)
		fail(error);
	port_id = port.id;
	pool = port.pool;
	ip_bytes_max = port.mtu;
	sends_chains = port.sends_chains;
}

static void
on_term(int number)
{
	(void)number;
	worker_stop(worker);
}

static int
serve(void)
{
	struct sigaction action = {.sa_handler = on_term};
	engine = sealer = srtp_engine_ipsec_mb();
	if (!engine)
		fail("no processor with AVX2");
	start_cell(&cell);
	sigaction(SIGTERM, &action, NULL);
	puts("ready");
	fflush(stdout);
	worker_run(worker);
	return EXIT_SUCCESS;
}

static void
read_key(const char *text, struct srtp_keys *keys)
{
	uint8_t bytes[sizeof keys->key + sizeof keys->salt] = {0};
	size_t key_bytes = srtp_profile_key_bytes(keys->profile);
	size_t salt_bytes = srtp_profile_salt_bytes(keys->profile);
	for (size_t i = 0; i < key_bytes + salt_bytes; i++)
		if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
			fail("a key of the plan is too short");
	memcpy(keys->key, bytes, key_bytes);
	memcpy(keys->salt, bytes + key_bytes, salt_bytes);
}

static void
read_flow(FILE *plan, uint32_t f)
{
	char profile[32], key[2 * (sizeof(struct srtp_keys)) + 1];
	struct srtp_keys keys = keys_of(&cell, f);
	if (fscanf(plan, "%hu %hu %31s %100s", &routes[f].port, &routes[f].channel, profile, key) !=
		4)
		fail("the plan has too few flows");
	routes[f].is_sealed = strcmp(profile, "-") != 0;
	if (!routes[f].is_sealed)
		return;
	keys.profile = srtp_profile_find(profile);
	if (srtp_profile_tag_bytes(keys.profile) != srtp_profile_tag_bytes(cell.profile))
		fail("the plan names a profile with another tag");
	if (strcmp(key, "-") != 0)
		read_key(key, &keys);
	flows[f].outbound = sealer->context_create(&keys, flows[f].ssrc, SRTP_OUTBOUND, 0);
	if (!flows[f].outbound)
		fail("no SRTP context");
}

// Every flow begins anew, with the first packet of its key.
static void
read_plan(const char *path)
{
	FILE *plan = fopen(path, "r");
	if (!plan)
		fail("no plan");
	for (uint32_t f = 0; f < cell.flows; f++) {
		sealer->context_destroy(flows[f].outbound);
		flows[f] = (struct flow){.ssrc = FIRST_SSRC + f};
		read_flow(plan, f);
	}
	fclose(plan);
}

static uint16_t
write_frame(uint32_t f, uint8_t *at)
{
	const struct route *route = &routes[f];
	uint16_t bytes = (uint16_t)(cell.bytes +
				    (route->is_sealed ? srtp_profile_tag_bytes(cell.profile) : 0));
	uint16_t channel_bytes = route->channel ? CHANNEL_BYTES : 0;
	uint8_t *payload = at + HEADERS_BYTES, *rtp = payload + channel_bytes;
	be16_t port = htons(route->port), channel[2] = {htons(route->channel), htons(bytes)};

	write_headers(at, f, (uint16_t)(bytes + channel_bytes));
	memcpy(payload - UDP_HEADER_BYTES + 2, &port, sizeof port);
	// As from a device that has verified it: sockets would do so by hand. The relay goes on
	// from any.
	if (route->port != MEDIA_PORT)
		memset(payload - 2, 0, 2);
	memcpy(payload, channel, channel_bytes);
	flows[f].timestamp = trial_number;
	write_rtp(&cell, &flows[f], rtp);
	if (route->is_sealed) {
		struct srtp_job job = {.context = flows[f].outbound,
			.packet = rtp,
			.bytes = cell.bytes,
			.capacity = bytes};
		sealer->protect_rtp(&job, 1);
		if (job.verdict != SRTP_OK)
			fail("a packet cannot be sealed");
	}
	rtp[bytes - 1] ^= is_forging;
	return (uint16_t)(HEADERS_BYTES + channel_bytes + bytes);
}

// What came through is told by its RTP header, which travels in the clear.
static bool
is_ours(const uint8_t *frame, uint16_t bytes, uint64_t tsc)
{
	(void)tsc;
	const uint8_t *rtp = frame + HEADERS_BYTES;
	if (bytes < HEADERS_BYTES + cell.bytes)
		return false;
	if (rtp[0] >> 6 == 1) // RFC 8656, section 12.4
		rtp += CHANNEL_BYTES;
	return rtp[0] == 0x80 && get_be32(rtp + 4) == trial_number &&
	       get_be32(rtp + 8) - FIRST_SSRC < cell.flows;
}

// Until what is still under way has come or is lost: it belongs to no other trial.
static void
settle(void)
{
	struct trial late = {0};
	double start = now_ns(), heard = start;
	uint64_t count = 0;
	while (now_ns() - heard < SILENCE_S * 1e9 && now_ns() - start < SETTLE_S * 1e9) {
		traffic_take(&traffic, &late);
		if (late.delivered != count)
			heard = now_ns();
		count = late.delivered;
	}
	trial_number++;
}

static int
generate(void)
{
	char line[PATH_BYTES + 16], path[PATH_BYTES];
	double rate, seconds;
	int forged;
	sealer = srtp_engine_ipsec_mb();
	flows = calloc(cell.flows, sizeof *flows);
	routes = calloc(cell.flows, sizeof *routes);
	if (!sealer || !flows || !routes)
		fail("no memory, or no processor with AVX2");
	traffic = (struct traffic){.port_id = port_id,
		.pool = pool,
		.flow_count = cell.flows,
		.write = write_frame,
		.is_ours = is_ours};
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "plan %255s", path) == 1) {
			read_plan(path);
		} else if (sscanf(line, "trial %lf %lf %d", &rate, &seconds, &forged) == 3) {
			is_forging = forged != 0;
			struct trial trial = traffic_run(&traffic, rate, seconds);
			settle();
			printf("%llu %llu\n", (unsigned long long)trial.sent,
				(unsigned long long)trial.delivered);
			fflush(stdout);
		} else {
			fail("neither a plan nor a trial");
		}
	}
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	bool is_worker = argc == 5 && strcmp(argv[1], "worker") == 0;
	if (!is_worker && (argc != 5 || strcmp(argv[1], "generate") != 0))
		fail("usage: peers worker DEVICE PAIRS BYTES, or peers generate INTERFACE PAIRS "
		     "BYTES");
	int pairs = atoi(argv[3]);
	cell.bytes = (uint32_t)atoi(argv[4]);
	if (pairs < 1 || pairs > PAIRS_MOST || cell.bytes < 64 || cell.bytes > 1400)
		fail("PAIRS is 1 to 2000, and BYTES 64 to 1400");
	cell.flows = 2 * (uint32_t)pairs;
	legs_are_paired = true;
	if (is_worker) {
		start_dpdk(argv[2], &relay_mac, "0");
		return serve();
	}
	char device[128];
	snprintf(device, sizeof device,
		"net_af_packet0,iface=%s,qdisc_bypass=1,framesz=2048,framecnt=4096", argv[2]);
	start_dpdk(device, &generator_mac, "1");
	return generate();
}
