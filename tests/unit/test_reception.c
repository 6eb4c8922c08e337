/* SPDX-License-Identifier: BSD-3-Clause */
// test_reception.c - reception statistics against RFC 3550's algorithms A.1, A.3 and A.8, written
// anew here.
#include "media/reception.h"

#include <check.h>

#include "../support/bytes.h"

#define PACKETS_MAX 4000
#define STREAMS 60
#define TEN_YEARS_NS (INT64_C(3653) * 86400 * NS_IN_S)

// What the appendices keep: 16-bit sequence numbers and 32-bit ticks, all modular.
struct reference {
	uint32_t base_seq, cycles, received, expected_prior, received_prior, transit, jitter;
	uint16_t max_seq;
	bool started;
	int64_t last_frame, frame_before; // time stamps whose first packet counted, -1: none
};

struct arrival {
	uint64_t index;
	uint32_t timestamp;
	bool marker;
	int64_t ns;
};

static void
reference_update(struct reference *s, uint16_t seq, uint32_t timestamp, uint32_t arrival_ticks)
{
	uint32_t transit = arrival_ticks - timestamp;

	if (!s->started) {
		s->started = true;
		s->base_seq = seq;
		s->max_seq = seq;
		s->transit = transit;
		s->last_frame = timestamp;
		s->frame_before = -1;
	} else {
		uint16_t step = (uint16_t)(seq - s->max_seq);
		int32_t d = (int32_t)(transit - s->transit);

		// A.1: a step below MAX_DROPOUT is onward, perhaps over a wrap.
		if (step < 3000) {
			if (seq < s->max_seq)
				s->cycles += 65536;
			s->max_seq = seq;
		}
		// A.8, the integer form, of first packets of frames.
		if (timestamp != s->last_frame && timestamp != s->frame_before) {
			s->transit = transit;
			if (d < 0)
				d = -d;
			s->jitter += (uint32_t)d - ((s->jitter + 8) >> 4);
			s->frame_before = s->last_frame;
			s->last_frame = timestamp;
		}
	}
	s->received++;
}

static uint32_t
reference_expected(const struct reference *s)
{
	return s->cycles + s->max_seq - s->base_seq + 1;
}

static uint8_t
reference_fraction(struct reference *s)
{
	uint32_t expected = reference_expected(s);
	uint32_t expected_interval = expected - s->expected_prior;
	uint32_t received_interval = s->received - s->received_prior;
	int32_t lost_interval = (int32_t)(expected_interval - received_interval);

	s->expected_prior = expected;
	s->received_prior = s->received;
	if (expected_interval == 0 || lost_interval <= 0)
		return 0;
	return (uint8_t)(((uint32_t)lost_interval << 8) / expected_interval);
}

static uint32_t
ticks_at(int64_t ns, uint32_t rate_hz)
{
	return (uint32_t)((__int128)ns * rate_hz / NS_IN_S);
}

static int
by_arrival(const void *a, const void *b)
{
	int64_t first = ((const struct arrival *)a)->ns, second = ((const struct arrival *)b)->ns;

	return first < second ? -1 : first > second;
}

// Frames of 1 to 6 packets with one time stamp every 20 ms, each delayed by up to 30 ms (so that
// they overtake each other), some lost. The sequence number and the time stamp wrap within the
// stream.
static size_t
make_stream(uint64_t *state, uint32_t rate_hz, struct arrival *out)
{
	uint64_t index = (UINT64_C(3) << 16) - 1 - random_next(state) % 1000;
	uint32_t timestamp = (uint32_t)0 - random_next(state) % (rate_hz * 4);
	int64_t sent_ns = TEN_YEARS_NS + random_next(state);
	size_t count = 0;

	while (count + 6 <= PACKETS_MAX) {
		unsigned packets = 1 + random_next(state) % 6;

		for (unsigned i = 0; i < packets; i++, index++) {
			if (random_next(state) % 20 == 0 && count > 0)
				continue;
			out[count++] = (struct arrival){
				.index = index,
				.timestamp = timestamp,
				.marker = i + 1 == packets,
				.ns = sent_ns + random_next(state) % (30 * NS_IN_MS),
			};
		}
		sent_ns += 20 * NS_IN_MS;
		timestamp += rate_hz / 50;
	}
	// The first packet arrives first: A.1 knows nothing of what came before its base.
	out[0].ns = TEN_YEARS_NS;
	qsort(out, count, sizeof(*out), by_arrival);
	return count;
}

static struct mono_time
at_ms(int64_t ms)
{
	return (struct mono_time){ms * NS_IN_MS};
}

