/* SPDX-License-Identifier: BSD-3-Clause */
// test_flow_memory.c - the memory that is told for a flow is what flows take.
#include <check.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "rig.h"

#define LEGS_MAX 2048
#define LEG_STREAMS (LEG_FLOWS_USUAL + 1)
#define NONE_LEGS 4
#define PROMISED_BYTES 1536

#ifdef __SANITIZE_ADDRESS__
#define HEAP_COUNTS false // AddressSanitizer's does not; what is told is judged all the same
#else
#define HEAP_COUNTS true
#endif

#define PROFILES 2
static const enum srtp_profile profiles[PROFILES] = {
	SRTP_AEAD_AES_128_GCM, SRTP_AES_CM_128_HMAC_SHA1_80};

static struct srtp_context *contexts[LEGS_MAX * (1 + LEG_STREAMS)];
static unsigned context_count;
static struct stats *board;
static struct worker *worker;
static enum srtp_profile profile;

// The C library's heap, and DPDK's.
static size_t
heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();
	struct rte_malloc_socket_stats stats = {0};
	ck_assert_int_eq(rte_malloc_get_socket_stats(0, &stats), 0);
	return info.uordblks + info.hblkhd + stats.heap_allocsz_bytes;
}

static struct srtp_context *
add_context(const struct srtp_engine *engine, enum srtp_direction direction, uint32_t ssrc)
{
	const struct srtp_keys keys = {.profile = profile};
	struct srtp_context *context = engine->context_create(&keys, ssrc, direction, 0);
	ck_assert_ptr_nonnull(context);
	contexts[context_count++] = context;
	return context;
}

static void
tell(struct message *message)
{
	worker_handle(worker, message, (struct mono_time){0});
	ck_assert_int_eq(message->result, 0);
}

// A classroom's leg, with a report stream behind its others.
static void
add_leg(const struct srtp_engine *engine, uint32_t leg)
{
	struct message message = {.type = MESSAGE_LEG_ADD,
		.leg = {.leg = leg,
			.relay_context = add_context(engine, SRTP_OUTBOUND_RTCP, leg + 1),
			.endpoint_user = "ep",
			.relay_password = "a",
			.endpoint_password = "b"}};
	leg_user(message.leg.relay_user, 0, leg, leg);
	tell(&message);
	for (uint32_t i = 0; i < LEG_STREAMS; i++) {
		uint32_t slot = leg * LEG_STREAMS + i, ssrc = 0x10000 + slot;
		message = (struct message){.type = MESSAGE_STREAM_ADD,
			.stream = {.stream = slot,
				.leg = leg,
				.kind = i == LEG_FLOWS_USUAL ? STREAM_REPORT : STREAM_TEACHER,
				.ssrc = ssrc,
				.clock_rate_hz = 90000,
				.context = add_context(engine,
					i == LEG_FLOWS_USUAL ? SRTP_INBOUND_RTCP : SRTP_INBOUND,
					ssrc)}};
		tell(&message);
	}
}

static void
add_outflows(uint32_t leg)
{
	for (uint32_t i = 0; i < LEG_FLOWS_USUAL; i++) {
		struct message message = {.type = MESSAGE_OUTFLOW_ADD,
			.outflow = {.outflow = leg * LEG_FLOWS_USUAL + i,
				.stream = leg * LEG_STREAMS + i,
				.leg = leg ^ 1}};
		tell(&message);
	}
}

// Bytes a flow of so many legs, a power of two as rte_hash rounds up to, as the heaps count them.
static size_t
measure(const struct srtp_engine *engine, uint32_t legs)
{
	struct stats_limits limits = {.leg_count = legs,
		.stream_count = legs * LEG_STREAMS,
		.outflow_count = legs * LEG_FLOWS_USUAL};
	// What a worker takes without any flow; rte_hash makes no smaller table.
	struct stats_limits none = {.leg_count = NONE_LEGS, .stream_count = 1, .outflow_count = 1};
	struct worker_settings settings = {.engine = engine};
	size_t bytes[2];
	for (unsigned is_full = 0; is_full < 2; is_full++) {
		context_count = 0;
		size_t before = heap_bytes();
		settings.stats = board = stats_create(is_full ? &limits : &none);
		worker = worker_create(&settings);
		ck_assert(board && worker);
		for (uint32_t leg = 0; is_full && leg < legs; leg++)
			add_leg(engine, leg);
		for (uint32_t leg = 0; is_full && leg < legs; leg++)
			add_outflows(leg);
		bytes[is_full] = heap_bytes() - before;
		worker_destroy(worker);
		stats_destroy(board);
		for (unsigned i = 0; i < context_count; i++)
			engine->context_destroy(contexts[i]);
	}
	return (bytes[1] - bytes[0]) / (legs - NONE_LEGS) / (2 * LEG_FLOWS_USUAL);
}

static void
assert_told_is_taken(const struct srtp_engine *engine, uint32_t legs)
{
	struct flow_memory memory;
	worker_flow_memory(engine, profile, &memory);
	size_t taken = measure(engine, legs);
	printf("%s, %s: %u bytes a flow told, %zu taken\n", engine->name,
		srtp_profile_name(profile), memory.flow, taken);
	if (!HEAP_COUNTS)
		return;
	ck_assert_uint_gt(memory.flow + memory.flow / 20, taken);
	ck_assert_uint_gt(taken + taken / 20, memory.flow);
}

START_TEST(libsrtp2_flows_take_what_is_told)
{
	profile = profiles[_i];
	assert_told_is_taken(srtp_engine_libsrtp2(), 64);
}
END_TEST

START_TEST(ipsec_mb_flows_take_what_is_told_and_less_than_promised)
{
	const struct srtp_engine *engine = srtp_engine_ipsec_mb();
	struct flow_memory memory;
	if (!engine)
		return; // the processor has none
	profile = profiles[_i];
	assert_told_is_taken(engine, LEGS_MAX);
	worker_flow_memory(engine, profile, &memory);
	ck_assert_uint_lt(memory.flow, PROMISED_BYTES);
}
END_TEST

static void
setup(void)
{
	struct rig rig; // starts EAL
	rig_start(&rig, 0, VLAN_NONE);
	rig_stop(&rig);
}

int
main(void)
{
	Suite *suite = suite_create("flow memory");
	TCase *tests = tcase_create("flow memory");
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, libsrtp2_flows_take_what_is_told, 0, PROFILES);
	tcase_add_loop_test(
		tests, ipsec_mb_flows_take_what_is_told_and_less_than_promised, 0, PROFILES);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK); // EAL lives in this process
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
