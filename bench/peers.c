/* SPDX-License-Identifier: BSD-3-Clause */
// peers.c - the relay's worker on a device of the shared wire, or the generator at the wire's other
// end. bench/peers.py builds the wire and starts both, and other programs in the worker's place.
//
//   peers worker DEVICE PAIRS BYTES   serves until it is told to end, and never naps. The worker,
//                                     the device's set-up and the engine are the relay's own; what
//                                     the control port would have told them is told from here
//   peers generate INTERFACE PAIRS BYTES S PLAN   trials of S seconds; PLAN has a line for each
//                                     flow, "PORT CHANNEL PROFILE KEY": where it is sent, the TURN
//                                     channel before it (0: none), and the hexadecimal master key
//                                     and salt, or "-": those that the worker has; PROFILE "-" is
//                                     plain RTP. Prints "checked N", so many of 1000 forged packets
//                                     came through; "rate N" by search; then sends at that rate
//                                     for S seconds and prints "steady SENT DELIVERED"
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
#define RATE_LEAST 2e3
#define RATE_MOST 1.5e6
#define SEARCH_STEPS 10
#define SEARCH_TRIES 2
#define SLOW_RATE 20e3
#define FORGED_S 0.05 // of 1000 packets
#define PATIENCE_S 15
#define CHANNEL_BYTES 4
#define ERROR_BYTES 512
#define FIRST_SSRC 0x10000000u

struct route {
	uint16_t port;
	uint16_t channel; // 0: none
	bool is_sealed;
};

static struct cell cell = {.receivers = 1, .profile = SRTP_AEAD_AES_128_GCM};
// Not the one that the router sends to: the generator's kernel leaves what comes back alone.
static const struct mac generator_mac = {{0x02, 0, 198, 18, 1, 99}};
static struct traffic traffic;
static struct route *routes;
static bool is_forging;

static void
start_dpdk(const char *device, const struct mac *mac, const char *cpu)
{
	char lcores[16], prefix[32], error[ERROR_BYTES];
	snprintf(lcores, sizeof lcores, "--lcores=0@%s", cpu);
	snprintf(prefix, sizeof prefix, "--file-prefix=bench-peers-%s", cpu);
	const char *options[] = {"--no-huge", "--no-shconf", "--no-pci", "--no-telemetry", "-m",
		"512", "--log-level=error", lcores, prefix};
	static struct port port;

	log_start("bench", LOG_LEVEL_WARNING);
	if (eal_start(device, options, sizeof options / sizeof *options, error, sizeof error) !=
			0 ||
		port_start(&port, device, mac->bytes, false, error, sizeof error) != 0)
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
	if (fscanf(plan, "%hu %hi %31s %100s", &routes[f].port, &routes[f].channel, profile, key) !=
		4)
		fail("the plan has too few flows");
	flows[f].ssrc = FIRST_SSRC + f;
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

static void
read_plan(const char *path)
{
	FILE *plan = fopen(path, "r");
	sealer = srtp_engine_ipsec_mb();
	flows = calloc(cell.flows, sizeof *flows);
	routes = calloc(cell.flows, sizeof *routes);
	if (!plan || !sealer || !flows || !routes)
		fail("no plan, no memory, or no processor with AVX2");
	for (uint32_t f = 0; f < cell.flows; f++)
		read_flow(plan, f);
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
	if (bytes < HEADERS_BYTES + CHANNEL_BYTES + cell.bytes)
		return false;
	if (rtp[0] >> 6 == 1) // RFC 8656, section 12.4
		rtp += CHANNEL_BYTES;
	return rtp[0] == 0x80 && get_be32(rtp + 8) - FIRST_SSRC < cell.flows;
}

// Some of every flow's packets arrive.
static void
wait_path(void)
{
	double start = now_ns();
	for (;;) {
		struct trial trial = traffic_run(&traffic, SLOW_RATE, 0.1);
		if ((double)trial.delivered >= (double)trial.sent * (1 - LOSS_ALLOWED))
			return;
		if (now_ns() - start < PATIENCE_S * 1e9)
			continue;
		fprintf(stderr, "bench/peers: %llu of %llu packets come back at 20 kpps\n",
			(unsigned long long)trial.delivered, (unsigned long long)trial.sent);
		exit(EXIT_FAILURE);
	}
}

static int
generate(double seconds)
{
	traffic = (struct traffic){.port_id = port_id,
		.pool = pool,
		.flow_count = cell.flows,
		.write = write_frame,
		.is_ours = is_ours};
	setvbuf(stdout, NULL, _IOLBF, 0);
	wait_path();
	is_forging = true;
	struct trial forged = traffic_run(&traffic, SLOW_RATE, FORGED_S);
	is_forging = false;
	printf("checked %llu\n", (unsigned long long)forged.delivered);
	wait_path();
	double rate = traffic_search(
		&traffic, RATE_LEAST, RATE_MOST, SEARCH_STEPS, SEARCH_TRIES, seconds);
	printf("rate %.0f\n", rate);
	struct trial steady = traffic_run(&traffic, rate, seconds);
	printf("steady %llu %llu\n", (unsigned long long)steady.sent,
		(unsigned long long)steady.delivered);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	bool is_worker = argc == 5 && strcmp(argv[1], "worker") == 0;
	if (!is_worker && (argc != 7 || strcmp(argv[1], "generate") != 0))
		fail("usage: peers worker DEVICE PAIRS BYTES, or peers generate INTERFACE PAIRS "
		     "BYTES SECONDS PLAN");
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
	read_plan(argv[6]);
	start_dpdk(device, &generator_mac, "1");
	return generate(atof(argv[5]));
}
