/* SPDX-License-Identifier: BSD-3-Clause */
// test_checksum.c - the Internet checksum against RFC 1071's example and a second, slow sum.
#include "media/checksum.h"

#include <arpa/inet.h>
#include <check.h>

#include "../support/bytes.h"

#define ROUNDS 20000
#define DATAGRAM_BYTES_MAX 96
#define CHECKSUM_OFFSET 6
#define PSEUDO_HEADER_BYTES_MAX 40

// RFC 1071, section 4.1, word by word in network order: another way than the module's.
static uint16_t
slow_sum(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t
slow_udp(const struct tuple *tuple, const uint8_t *datagram, size_t length)
{
	uint8_t whole[PSEUDO_HEADER_BYTES_MAX + DATAGRAM_BYTES_MAX] = {0};
	bool is_v4 = ip_family(&tuple->remote) == IP_V4;
	size_t address_bytes = is_v4 ? 4 : 16; // as their RFCs draw the pseudo headers
	size_t head_bytes = is_v4 ? 12 : 40;
	uint16_t checksum;

	memcpy(whole, (const uint8_t *)(&tuple->remote + 1) - address_bytes, address_bytes);
	memcpy(whole + address_bytes, (const uint8_t *)(&tuple->local + 1) - address_bytes,
		address_bytes);
	whole[is_v4 ? 9 : 39] = 17;
	whole[is_v4 ? 10 : 34] = (uint8_t)(length >> 8);
	whole[is_v4 ? 11 : 35] = (uint8_t)length;
	memcpy(whole + head_bytes, datagram, length);
	whole[head_bytes + CHECKSUM_OFFSET] = 0;
	whole[head_bytes + CHECKSUM_OFFSET + 1] = 0;
	checksum = (uint16_t)~slow_sum(0, whole, head_bytes + length);
	return checksum == 0 ? 0xffff : checksum;
}

// Of either family.
static struct tuple
random_tuple(uint64_t *state)
{
	struct tuple tuple;

	random_fill(state, (uint8_t *)&tuple, sizeof(tuple));
	if (random_next(state) % 2) {
		tuple.remote = ip_from_v4(tuple.remote.words_be[3]);
		tuple.local = ip_from_v4(tuple.local.words_be[3]);
	}
	return tuple;
}

// Turns a datagram round as sealed forwarding does, and gives the tuple that a receiver would see.
static struct tuple
readdress(uint8_t *datagram, const struct tuple *after)
{
	struct tuple seen = {
		after->local, after->remote, after->local_port_be, after->remote_port_be};

	memcpy(datagram, &after->local_port_be, 2);
	memcpy(datagram + 2, &after->remote_port_be, 2);
	return seen;
}

START_TEST(example_of_rfc1071_sums_to_ddf2)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	ck_assert_uint_eq(ntohs(checksum_internet(bytes, sizeof(bytes))), (uint16_t)~0xddf2);
}
END_TEST

START_TEST(right_ip_header_sums_to_zero_and_a_damaged_one_does_not)
{
	uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61,
		0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

	ck_assert_uint_eq(checksum_internet(header, sizeof(header)), 0);
	header[8]--;
	ck_assert_uint_ne(checksum_internet(header, sizeof(header)), 0);
}
END_TEST

START_TEST(every_length_and_alignment_agrees_with_the_slow_sum)
{
	uint64_t state = 1;
	uint8_t bytes[DATAGRAM_BYTES_MAX + 8];

	for (size_t length = 0; length <= DATAGRAM_BYTES_MAX; length++) {
		for (size_t shift = 0; shift < 8; shift++) {
			random_fill(&state, bytes, sizeof(bytes));
			ck_assert_uint_eq(ntohs(checksum_internet(bytes + shift, length)),
				(uint16_t)~slow_sum(0, bytes + shift, length));
		}
	}
}
END_TEST

START_TEST(a_full_packet_of_ones_does_not_lose_carries)
{
	static uint8_t bytes[65535];

	memset(bytes, 0xff, sizeof(bytes));
	ck_assert_uint_eq(ntohs(checksum_internet(bytes, sizeof(bytes))),
		(uint16_t)~slow_sum(0, bytes, sizeof(bytes)));
}
END_TEST

START_TEST(udp_checksum_agrees_with_the_slow_sum)
{
	uint64_t state = 2;
	uint8_t datagram[DATAGRAM_BYTES_MAX];

	for (int i = 0; i < ROUNDS; i++) {
		size_t length = 8 + random_next(&state) % (DATAGRAM_BYTES_MAX - 8 + 1);
		struct tuple tuple = random_tuple(&state);
		be16_t checksum_be;

		random_fill(&state, datagram, length);
		checksum_be = checksum_udp(&tuple.remote, &tuple.local, datagram, length);
		ck_assert_uint_eq(ntohs(checksum_be), slow_udp(&tuple, datagram, length));
	}
}
END_TEST