START_TEST(random_streams_agree_with_rfc3550)
{
	static const uint32_t rates_hz[] = {8000, 16000, 44100, 48000, 90000, 1};
	static struct arrival arrivals[PACKETS_MAX];
	uint64_t state = 1, reordered = 0, lost = 0;

	for (int n = 0; n < STREAMS; n++) {
		uint32_t rate_hz = rates_hz[n % 6];
		size_t count = make_stream(&state, rate_hz, arrivals);
		struct reference s = {0};
		struct reception r;

		reception_init(&r, rate_hz);
		for (size_t i = 0; i < count; i++) {
			const struct arrival *a = &arrivals[i];
			struct mono_time now = {a->ns};
			struct rtcp_report_block block;

			reference_update(
				&s, (uint16_t)a->index, a->timestamp, ticks_at(a->ns, rate_hz));
			reception_update(&r, a->index, a->timestamp, a->marker, 100, now);
			ck_assert_uint_eq(r.jitter_q4, s.jitter);
			ck_assert_uint_eq(reception_expected(&r), reference_expected(&s));
			ck_assert_uint_eq(reception_lost(&r), reference_expected(&s) - s.received);
			if (random_next(&state) % 50 != 0)
				continue;
			ck_assert(reception_report_block(&r, 7, now, &block));
			ck_assert_uint_eq(block.fraction_lost, reference_fraction(&s));
			ck_assert_uint_eq(block.jitter, s.jitter >> 4);
			ck_assert_uint_eq(block.highest_seq & 0xffff, s.max_seq);
			ck_assert_int_eq(block.cumulative_lost,
				(int32_t)(reference_expected(&s) - s.received));
		}
		reordered += r.reordered;
		lost += reception_lost(&r);
	}
	// The streams were of the kind they are meant to be.
	ck_assert_uint_gt(reordered, STREAMS * 100);
	ck_assert_uint_gt(lost, STREAMS * 50);
}
END_TEST

START_TEST(nothing_arrived_yet_means_nothing_to_report)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_sender_report(&r, 1, at_ms(5));
	ck_assert_uint_eq(reception_expected(&r), 0);
	ck_assert_uint_eq(reception_lost(&r), 0);
	ck_assert_uint_eq(reception_jitter_us(&r), 0);
	ck_assert_int_eq(reception_gap_take(&r, at_ms(99)), 0);
	ck_assert(!reception_report_block(&r, 1, at_ms(100), &block));
}
END_TEST

START_TEST(even_packets_have_no_jitter)
{
	struct reception r;

	reception_init(&r, 8000);
	for (int i = 0; i < 100; i++)
		reception_update(
			&r, 5 + (uint64_t)i, 160u * (uint32_t)i, false, 200, at_ms(20 * i));
	ck_assert_uint_eq(reception_jitter_us(&r), 0);
	ck_assert_uint_eq(reception_expected(&r), 100);
	ck_assert_uint_eq(reception_lost(&r), 0);
	ck_assert_uint_eq(r.bytes, 100 * 200);
	ck_assert_uint_eq(r.frames, 0);
}
END_TEST

START_TEST(sixteenth_of_a_late_packet_is_jitter)
{
	struct reception r;

	reception_init(&r, 8000);
	reception_update(&r, 1, 0, true, 200, at_ms(0));
	reception_update(&r, 2, 160, true, 200, at_ms(36)); // 16 ms late
	ck_assert_uint_eq(reception_jitter_us(&r), 1000);
	ck_assert_uint_eq(r.frames, 2);
}
END_TEST

START_TEST(the_rest_of_a_picture_is_no_jitter)
{
	struct reception r;
	uint64_t index = 0;

	reception_init(&r, 90000);
	for (int64_t picture = 0; picture < 100; picture++)
		for (int64_t packet = 0; packet < 20; packet++)
			reception_update(&r, index++, (uint32_t)(3600 * picture), packet == 19,
				1200,
				(struct mono_time){picture * 40 * NS_IN_MS + packet * NS_IN_MS});
	ck_assert_uint_eq(r.jitter_q4, 0);
	ck_assert_uint_eq(r.frame_count, 100);
}
END_TEST

START_TEST(a_straggler_of_the_picture_before_is_no_jitter)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1200, (struct mono_time){0});
	reception_update(&r, 3, 3600, false, 1200, (struct mono_time){40 * NS_IN_MS});
	reception_update(&r, 2, 0, true, 1200, (struct mono_time){45 * NS_IN_MS});
	reception_update(&r, 4, 3600, true, 1200, (struct mono_time){50 * NS_IN_MS});
	ck_assert_uint_eq(r.jitter_q4, 0);
	ck_assert_uint_eq(r.reordered, 1);
	reception_update(&r, 5, 7200, true, 1200, (struct mono_time){96 * NS_IN_MS});
	ck_assert_uint_eq(reception_jitter_us(&r), 1000); // a sixteenth of 16 ms
}
END_TEST

