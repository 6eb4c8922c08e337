/* SPDX-License-Identifier: BSD-3-Clause */
// test_engine_ipsec_mb.c - the engine on libipsec-mb does what every engine must, and what libsrtp2
// does with a million packets.
#define TESTED_ENGINE srtp_engine_ipsec_mb
#include "../support/srtp_engine_tests.h"

#define PACKETS 1000000
#define BURST_MAX 40 // longer than the engine hashes at once
#define LOST_MAX 32000
#define KEPT 64 // sealed packets that can be sent again, late or out of order

struct side {
	const struct srtp_engine *engine;
	struct srtp_context *inbound;
	struct srtp_context *outbound;
};

static struct packet kept[KEPT];
static uint64_t random_state;

// splitmix64: a seed gives the same packets on every machine.
static uint32_t
chance(uint32_t below)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) % below);
}

static struct side
side_create(const struct srtp_engine *of)
{
	struct side side = {
		.engine = of,
		.inbound = of->context_create(&keys, SSRC, SRTP_INBOUND, 0),
		.outbound = of->context_create(&keys, SSRC, SRTP_OUTBOUND, 0),
	};
	ck_assert(side.inbound && side.outbound);
	return side;
}

static void
side_destroy(struct side *side)
{
	side->engine->context_destroy(side->inbound);
	side->engine->context_destroy(side->outbound);
}

// A packet with a random header: contributors, an extension, a marker, any payload.
static struct packet
random_rtp(uint16_t seq)
{
	uint32_t contributors = chance(4) ? 0 : chance(16);
	uint32_t words = chance(4) ? 0 : chance(8);
	uint32_t header_bytes = 12 + 4 * contributors + (words ? 4 + 4 * words : 0);
	struct packet p = plain_rtp(seq, header_bytes + chance(chance(8) ? 100 : 1200));
	p.bytes[0] = (uint8_t)(0x80 | contributors | (words ? 0x10 : 0));
	p.bytes[1] = (uint8_t)chance(256);
	if (words) {
		oracle_write_be(p.bytes + 12 + 4 * contributors, 0xbede, 2);
		oracle_write_be(p.bytes + 14 + 4 * contributors, words, 2);
	}
	return p;
}

// Both seal the packet to the same bytes.
static struct packet
seal_on_both(struct side sides[2], const struct packet *plain)
{
	struct packet sealed[2] = {*plain, *plain};
	for (int i = 0; i < 2; i++) {
		struct srtp_job job = job_of(sides[i].outbound, &sealed[i]);
		sides[i].engine->protect_rtp(&job, 1);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		sealed[i].length = job.bytes;
	}
	ck_assert_uint_eq(sealed[0].length, sealed[1].length);
	ck_assert_mem_eq(sealed[0].bytes, sealed[1].bytes, sealed[0].length);
	return sealed[0];
}

// What reaches the receivers next: the newest, an older one again, or a damaged one.
static struct packet
next_arrival(struct side sides[2], uint16_t *seq)
{
	static uint32_t newest;
	static uint32_t missing; // since the newest that arrived
	if (chance(10) < 7) {
		// Now and then a stretch gets lost, so that the wrap is met from afar too; never so
		// long that libsrtp2 loses the stream for good.
		uint32_t step = chance(500) ? 1 : 1 + chance(20000);
		if (missing + step > LOST_MAX)
			step = 1;
		missing += step;
		*seq = (uint16_t)(*seq + step);
		struct packet plain = random_rtp(*seq);
		newest = (newest + 1) % KEPT;
		kept[newest] = seal_on_both(sides, &plain);
		if (chance(10)) { // else it comes late, or never
			missing = 0;
			return kept[newest];
		}
	}
	struct packet p = kept[chance(KEPT)];
	if (chance(2) && p.length > 0)
		p.bytes[chance(p.length)] ^= (uint8_t)(1 + chance(255));
	return p;
}

