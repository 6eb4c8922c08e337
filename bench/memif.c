/* SPDX-License-Identifier: BSD-3-Clause */
// memif.c - one end of a shared-memory wire: the relay's worker, or a generator that measures what
// is at the other end. bench/memif.py starts both, and testpmd in the worker's place.
//
//   memif worker SOCKET BYTES PPS   serves until it is told to end; naps below so many packets a
//                                   second, never where it is 0
//   memif steady SOCKET BYTES RATE S   that rate for S seconds: "SENT DELIVERED P50 P99 P99.9"
//   memif generate SOCKET BYTES S   rate with at most 0.1 % loss by search, then the latency at
//                                   half of it and at 20 kpps, each trial S seconds long: one line
//                                   "rate P50 P99 P99.9 P50 P99 P99.9" (packets a second, us)
#include <math.h>
#include <signal.h>

#include <rte_cycles.h>
#include <rte_eth_ring.h>

#include "figures.h"
#include "worker_rig.h"

#define FLOWS 48
#define LOSS_ALLOWED 0.001
#define RATE_LEAST 5e3
#define RATE_MOST 12e6
#define SEARCH_STEPS 11
#define SLOW_RATE 20e3
#define TX_BURST 16
#define DRAIN_S 0.03
#define TAKEN_MOST 4000000 // latencies of one trial

static const struct cell cell_of_bench = {FLOWS, 0, 1, SRTP_AEAD_AES_128_GCM, false, MIX_GOOD};

struct trial {
	uint64_t sent;
	uint64_t delivered;
	uint32_t taken;
};

static uint64_t sent_at[FLOWS][65536];
static float *latency_us;
static uint16_t media_port_id;

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
	if (!pool || rte_eth_dev_get_port_by_name("net_memif0", &media_port_id) != 0 ||
		rte_eth_dev_configure(media_port_id, 1, 1, &settings) != 0 ||
		rte_eth_rx_queue_setup(media_port_id, 0, 1024, SOCKET_ID_ANY, NULL, pool) != 0 ||
		rte_eth_tx_queue_setup(media_port_id, 0, 1024, SOCKET_ID_ANY, NULL) != 0 ||
		rte_eth_dev_start(media_port_id) != 0)
		fail("the memif device does not start");
	port_id = media_port_id;
}

static void
on_term(int number)
{
	(void)number;
	worker_stop(worker);
}

static int
serve(const struct cell *cell, uint32_t pps)
{
	struct sigaction action = {.sa_handler = on_term};
	engine = sealer = srtp_engine_ipsec_mb();
	poll_above_pps = pps;
	start_cell(cell);
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

// What comes back is told by its RTP header, which travels in the clear.
static void
take(const struct cell *cell, struct trial *trial)
{
	struct rte_mbuf *mbufs[64];
	uint16_t count = rte_eth_rx_burst(media_port_id, 0, mbufs, 64);
	uint64_t now = count ? rte_rdtsc() : 0;
	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *rtp = rte_pktmbuf_mtod(mbufs[i], uint8_t *) + HEADERS_BYTES;
		bool is_media =
			rte_pktmbuf_data_len(mbufs[i]) == frame_bytes(cell) && rtp[0] >> 6 == 2;
		uint32_t f = is_media ? get_be32(rtp + 8) - 0x10000000u : FLOWS;
		rte_prefetch0(mbufs[i]);
		if (f < FLOWS) {
			uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);
			trial->delivered++;
			if (trial->taken < TAKEN_MOST)
				latency_us[trial->taken++] =
					(float)((double)(now - sent_at[f][seq]) * 1e6 /
						(double)rte_get_tsc_hz());
		}
	}
	if (count)
		rte_pktmbuf_free_bulk(mbufs, count);
}

static void
send_some(const struct cell *cell, unsigned count, uint32_t *next, struct trial *trial)
{
	struct rte_mbuf *mbufs[TX_BURST];
	if (rte_pktmbuf_alloc_bulk(pool, mbufs, count) != 0)
		fail("no buffers");
	for (unsigned i = 0; i < count; i++) {
		uint8_t *at = (uint8_t *)rte_pktmbuf_append(mbufs[i], frame_bytes(cell));
		uint16_t seq = flows[*next].seq;
		build_frame(cell, *next, at);
		sent_at[*next][seq] = rte_rdtsc();
		*next = (*next + 1) % FLOWS;
	}
	uint16_t taken = rte_eth_tx_burst(media_port_id, 0, mbufs, (uint16_t)count);
	if (taken < count) // the wire is full: lost, as on any other
		rte_pktmbuf_free_bulk(mbufs + taken, count - taken);
	trial->sent += count;
}

