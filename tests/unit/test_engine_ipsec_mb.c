/* SPDX-License-Identifier: BSD-3-Clause */
// test_engine_ipsec_mb.c - the engine on libipsec-mb does what every engine must, and what libsrtp2
// does with a million packets.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <dlfcn.h>

#include <openssl/sha.h>

#include "srtp/ipsec_mb.h"
#define TESTED_ENGINE srtp_engine_ipsec_mb
#include "../support/srtp_engine_tests.h"

#define PACKETS 1000000
#define PACKETS_ELSEWHERE 30000 // as on other processors
#define BURST_MAX 40            // longer than the engine hashes at once
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

static void
compare_packets(int profile, uint32_t packet_count)
{
	static struct packet burst[BURST_MAX];
	struct side sides[2] = {
		side_create(srtp_engine_ipsec_mb()), side_create(srtp_engine_libsrtp2())};
	uint16_t seq = (uint16_t)(1000 + profile);
	random_state = 20261122u + (uint32_t)profile;
	for (uint32_t done = 0; done < packet_count;) {
		uint32_t count = 1 + chance(chance(2) ? 4 : BURST_MAX);
		for (uint32_t i = 0; i < count; i++)
			burst[i] = next_arrival(sides, &seq);
		compare_burst(sides, burst, count);
		done += count;
	}
	ck_assert_uint_gt(sides[0].engine->context_roc(sides[0].inbound), packet_count / 100000);
	side_destroy(&sides[0]);
	side_destroy(&sides[1]);
}

START_TEST(a_million_packets_are_judged_as_by_libsrtp2)
{
	start(profiles[_i], 0);
	compare_packets(_i, PACKETS);
	stop();
}
END_TEST

// The engine hashes by what the processor has: as if it had less.
START_TEST(processors_without_sha_ni_or_avx_512_judge_alike)
{
	static const uint64_t lacks[] = {IMB_FEATURE_SHANI, IMB_FEATURE_AVX512BW};
	start(profiles[_i / 2], 0);
	ipsec_mb_shared->features &= ~lacks[_i % 2];
	compare_packets(_i / 2, PACKETS_ELSEWHERE);
	ck_assert(_i % 2 == 1 || !hmac_burst_begin()->narrow);
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

// A search goes no further than this, and an attacker buys no more of it.
#define COUNTERS 4
#define EVERY_FAILURES 32

START_TEST(a_stream_lost_for_longer_stays_lost)
{
	start(profiles[_i], 0);
	expect_index(100);
	for (uint64_t i = 0; i < 100; i++)
		expect_verdict((COUNTERS + 1) * 65536 + 200 + i, SRTP_AUTH_FAIL);
	ck_assert_uint_eq(engine->context_roc(inbound), 0);
	stop();
}
END_TEST

static uint64_t tags_made;
static struct hmac_burst *counted;
static aes_gcm_enc_dec_t real_open_128, real_open_256;
static submit_hash_burst_t real_hash_narrow, real_hash_wide;

static void
count_open_128(const struct gcm_key_data *key, struct gcm_context_data *run, uint8_t *out,
	const uint8_t *in, uint64_t length, const uint8_t *iv, const uint8_t *aad,
	uint64_t aad_bytes, uint8_t *tag, uint64_t tag_bytes)
{
	tags_made++;
	real_open_128(key, run, out, in, length, iv, aad, aad_bytes, tag, tag_bytes);
}

static void
count_open_256(const struct gcm_key_data *key, struct gcm_context_data *run, uint8_t *out,
	const uint8_t *in, uint64_t length, const uint8_t *iv, const uint8_t *aad,
	uint64_t aad_bytes, uint8_t *tag, uint64_t tag_bytes)
{
	tags_made++;
	real_open_256(key, run, out, in, length, iv, aad, aad_bytes, tag, tag_bytes);
}

static uint32_t
count_hashes(IMB_MGR *manager, IMB_JOB *jobs, const uint32_t count, const IMB_HASH_ALG algorithm)
{
	tags_made += count;
	return (manager == counted->wide ? real_hash_wide : real_hash_narrow)(
		manager, jobs, count, algorithm);
}

// Stands before OpenSSL's own; a digest of HMAC calls it twice.
int
SHA1_Final(unsigned char *digest, SHA_CTX *state)
{
	static int (*real)(unsigned char *, SHA_CTX *);
	static unsigned calls;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "SHA1_Final");
	tags_made += ++calls % 2;
	return real(digest, state);
}