static void
compare_burst(struct side sides[2], struct packet *packets, uint32_t count)
{
	static struct packet copies[2][BURST_MAX];
	struct srtp_job jobs[2][BURST_MAX];
	bool opens = chance(2);
	for (int s = 0; s < 2; s++) {
		for (uint32_t i = 0; i < count; i++) {
			copies[s][i] = packets[i];
			jobs[s][i] = job_of(sides[s].inbound, &copies[s][i]);
		}
		(opens ? sides[s].engine->unprotect_rtp : sides[s].engine->verify_rtp)(
			jobs[s], count);
	}
	for (uint32_t i = 0; i < count; i++) {
		ck_assert_int_eq(jobs[0][i].verdict, jobs[1][i].verdict);
		ck_assert_uint_eq(jobs[0][i].bytes, jobs[1][i].bytes);
		if (jobs[0][i].verdict != SRTP_OK)
			continue;
		ck_assert_uint_eq(jobs[0][i].index, jobs[1][i].index);
		ck_assert_mem_eq(copies[0][i].bytes, copies[1][i].bytes, jobs[0][i].bytes);
	}
	ck_assert_uint_eq(sides[0].engine->context_roc(sides[0].inbound),
		sides[1].engine->context_roc(sides[1].inbound));
}

START_TEST(a_million_packets_are_judged_as_by_libsrtp2)
{
	static struct packet burst[BURST_MAX];
	start(profiles[_i], 0);
	struct side sides[2] = {
		side_create(srtp_engine_ipsec_mb()), side_create(srtp_engine_libsrtp2())};
	uint16_t seq = (uint16_t)(1000 + _i);
	random_state = 20261122u + (uint32_t)_i;
	for (uint32_t done = 0; done < PACKETS;) {
		uint32_t count = 1 + chance(chance(2) ? 4 : BURST_MAX);
		for (uint32_t i = 0; i < count; i++)
			burst[i] = next_arrival(sides, &seq);
		compare_burst(sides, burst, count);
		done += count;
	}
	ck_assert_uint_gt(sides[0].engine->context_roc(sides[0].inbound), 10);
	side_destroy(&sides[0]);
	side_destroy(&sides[1]);
	stop();
}
END_TEST

// The sender went on during an outage of more than 2^15 packets: libsrtp2 rejects it for good.
START_TEST(a_stream_is_found_again_after_a_long_outage)
{
	start(profiles[_i], 0);
	expect_index(60000);
	uint64_t index = 0;
	unsigned refused = 0;
	for (uint64_t sent = 3 * 65536 + 100;; sent++) {
		struct packet p = sealed_rtp(sent);
		if (verify(&p, &index) == SRTP_OK) {
			ck_assert_uint_eq(index, sent);
			break;
		}
		ck_assert_uint_lt(++refused, 40);
	}
	ck_assert_uint_eq(engine->context_roc(inbound), 3);
	expect_index(3 * 65536 + 200);
	stop();
}
END_TEST

START_TEST(forgeries_do_not_move_a_lost_counter)
{
	start(profiles[_i], 0);
	expect_index(60000);
	uint64_t index;
	for (uint64_t i = 0; i < 1000; i++) {
		struct packet p = sealed_rtp(60001 + i);
		p.bytes[40] ^= 1;
		ck_assert_int_eq(verify(&p, &index), SRTP_AUTH_FAIL);
	}
	ck_assert_uint_eq(engine->context_roc(inbound), 0);
	expect_index(60001);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("engine_ipsec_mb");
	add_engine_tests(suite);
	TCase *beyond = tcase_create("beside libsrtp2");
	tcase_set_timeout(beyond, 240);
	tcase_add_loop_test(beyond, a_million_packets_are_judged_as_by_libsrtp2, 0, PROFILE_COUNT);
	tcase_add_loop_test(beyond, a_stream_is_found_again_after_a_long_outage, 0, PROFILE_COUNT);
	tcase_add_loop_test(beyond, forgeries_do_not_move_a_lost_counter, 0, PROFILE_COUNT);
	suite_add_tcase(suite, beyond);
	return run_suite(suite);
}