static struct trial
run_trial(const struct cell *cell, double rate, double seconds)
{
	static uint32_t next;
	struct trial trial = {0};
	double hz = (double)rte_get_tsc_hz();
	uint64_t start = rte_rdtsc(), now;
	while ((double)((now = rte_rdtsc()) - start) < seconds * hz) {
		uint64_t due = (uint64_t)((double)(now - start) / hz * rate);
		if (due > trial.sent)
			send_some(cell,
				due - trial.sent < TX_BURST ? (unsigned)(due - trial.sent)
							    : TX_BURST,
				&next, &trial);
		take(cell, &trial);
	}
	while ((double)(rte_rdtsc() - start) < (seconds + DRAIN_S) * hz)
		take(cell, &trial);
	return trial;
}

// Whether that rate gets through; where the generator itself cannot make it, it does not.
static bool
passes(const struct cell *cell, double rate, double seconds)
{
	struct trial trial = run_trial(cell, rate, seconds);
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
print_latency(const struct trial *trial)
{
	uint32_t n = trial->taken;
	if (n == 0) {
		printf(" 0 0 0");
		return;
	}
	qsort(latency_us, n, sizeof *latency_us, compare_floats);
	printf(" %.1f %.1f %.1f", (double)latency_us[n / 2], (double)latency_us[n * 99ULL / 100],
		(double)latency_us[n * 999ULL / 1000]);
}

static void
start_generator(const struct cell *cell)
{
	sealer = srtp_engine_ipsec_mb();
	flows = calloc(FLOWS, sizeof *flows);
	latency_us = calloc(TAKEN_MOST, sizeof *latency_us);
	if (!sealer || !flows || !latency_us)
		fail("no memory, or no processor with AVX2");
	for (uint32_t f = 0; f < FLOWS; f++) {
		struct srtp_keys keys = keys_of(cell, f);
		flows[f].ssrc = 0x10000000u + f;
		flows[f].outbound = sealer->context_create(&keys, flows[f].ssrc, SRTP_OUTBOUND, 0);
	}
	double start = now_ns();
	while (run_trial(cell, SLOW_RATE, 0.05).delivered == 0)
		if (now_ns() - start > 10e9)
			fail("nothing comes back from the other end");
}

static int
steady(const struct cell *cell, double rate, double seconds)
{
	start_generator(cell);
	struct trial trial = run_trial(cell, rate, seconds);
	printf("%llu %llu", (unsigned long long)trial.sent, (unsigned long long)trial.delivered);
	print_latency(&trial);
	putchar('\n');
	return EXIT_SUCCESS;
}

static int
generate(const struct cell *cell, double seconds)
{
	start_generator(cell);
	double good = RATE_LEAST, bad = RATE_MOST;
	for (int i = 0; i < SEARCH_STEPS; i++) {
		double rate = sqrt(good * bad);
		if (passes(cell, rate, seconds))
			good = rate;
		else
			bad = rate;
	}
	printf("%.0f", good);
	struct trial half = run_trial(cell, good / 2, seconds);
	print_latency(&half);
	struct trial slow = run_trial(cell, SLOW_RATE, seconds);
	print_latency(&slow);
	putchar('\n');
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct cell cell = cell_of_bench;
	bool is_worker = argc == 5 && strcmp(argv[1], "worker") == 0;
	bool is_steady = argc == 6 && strcmp(argv[1], "steady") == 0;
	if (!is_worker && !is_steady && (argc != 5 || strcmp(argv[1], "generate") != 0))
		fail("usage: memif worker SOCKET BYTES PPS, memif generate SOCKET BYTES SECONDS, "
		     "or memif steady SOCKET BYTES RATE SECONDS");
	cell.bytes = (uint32_t)atoi(argv[3]);
	if (cell.bytes < 64 || cell.bytes > 1400)
		fail("BYTES is 64 to 1400");
	start_memif(is_worker ? "client" : "server", argv[2], is_worker ? "0" : "1");
	if (is_worker)
		return serve(&cell, (uint32_t)atoi(argv[4]));
	return is_steady ? steady(&cell, atof(argv[4]), atof(argv[5]))
			 : generate(&cell, atof(argv[4]));
}
