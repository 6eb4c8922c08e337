/* SPDX-License-Identifier: BSD-3-Clause */
// memif.c - one end of a shared-memory wire: the relay's worker, or a generator that measures what
// is at the other end. bench/memif.py starts both, and testpmd in the worker's place.
//
//   memif worker SOCKET BYTES PPS   serves until it is told to end; naps below so many packets a
//                                   second, never where it is 0
//   memif echo SOCKET BYTES NAP_US  gives back what comes as it is, and naps so long where nothing
//                                   does (0: never): what wire and naps cost without a relay;
//                                   SOCKET "-": no wire, the naps alone
//   memif steady SOCKET BYTES RATE S   that rate for S seconds: "SENT DELIVERED P50 P99 P99.9"
//   memif generate SOCKET BYTES S HALF   rate with at most 0.1 % loss by search, then the latency
//                                   at the rate HALF (0: half of what was found) and at 20 kpps,
//                                   each trial S seconds long: one line
//                                   "rate P50 P99 P99.9 P50 P99 P99.9" (packets a second, us)
#include <math.h>
#include <signal.h>
#include <sys/prctl.h>

#include <rte_eth_ring.h>

#include "figures.h"
#include "traffic.h"

#define FLOWS 48
#define LOSS_ALLOWED 0.001
#define RATE_LEAST 5e3
#define RATE_MOST 12e6
#define SEARCH_STEPS 11
#define SLOW_RATE 20e3
#define LATENCIES_MOST 4000000 // of one trial

static struct cell cell = {
	.flows = FLOWS, .receivers = 1, .profile = SRTP_AEAD_AES_128_GCM, .mix = MIX_GOOD};
static uint64_t sent_at[FLOWS][65536];
static float *latency_us;
static uint32_t latency_count;
static struct traffic traffic;

static void
start_memif(const char *role, const char *socket_path, const char *cpu)
{
	char vdev[256], lcores[32], prefix[64];
	snprintf(vdev, sizeof vdev,
		"net_memif0,role=%s,socket=%s,socket-abstract=no,rsize=10,bsize=2048", role,
		socket_path);
	snprintf(lcores, sizeof lcores, "0@%s", cpu);
	snprintf(prefix, sizeof prefix, "bench-%s", role);
	char *arguments[] = {(char *)"memif", (char *)"--no-huge", (char *)"--no-shconf",
		(char *)"--no-pci", (char *)"--no-telemetry", (char *)"-m", (char *)"256",
		(char *)"--lcores", lcores, (char *)"--file-prefix", prefix, (char *)"--vdev", vdev,
		(char *)"--log-level=error", NULL};
	struct rte_eth_conf settings = {0};
	if (rte_eal_init(14, arguments) < 0)
		fail("DPDK does not start");
	pool = rte_pktmbuf_pool_create(
		"bench", POOL_BUFFERS, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!pool || rte_eth_dev_get_port_by_name("net_memif0", &port_id) != 0 ||
		rte_eth_dev_configure(port_id, 1, 1, &settings) != 0 ||
		rte_eth_rx_queue_setup(port_id, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
		rte_eth_tx_queue_setup(port_id, 0, 1024, SOCKET_ID_ANY, NULL) != 0 ||
		rte_eth_dev_start(port_id) != 0)
		fail("the memif device does not start");
}

static volatile sig_atomic_t is_over;

static void
on_term(int number)
{
	(void)number;
	is_over = 1;
	if (worker)
		worker_stop(worker);
}

static int
serve(uint32_t pps)
{
	struct sigaction action = {.sa_handler = on_term};
	engine = sealer = srtp_engine_ipsec_mb();
	poll_above_pps = pps;
	start_cell(&cell);
	sigaction(SIGTERM, &action, NULL);
	puts("ready");
	fflush(stdout);
	worker_run(worker);
	struct worker_stats stats;
	stats_read_worker(board, 0, &stats);
	fprintf(stderr, "worker: %llu in, %llu forwarded\n", (unsigned long long)stats.frames_in,
		(unsigned long long)stats.forwarded);
	return EXIT_SUCCESS;
}

static int
echo(long nap_us, bool has_wire)
{
	struct sigaction action = {.sa_handler = on_term};
	const struct timespec length = {.tv_nsec = nap_us * NS_IN_US};
	struct rte_mbuf *mbufs[RX_BURST];
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_TIMERSLACK, NS_IN_US, 0, 0, 0); // as the worker does
	while (!is_over) {
		uint16_t count = has_wire ? rte_eth_rx_burst(port_id, 0, mbufs, RX_BURST) : 0;
		uint16_t sent = count ? rte_eth_tx_burst(port_id, 0, mbufs, count) : 0;
		if (sent < count)
			rte_pktmbuf_free_bulk(mbufs + sent, count - sent);
		if (count == 0 && nap_us > 0)
			nanosleep(&length, NULL);
	}
	return EXIT_SUCCESS;
}