static void
count_tags(void)
{
	struct hmac_burst *burst = counted = hmac_burst_begin();
	real_open_128 = ipsec_mb_shared->gcm128_dec;
	real_open_256 = ipsec_mb_shared->gcm256_dec;
	ipsec_mb_shared->gcm128_dec = count_open_128;
	ipsec_mb_shared->gcm256_dec = count_open_256;
	real_hash_wide = burst->wide->submit_hash_burst_nocheck;
	burst->wide->submit_hash_burst_nocheck = count_hashes;
	if (burst->narrow) {
		real_hash_narrow = burst->narrow->submit_hash_burst_nocheck;
		burst->narrow->submit_hash_burst_nocheck = count_hashes;
	}
	tags_made = 0;
}

static void
verify_burst(struct packet *packets, enum srtp_verdict verdict)
{
	struct srtp_job jobs[BURST_MAX];
	for (uint32_t i = 0; i < BURST_MAX; i++)
		jobs[i] = job_of(inbound, &packets[i]);
	engine->verify_rtp(jobs, BURST_MAX);
	for (uint32_t i = 0; i < BURST_MAX; i++)
		ck_assert_int_eq(jobs[i].verdict, verdict);
}

// Each packet of a flood of forgeries costs one tag, and each 32nd some more; a good one costs one.
START_TEST(a_flood_of_forgeries_buys_no_more_work_than_the_limit)
{
	enum { BURSTS = 80, FORGED = BURSTS * BURST_MAX };
	static struct packet packets[BURST_MAX];
	start(profiles[_i], 0);
	expect_index(1000);
	for (uint32_t i = 0; i < BURST_MAX; i++)
		packets[i] = sealed_rtp(1001 + i);
	count_tags();
	verify_burst(packets, SRTP_OK);
	ck_assert_uint_eq(tags_made, BURST_MAX);
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		packets[i] = sealed_rtp(2001 + i);
		packets[i].bytes[60] ^= 1;
	}
	tags_made = 0;
	for (int burst = 0; burst < BURSTS; burst++)
		verify_burst(packets, SRTP_AUTH_FAIL);
	ck_assert_uint_eq(tags_made, FORGED + FORGED / EVERY_FAILURES * COUNTERS);
	expect_index(1001 + BURST_MAX);
	stop();
}
END_TEST

// What has had no good packet yet has no counter to lose.
START_TEST(a_stream_that_has_not_begun_is_not_searched_for)
{
	start(profiles[_i], 0);
	static struct packet packets[BURST_MAX];
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		packets[i] = sealed_rtp(65536 + i);
		packets[i].bytes[2] ^= 1;
	}
	count_tags();
	verify_burst(packets, SRTP_AUTH_FAIL);
	ck_assert_uint_eq(tags_made, BURST_MAX);
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
	tcase_add_loop_test(
		beyond, processors_without_sha_ni_or_avx_512_judge_alike, 0, 2 * PROFILE_COUNT);
	tcase_add_loop_test(beyond, a_stream_is_found_again_after_a_long_outage, 0, PROFILE_COUNT);
	tcase_add_loop_test(beyond, forgeries_do_not_move_a_lost_counter, 0, PROFILE_COUNT);
	tcase_add_loop_test(beyond, a_stream_lost_for_longer_stays_lost, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		beyond, a_flood_of_forgeries_buys_no_more_work_than_the_limit, 0, PROFILE_COUNT);
	tcase_add_loop_test(
		beyond, a_stream_that_has_not_begun_is_not_searched_for, 0, PROFILE_COUNT);
	suite_add_tcase(suite, beyond);
	return run_suite(suite);
}