START_TEST(jitter_in_microseconds_is_rounded)
{
	struct reception r;

	reception_init(&r, 48000);
	r.jitter_q4 = 16; // one tick, 20.83 us
	ck_assert_uint_eq(reception_jitter_us(&r), 21);
	r.jitter_q4 = 4; // 5.2 us
	ck_assert_uint_eq(reception_jitter_us(&r), 5);
	r.jitter_q4 = UINT32_MAX; // 5592 s, more than 32 bits of microseconds
	ck_assert_uint_eq(reception_jitter_us(&r), UINT32_MAX);
}
END_TEST

START_TEST(jumping_timestamps_do_not_wrap_the_jitter)
{
	struct reception r;
	uint32_t last = 0;

	reception_init(&r, 90000);
	for (uint64_t i = 0; i < 1000; i++) {
		reception_update(&r, i, (uint32_t)(i * 0x7ffffff0), false, 1, at_ms(0));
		ck_assert_uint_ge(r.jitter_q4 + (uint64_t)(r.jitter_q4 / 8), last);
		last = r.jitter_q4;
	}
	ck_assert_uint_gt(last, UINT32_MAX / 2);
}
END_TEST

START_TEST(long_gap_is_all_counted_as_lost)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_update(&r, 10, 0, false, 1, at_ms(0));
	reception_update(&r, 10 + 200000, 0, false, 1, at_ms(60000));
	ck_assert_uint_eq(reception_expected(&r), 200001);
	ck_assert_uint_eq(reception_lost(&r), 199999);
	ck_assert(reception_report_block(&r, 3, at_ms(60000), &block));
	ck_assert_uint_eq(block.fraction_lost, 255);
	ck_assert_uint_eq(block.highest_seq, 200010);
	ck_assert_uint_eq(block.ssrc, 3);
}
END_TEST

START_TEST(cumulative_lost_stops_at_24_bits)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_update(&r, 0, 0, false, 1, at_ms(0));
	reception_update(&r, UINT64_C(1) << 33, 0, false, 1, at_ms(1));
	ck_assert(reception_report_block(&r, 3, at_ms(1), &block));
	ck_assert_int_eq(block.cumulative_lost, 0x7fffff);
	ck_assert_uint_eq(reception_lost(&r), (UINT64_C(1) << 33) - 1);
}
END_TEST

START_TEST(duplicate_and_late_are_not_counted_as_received)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(0));
	reception_update(&r, 4, 0, false, 1, at_ms(0));
	reception_duplicate(&r);
	reception_duplicate(&r);
	reception_late(&r);
	ck_assert_uint_eq(r.packets, 2);
	ck_assert_uint_eq(r.duplicates, 2);
	ck_assert_uint_eq(r.late, 1);
	ck_assert_uint_eq(reception_lost(&r), 2);
	ck_assert_uint_eq(r.reordered, 0);
}
END_TEST

START_TEST(reordered_packet_is_not_lost)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(0));
	reception_update(&r, 3, 0, false, 1, at_ms(0));
	ck_assert_uint_eq(reception_lost(&r), 1);
	reception_update(&r, 2, 0, false, 1, at_ms(0));
	ck_assert_uint_eq(reception_lost(&r), 0);
	ck_assert_uint_eq(r.reordered, 1);
	ck_assert_uint_eq(r.highest_index, 3);
}
END_TEST

START_TEST(packet_taken_twice_does_not_make_loss_negative)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(0));
	reception_update(&r, 1, 0, false, 1, at_ms(0));
	ck_assert_uint_eq(reception_lost(&r), 0);
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_int_eq(block.cumulative_lost, 0);
	ck_assert_uint_eq(block.fraction_lost, 0);
}
END_TEST

START_TEST(packet_from_before_the_first_arrival_extends_the_stream)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 65536, 0, false, 1, at_ms(0));
	reception_update(&r, 65534, 0, false, 1, at_ms(0));
	ck_assert_uint_eq(reception_expected(&r), 3);
	ck_assert_uint_eq(reception_lost(&r), 1);
	ck_assert_uint_eq(r.reordered, 1);
}
END_TEST

START_TEST(fraction_lost_is_of_the_interval)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	for (uint64_t i = 0; i < 100; i++)
		if (i % 4 != 1)
			reception_update(&r, i, 0, false, 1, at_ms(0));
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_uint_eq(block.fraction_lost, 64);
	ck_assert_int_eq(block.cumulative_lost, 25);
	for (uint64_t i = 100; i < 200; i++)
		reception_update(&r, i, 0, false, 1, at_ms(0));
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_uint_eq(block.fraction_lost, 0);
	ck_assert_int_eq(block.cumulative_lost, 25);
	// Nothing at all arrived: nothing expected, so no loss can be told.
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_uint_eq(block.fraction_lost, 0);
}
END_TEST