// Chooses the last word so that the datagram's checksum computes to 0.
static void
make_sum_zero(uint8_t *datagram, size_t length, const struct tuple *tuple)
{
	uint16_t checksum;

	datagram[length - 2] = 0;
	datagram[length - 1] = 0;
	checksum = slow_udp(tuple, datagram, length);
	datagram[length - 2] = (uint8_t)(checksum >> 8);
	datagram[length - 1] = (uint8_t)checksum;
}

START_TEST(udp_checksum_of_zero_is_sent_as_ffff)
{
	uint64_t state = 3;
	uint8_t datagram[32];
	struct tuple tuple = random_tuple(&state);

	random_fill(&state, datagram, sizeof(datagram));
	make_sum_zero(datagram, sizeof(datagram), &tuple);
	ck_assert_uint_eq(
		checksum_udp(&tuple.remote, &tuple.local, datagram, sizeof(datagram)), 0xffff);
}
END_TEST

START_TEST(incremental_agrees_with_full_recomputation)
{
	uint64_t state = 4;
	uint8_t datagram[DATAGRAM_BYTES_MAX];
	unsigned zero_before = 0, zero_after = 0, across = 0;

	for (int i = 0; i < ROUNDS; i++) {
		size_t length = 10 + random_next(&state) % (DATAGRAM_BYTES_MAX - 10 + 1);
		struct tuple before = random_tuple(&state);
		struct tuple after = random_tuple(&state);
		struct tuple seen;
		be16_t old_be, new_be;

		length &= ~(size_t)1;
		random_fill(&state, datagram, length);
		memcpy(datagram, &before.remote_port_be, 2);
		memcpy(datagram + 2, &before.local_port_be, 2);
		if (i % 4 == 1) {
			make_sum_zero(datagram, length, &before);
		} else if (i % 4 == 2) {
			// The sum is zero after the change instead.
			seen = readdress(datagram, &after);
			make_sum_zero(datagram, length, &seen);
			memcpy(datagram, &before.remote_port_be, 2);
			memcpy(datagram + 2, &before.local_port_be, 2);
		}
		old_be = checksum_udp(&before.remote, &before.local, datagram, length);
		new_be = checksum_udp_readdress(old_be, &before, &after);
		seen = readdress(datagram, &after);
		ck_assert_uint_eq(ntohs(new_be), slow_udp(&seen, datagram, length));
		across += ip_family(&before.remote) != ip_family(&after.remote);
		zero_before += old_be == 0xffff;
		zero_after += new_be == 0xffff;
	}
	ck_assert_uint_ge(across, ROUNDS / 4);
	ck_assert_uint_ge(zero_before, ROUNDS / 4);
	ck_assert_uint_ge(zero_after, ROUNDS / 4);
}
END_TEST

START_TEST(no_checksum_stays_none)
{
	uint64_t state = 5;
	struct tuple before = random_tuple(&state);
	struct tuple after = random_tuple(&state);

	ck_assert_uint_eq(checksum_udp_readdress(0, &before, &after), 0);
}
END_TEST

START_TEST(unchanged_address_keeps_every_checksum)
{
	uint64_t state = 6;
	struct tuple before = random_tuple(&state);
	struct tuple after = {
		before.local, before.remote, before.local_port_be, before.remote_port_be};

	for (unsigned checksum = 1; checksum <= 0xffff; checksum++)
		ck_assert_uint_eq(
			checksum_udp_readdress((be16_t)checksum, &before, &after), checksum);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("checksum");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, example_of_rfc1071_sums_to_ddf2);
	tcase_add_test(facts, right_ip_header_sums_to_zero_and_a_damaged_one_does_not);
	tcase_add_test(facts, every_length_and_alignment_agrees_with_the_slow_sum);
	tcase_add_test(facts, a_full_packet_of_ones_does_not_lose_carries);
	tcase_add_test(facts, udp_checksum_agrees_with_the_slow_sum);
	tcase_add_test(facts, udp_checksum_of_zero_is_sent_as_ffff);
	tcase_add_test(facts, incremental_agrees_with_full_recomputation);
	tcase_add_test(facts, no_checksum_stays_none);
	tcase_add_test(facts, unchanged_address_keeps_every_checksum);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