// What comes back is told by its RTP header, which travels in the clear.
static bool
is_ours(const uint8_t *frame, uint16_t bytes, uint64_t tsc)
{
	const uint8_t *rtp = frame + HEADERS_BYTES;
	if (bytes != frame_bytes(&cell) || rtp[0] >> 6 != 2)
		return false;
	uint32_t f = get_be32(rtp + 8) - 0x10000000u;
	if (f >= FLOWS)
		return false;
	uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);
	if (latency_count < LATENCIES_MOST)
		latency_us[latency_count++] =
			(float)((double)(tsc - sent_at[f][seq]) * 1e6 / (double)rte_get_tsc_hz());
	return true;
}

static uint16_t
write_frame(uint32_t f, uint8_t *at)
{
	uint16_t seq = flows[f].seq;
	build_frame(&cell, f, at);
	sent_at[f][seq] = rte_rdtsc();
	return frame_bytes(&cell);
}

static struct trial
run_trial(double rate, double seconds)
{
	latency_count = 0;
	return traffic_run(&traffic, rate, seconds);
}

// Whether that rate gets through; where the generator itself cannot make it, it does not.
static bool
passes(double rate, double seconds)
{
	struct trial trial = run_trial(rate, seconds);
	return (double)trial.delivered >= (double)trial.sent * (1 - LOSS_ALLOWED) &&
	       (double)trial.sent >= rate * seconds * 0.99;
}

static int
compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

static void
print_latency(void)
{
	uint32_t n = latency_count;
	if (n == 0) {
		printf(" 0 0 0");
		return;
	}
	qsort(latency_us, n, sizeof *latency_us, compare_floats);
	printf(" %.1f %.1f %.1f", (double)latency_us[n / 2], (double)latency_us[n * 99ULL / 100],
		(double)latency_us[n * 999ULL / 1000]);
}

static void
start_generator(void)
{
	sealer = srtp_engine_ipsec_mb();
	flows = calloc(FLOWS, sizeof *flows);
	latency_us = calloc(LATENCIES_MOST, sizeof *latency_us);
	if (!sealer || !flows || !latency_us)
		fail("no memory, or no processor with AVX2");
	for (uint32_t f = 0; f < FLOWS; f++) {
		struct srtp_keys keys = keys_of(&cell, f);
		flows[f].ssrc = 0x10000000u + f;
		flows[f].outbound = sealer->context_create(&keys, flows[f].ssrc, SRTP_OUTBOUND, 0);
	}
	traffic = (struct traffic){.port_id = port_id,
		.pool = pool,
		.flow_count = FLOWS,
		.write = write_frame,
		.is_ours = is_ours};
	double start = now_ns();
	while (run_trial(SLOW_RATE, 0.05).delivered == 0)
		if (now_ns() - start > 10e9)
			fail("nothing comes back from the other end");
}

static int
steady(double rate, double seconds)
{
	start_generator();
	struct trial trial = run_trial(rate, seconds);
	printf("%llu %llu", (unsigned long long)trial.sent, (unsigned long long)trial.delivered);
	print_latency();
	putchar('\n');
	return EXIT_SUCCESS;
}

static int
generate(double seconds, double half)
{
	start_generator();
	double good = RATE_LEAST, bad = RATE_MOST;
	for (int i = 0; i < SEARCH_STEPS; i++) {
		double rate = sqrt(good * bad);
		if (passes(rate, seconds))
			good = rate;
		else
			bad = rate;
	}
	printf("%.0f", good);
	run_trial(half > 0 ? half : good / 2, seconds);
	print_latency();
	run_trial(SLOW_RATE, seconds);
	print_latency();
	putchar('\n');
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	bool is_worker = argc == 5 && strcmp(argv[1], "worker") == 0;
	bool is_echo = argc == 5 && strcmp(argv[1], "echo") == 0;
	bool is_steady = argc == 6 && strcmp(argv[1], "steady") == 0;
	bool is_generate = argc == 6 && strcmp(argv[1], "generate") == 0;
	bool is_server = is_worker || is_echo;
	if (!is_server && !is_steady && !is_generate)
		fail("usage: memif worker SOCKET BYTES PPS, memif echo SOCKET BYTES NAP_US, "
		     "memif generate SOCKET BYTES SECONDS HALF, or memif steady SOCKET BYTES RATE "
		     "SECONDS");
	cell.bytes = (uint32_t)atoi(argv[3]);
	if (cell.bytes < 64 || cell.bytes > 1400)
		fail("BYTES is 64 to 1400");
	if (is_echo && strcmp(argv[2], "-") == 0)
		return echo(atol(argv[4]), false);
	start_memif(is_server ? "client" : "server", argv[2], is_server ? "0" : "1");
	if (is_worker)
		return serve((uint32_t)atoi(argv[4]));
	if (is_echo)
		return echo(atol(argv[4]), true);
	return is_steady ? steady(atof(argv[4]), atof(argv[5]))
			 : generate(atof(argv[4]), atof(argv[5]));
}