START_TEST(packets_of_the_interval_before_do_not_make_loss_negative)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(0));
	reception_update(&r, 5, 0, false, 1, at_ms(0));
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_uint_eq(block.fraction_lost, 3 * 256 / 5);
	for (uint64_t i = 2; i < 5; i++)
		reception_update(&r, i, 0, false, 1, at_ms(0));
	ck_assert(reception_report_block(&r, 1, at_ms(0), &block));
	ck_assert_uint_eq(block.fraction_lost, 0);
	ck_assert_int_eq(block.cumulative_lost, 0);
}
END_TEST

START_TEST(delay_since_the_sender_report_is_told)
{
	struct reception r;
	struct rtcp_report_block block;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, (struct mono_time){TEN_YEARS_NS});
	ck_assert(reception_report_block(&r, 1, (struct mono_time){TEN_YEARS_NS}, &block));
	ck_assert_uint_eq(block.last_sr, 0);
	ck_assert_uint_eq(block.delay_since_last_sr, 0);
	// RFC 3550, figure 2: an SR at b44d:b705:2000:0000 is answered 5.25 s later.
	reception_sender_report(&r, 0xb44db70520000000, (struct mono_time){TEN_YEARS_NS + NS_IN_S});
	ck_assert(reception_report_block(
		&r, 1, (struct mono_time){TEN_YEARS_NS + NS_IN_S + 5250 * NS_IN_MS}, &block));
	ck_assert_uint_eq(block.last_sr, 0xb7052000);
	ck_assert_uint_eq(block.delay_since_last_sr, 0x00054000);
	ck_assert(reception_report_block(
		&r, 1, (struct mono_time){TEN_YEARS_NS + 90000 * NS_IN_S}, &block));
	ck_assert_uint_eq(block.delay_since_last_sr, UINT32_MAX);
}
END_TEST

START_TEST(longest_gap_is_taken_once)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(1000));
	reception_update(&r, 2, 0, false, 1, at_ms(1020));
	reception_update(&r, 3, 0, false, 1, at_ms(1320));
	reception_update(&r, 4, 0, false, 1, at_ms(1340));
	ck_assert_int_eq(reception_gap_take(&r, at_ms(1350)), 300 * NS_IN_MS);
	ck_assert_int_eq(reception_gap_take(&r, at_ms(1360)), 20 * NS_IN_MS);
}
END_TEST

START_TEST(gap_still_open_counts_from_the_last_packet)
{
	struct reception r;

	reception_init(&r, 90000);
	reception_update(&r, 1, 0, false, 1, at_ms(1000));
	ck_assert_int_eq(reception_gap_take(&r, at_ms(3000)), 2000 * NS_IN_MS);
	ck_assert_int_eq(reception_gap_take(&r, at_ms(5000)), 4000 * NS_IN_MS);
	reception_update(&r, 2, 0, false, 1, at_ms(6000));
	ck_assert_int_eq(reception_gap_take(&r, at_ms(6001)), 5000 * NS_IN_MS);
	ck_assert_int_eq(reception_gap_take(&r, at_ms(6001)), 1 * NS_IN_MS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reception");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, random_streams_agree_with_rfc3550);
	tcase_add_test(facts, nothing_arrived_yet_means_nothing_to_report);
	tcase_add_test(facts, even_packets_have_no_jitter);
	tcase_add_test(facts, sixteenth_of_a_late_packet_is_jitter);
	tcase_add_test(facts, the_rest_of_a_picture_is_no_jitter);
	tcase_add_test(facts, a_straggler_of_the_picture_before_is_no_jitter);
	tcase_add_test(facts, jitter_in_microseconds_is_rounded);
	tcase_add_test(facts, jumping_timestamps_do_not_wrap_the_jitter);
	tcase_add_test(facts, long_gap_is_all_counted_as_lost);
	tcase_add_test(facts, cumulative_lost_stops_at_24_bits);
	tcase_add_test(facts, duplicate_and_late_are_not_counted_as_received);
	tcase_add_test(facts, reordered_packet_is_not_lost);
	tcase_add_test(facts, packet_taken_twice_does_not_make_loss_negative);
	tcase_add_test(facts, packet_from_before_the_first_arrival_extends_the_stream);
	tcase_add_test(facts, fraction_lost_is_of_the_interval);
	tcase_add_test(facts, packets_of_the_interval_before_do_not_make_loss_negative);
	tcase_add_test(facts, delay_since_the_sender_report_is_told);
	tcase_add_test(facts, longest_gap_is_taken_once);
	tcase_add_test(facts, gap_still_open_counts_from_the_last_packet);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
