/* SPDX-License-Identifier: BSD-3-Clause */
// test_stun.c - STUN against RFC 5769's vectors, round trips, and every truncated or flipped bit.
#include "media/stun.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>

#include "../support/bytes.h"

#define FUZZ_ROUNDS 100000
#define INTEGRITY_AND_FINGERPRINT_BYTES 32
#define FINGERPRINT_BYTES 8

// RFC 5769, section 2.1. Its padding is of spaces, which RFC 8489 still lets a receiver accept.
static const uint8_t sample_request[] =
	"\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
	"\x80\x22\x00\x10STUN test client"
	"\x00\x24\x00\x04\x6e\x00\x01\xff\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36"
	"\x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20"
	"\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49"
	"\xc1\xb5\x71\xa2\x80\x28\x00\x04\xe5\x7a\x3b\xcf";

// Section 2.2: 192.0.2.1, port 32853.
static const uint8_t sample_ipv4[] =
	"\x01\x01\x00\x3c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
	"\x80\x22\x00\x0b\x74\x65\x73\x74\x20\x76\x65\x63\x74\x6f\x72\x20"
	"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
	"\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53"
	"\xf0\x6b\xe7\xd7\x80\x28\x00\x04\xc0\x7d\x4c\x96";

// Section 2.3: an IPv6 address.
static const uint8_t sample_ipv6[] =
	"\x01\x01\x00\x48\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
	"\x80\x22\x00\x0b\x74\x65\x73\x74\x20\x76\x65\x63\x74\x6f\x72\x20"
	"\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5"
	"\xbe\xd2\xb9\xd9\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c"
	"\x82\x92\xc2\x75\xbf\xe3\xed\x41\x80\x28\x00\x04\xc8\xfb\x0b\x4c";

#define LENGTH_OF(sample) (sizeof(sample) - 1) // without the string's own zero

static const uint8_t transaction[STUN_TRANSACTION_BYTES] = {
	0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
static struct hmac_sha1_key key, wrong_key;

static void
setup(void)
{
	hmac_sha1_key_init(&key, "VOkJxbRl1RmTxUk/WvJxBt", 22);
	hmac_sha1_key_init(&wrong_key, "VOkJxbRl1RmTxUk/WvJxBu", 22);
}

static void
teardown(void)
{
	hmac_sha1_key_fini(&key);
	hmac_sha1_key_fini(&wrong_key);
}

// A message of `type` with one attribute and no integrity.
static size_t
make_message(uint8_t *bytes, uint16_t type, uint16_t attribute, uint16_t value_bytes)
{
	size_t padded = (value_bytes + 3u) & ~3u;

	memcpy(bytes, sample_request, STUN_HEADER_BYTES);
	memset(bytes + STUN_HEADER_BYTES, 0, 4 + padded);
	memcpy(bytes, (uint8_t[]){(uint8_t)(type >> 8), (uint8_t)type, 0, 0}, 4);
	bytes[2] = (uint8_t)((4 + padded) >> 8);
	bytes[3] = (uint8_t)(4 + padded);
	bytes[20] = (uint8_t)(attribute >> 8);
	bytes[21] = (uint8_t)attribute;
	bytes[22] = (uint8_t)(value_bytes >> 8);
	bytes[23] = (uint8_t)value_bytes;
	return STUN_HEADER_BYTES + 4 + padded;
}

static size_t
make_request(uint8_t *bytes, size_t capacity)
{
	int length = stun_write_request(bytes, capacity, transaction, "relay:classroom7", &key);

	ck_assert_int_gt(length, 0);
	return (size_t)length;
}

// Takes the FINGERPRINT off, so that only MESSAGE-INTEGRITY guards the message.
static size_t
without_fingerprint(uint8_t *bytes, size_t length)
{
	length -= FINGERPRINT_BYTES;
	bytes[3] = (uint8_t)(length - STUN_HEADER_BYTES);
	return length;
}

START_TEST(sample_request_of_rfc5769_is_genuine)
{
	struct stun_message message;

	ck_assert_int_eq(stun_parse(sample_request, LENGTH_OF(sample_request), &message), 0);
	ck_assert_int_eq(message.type, STUN_BINDING_REQUEST);
	ck_assert_mem_eq(message.transaction, transaction, sizeof(transaction));
	ck_assert_uint_eq(message.username_bytes, 9);
	ck_assert_mem_eq(message.username, "evtj:h6vY", 9);
	ck_assert_uint_eq(message.integrity_offset, 76);
	ck_assert(message.has_fingerprint);
	ck_assert(!message.has_mapped);
	ck_assert(stun_verify(sample_request, &message, &key));
	ck_assert(!stun_verify(sample_request, &message, &wrong_key));
}
END_TEST

START_TEST(sample_ipv4_response_of_rfc5769_is_genuine)
{
	struct stun_message message;

	ck_assert_int_eq(stun_parse(sample_ipv4, LENGTH_OF(sample_ipv4), &message), 0);
	ck_assert_int_eq(message.type, STUN_BINDING_SUCCESS);
	ck_assert(message.has_fingerprint);
	ck_assert(message.has_mapped);
	ck_assert_uint_eq(ntohl(ip_v4_be(&message.mapped)), 0xc0000201);
	ck_assert_uint_eq(ntohs(message.mapped_port_be), 32853);
	ck_assert_ptr_null(message.username);
	ck_assert(stun_verify(sample_ipv4, &message, &key));
}
END_TEST

START_TEST(sample_ipv6_response_of_rfc5769_is_genuine)
{
	struct stun_message message;

	ck_assert_int_eq(stun_parse(sample_ipv6, LENGTH_OF(sample_ipv6), &message), 0);
	ck_assert(message.has_fingerprint);
	ck_assert(message.has_mapped);
	static const uint8_t mapped[] = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11,
		0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
	struct ip_address expected = ip_from_v6(mapped);
	ck_assert(ip_equals(&message.mapped, &expected));
	ck_assert_uint_eq(ntohs(message.mapped_port_be), 32853);
	ck_assert(stun_verify(sample_ipv6, &message, &key));
}
END_TEST

START_TEST(written_request_is_genuine_for_every_username_length)
{
	char username[STUN_USERNAME_BYTES_MAX + 1] = {0};

	for (size_t length = 0; length <= STUN_USERNAME_BYTES_MAX; length++) {
		uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
		struct stun_message message;
		int written = stun_write_request(bytes, sizeof(bytes), transaction, username, &key);

		ck_assert_int_gt(written, 0);
		ck_assert_int_eq(stun_parse(bytes, (size_t)written, &message), 0);
		ck_assert_int_eq(message.type, STUN_BINDING_REQUEST);
		ck_assert_mem_eq(message.transaction, transaction, sizeof(transaction));
		ck_assert_uint_eq(message.username_bytes, length);
		ck_assert_mem_eq(message.username, username, length);
		ck_assert(message.has_fingerprint);
		ck_assert(stun_verify(bytes, &message, &key));
		ck_assert(!stun_verify(bytes, &message, &wrong_key));
		username[length < STUN_USERNAME_BYTES_MAX ? length : 0] = 'u';
	}
}
END_TEST

static struct ip_address
random_ip(uint64_t *state, bool is_v6)
{
	struct ip_address ip;

	random_fill(state, (uint8_t *)&ip, sizeof(ip));
	return is_v6 ? ip : ip_from_v4(ip.words_be[3]);
}

START_TEST(written_success_is_genuine_and_maps)
{
	uint64_t state = 1;

	for (int i = 0; i < 1000; i++) {
		uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
		struct stun_message message;
		struct ip_address ip = random_ip(&state, i % 2);
		be16_t port_be = (be16_t)random_next(&state);
		int written =
			stun_write_success(bytes, sizeof(bytes), transaction, &ip, port_be, &key);

		ck_assert_int_eq(written, 20 + (i % 2 ? 24 : 12) + INTEGRITY_AND_FINGERPRINT_BYTES);
		ck_assert_int_eq(stun_parse(bytes, (size_t)written, &message), 0);
		ck_assert_int_eq(message.type, STUN_BINDING_SUCCESS);
		ck_assert(message.has_mapped);
		ck_assert(ip_equals(&message.mapped, &ip));
		ck_assert_uint_eq(message.mapped_port_be, port_be);
		ck_assert(stun_verify(bytes, &message, &key));
	}
}
END_TEST

START_TEST(written_mapped_address_is_the_samples)
{
	struct ip_address sample = ip_from_v4(htonl(0xc0000201));
	uint8_t bytes[STUN_MESSAGE_BYTES_MAX];

	ck_assert_int_gt(
		stun_write_success(bytes, sizeof(bytes), transaction, &sample, htons(32853), &key),
		0);
	ck_assert_mem_eq(bytes + 20, sample_ipv4 + 36, 12);
}
END_TEST

START_TEST(too_small_a_buffer_is_refused)
{
	struct ip_address v4 = ip_from_v4(0);
	uint8_t whole[STUN_MESSAGE_BYTES_MAX];
	size_t length = make_request(whole, sizeof(whole));

	for (size_t capacity = 0; capacity < length; capacity++) {
		uint8_t *bytes = exact_copy(whole, capacity);

		ck_assert_int_eq(
			stun_write_request(bytes, capacity, transaction, "relay:classroom7", &key),
			-ENOSPC);
		if (capacity < 64)
			ck_assert_int_eq(
				stun_write_success(bytes, capacity, transaction, &v4, 0, &key),
				-ENOSPC);
		free(bytes);
	}
	ck_assert_int_eq(stun_write_request(whole, length, transaction, "relay:classroom7", &key),
		(int)length);
	ck_assert_int_eq(stun_write_success(whole, 64, transaction, &v4, 0, &key), 64);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	for (size_t length = 0; length < LENGTH_OF(sample_request); length++) {
		uint8_t *copy = exact_copy(sample_request, length);
		struct stun_message message;

		ck_assert_int_eq(stun_parse(copy, length, &message), -EBADMSG);
		// Even when the header's length agrees with what is left, the tag does not.
		if (length >= STUN_HEADER_BYTES) {
			copy[3] = (uint8_t)(length - STUN_HEADER_BYTES);
			if (stun_parse(copy, length, &message) == 0)
				ck_assert(!message.has_fingerprint);
			if (length < 100 && stun_parse(copy, length, &message) == 0)
				ck_assert(!stun_verify(copy, &message, &key));
		}
		free(copy);
	}
}
END_TEST

START_TEST(every_flipped_bit_is_noticed_by_the_fingerprint)
{
	uint8_t whole[STUN_MESSAGE_BYTES_MAX];
	size_t length = make_request(whole, sizeof(whole));

	for (size_t bit = 0; bit < length * 8; bit++) {
		uint8_t *copy = exact_copy(whole, length);
		struct stun_message message;

		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		// A flipped length or type can hide the FINGERPRINT, but then only what lies behind
		// the integrity may differ.
		if (stun_parse(copy, length, &message) == 0) {
			ck_assert(!message.has_fingerprint);
			ck_assert(bit / 8 >= length - FINGERPRINT_BYTES ||
				  !stun_verify(copy, &message, &key));
		}
		free(copy);
	}
}
END_TEST

START_TEST(every_flipped_bit_is_noticed_by_the_integrity)
{
	uint8_t whole[STUN_MESSAGE_BYTES_MAX];
	size_t length = without_fingerprint(whole, make_request(whole, sizeof(whole)));
	struct stun_message message;

	ck_assert_int_eq(stun_parse(whole, length, &message), 0);
	ck_assert(stun_verify(whole, &message, &key));
	ck_assert(!message.has_fingerprint);
	for (size_t bit = 0; bit < length * 8; bit++) {
		uint8_t *copy = exact_copy(whole, length);

		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (stun_parse(copy, length, &message) == 0)
			ck_assert(!stun_verify(copy, &message, &key));
		free(copy);
	}
}
END_TEST

START_TEST(message_without_integrity_is_never_genuine)
{
	uint8_t bytes[64];
	struct stun_message message;

	ck_assert_int_eq(
		stun_parse(bytes, make_message(bytes, STUN_BINDING_REQUEST, 6, 4), &message), 0);
	ck_assert_uint_eq(message.integrity_offset, 0);
	ck_assert(!stun_verify(bytes, &message, &key));
}
END_TEST

START_TEST(indication_needs_nothing)
{
	uint8_t bytes[STUN_HEADER_BYTES];
	struct stun_message message;

	memcpy(bytes, sample_request, sizeof(bytes));
	memcpy(bytes, "\x00\x11\x00\x00", 4);
	ck_assert_int_eq(stun_parse(bytes, sizeof(bytes), &message), 0);
	ck_assert_int_eq(message.type, STUN_BINDING_INDICATION);
	ck_assert_ptr_null(message.username);
	ck_assert_uint_eq(message.integrity_offset, 0);
}
END_TEST

START_TEST(only_the_four_binding_types_are_read)
{
	unsigned good = 0;

	for (unsigned type = 0; type <= 0xffff; type++) {
		uint8_t bytes[64];
		struct stun_message message;
		size_t length = make_message(bytes, (uint16_t)type, 0x8022, 0);

		good += stun_parse(bytes, length, &message) == 0;
	}
	ck_assert_uint_eq(good, 4);
}
END_TEST

START_TEST(attribute_not_understood_is_refused_if_it_must_be)
{
	// Comprehension-required attributes of RFC 8489 and 8445 that an IPv4 binding may carry.
	static const struct {
		uint16_t type, bytes;
	} understood[] = {{0x0001, 8}, {0x0006, 3}, {0x0008, 20}, {0x0009, 4}, {0x000a, 2},
		{0x0024, 4}, {0x0025, 0}};
	uint8_t bytes[64];
	struct stun_message message;
	unsigned good = 0;

	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		ck_assert_int_eq(stun_parse(bytes,
					 make_message(bytes, STUN_BINDING_REQUEST,
						 understood[i].type, understood[i].bytes),
					 &message),
			0);
	for (unsigned type = 0; type <= 0xffff; type++) {
		size_t length = make_message(bytes, STUN_BINDING_REQUEST, (uint16_t)type, 12);

		if (type == 0x8028)
			continue; // FINGERPRINT, which has a length of its own
		if (stun_parse(bytes, length, &message) != 0)
			ck_assert_uint_lt(type, 0x8000);
		else
			good += type < 0x8000;
	}
	// MAPPED-ADDRESS, USERNAME, ERROR-CODE and UNKNOWN-ATTRIBUTES take any 12 bytes.
	ck_assert_uint_eq(good, 4);
}
END_TEST

START_TEST(attributes_of_wrong_length_are_refused)
{
	static const struct {
		uint16_t type, bytes;
	} wrong[] = {{0x0008, 16}, {0x0008, 24}, {0x0020, 4}, {0x0020, 12}, {0x0024, 0},
		{0x0024, 8}, {0x0025, 4}, {0x8028, 0}, {0x8028, 8},
		{0x0006, STUN_USERNAME_BYTES_MAX + 1}};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t bytes[256];
		struct stun_message message;
		size_t length =
			make_message(bytes, STUN_BINDING_REQUEST, wrong[i].type, wrong[i].bytes);

		ck_assert_int_eq(stun_parse(bytes, length, &message), -EBADMSG);
	}
}
END_TEST

// CRC-32 bit by bit: another way than the module's.
static uint32_t
slow_crc32(const uint8_t *bytes, size_t length)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < length * 8; i++) {
		uint32_t bit = (uint32_t)(bytes[i / 8] >> i % 8 & 1);

		crc = (crc >> 1) ^ ((crc ^ bit) & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

START_TEST(fingerprint_must_be_the_last)
{
	uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
	struct stun_message message;
	size_t length = make_request(bytes, sizeof(bytes));
	uint32_t crc_be;

	// A right one, first where it belongs and then with an attribute behind it.
	for (size_t behind = 0; behind <= 4; behind += 4) {
		memcpy(bytes + length, "\x80\x22\x00\x00", 4);
		bytes[3] = (uint8_t)(length + behind - STUN_HEADER_BYTES);
		crc_be = htonl(slow_crc32(bytes, length - FINGERPRINT_BYTES) ^ 0x5354554e);
		memcpy(bytes + length - 4, &crc_be, 4);
		ck_assert_int_eq(
			stun_parse(bytes, length + behind, &message), behind == 0 ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(message_without_the_magic_cookie_is_refused)
{
	for (size_t bit = 0; bit < 32; bit++) {
		uint8_t bytes[64];
		struct stun_message message;
		size_t length = make_message(bytes, STUN_BINDING_REQUEST, 0x8022, 0);

		ck_assert_int_eq(stun_parse(bytes, length, &message), 0);
		bytes[4 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_int_eq(stun_parse(bytes, length, &message), -EBADMSG);
	}
}
END_TEST

START_TEST(what_follows_the_integrity_is_ignored)
{
	uint8_t bytes[STUN_MESSAGE_BYTES_MAX];
	struct stun_message message;
	size_t length = without_fingerprint(bytes, make_request(bytes, sizeof(bytes)));

	// A second USERNAME that no tag covers, and an attribute nobody understands.
	memcpy(bytes + length,
		"\x00\x06\x00\x04"
		"evil"
		"\x00\x7f\x00\x00",
		12);
	bytes[3] += 12;
	ck_assert_int_eq(stun_parse(bytes, length + 12, &message), 0);
	ck_assert_uint_eq(message.username_bytes, 16);
	ck_assert_mem_eq(message.username, "relay:classroom7", 16);
	ck_assert(stun_verify(bytes, &message, &key));
}
END_TEST

START_TEST(of_repeated_attributes_the_first_counts)
{
	uint8_t bytes[64];
	struct stun_message message;

	make_message(bytes, STUN_BINDING_REQUEST, 0x0006, 4);
	memcpy(bytes + 24, "good", 4);
	memcpy(bytes + 28,
		"\x00\x06\x00\x03"
		"bad\x00",
		8);
	// Addresses 33.18.164.66 and 0.0.0.0, once they are unmasked.
	memcpy(bytes + 36, "\x00\x20\x00\x08\x00\x01\x00\x00\x00\x00\x00\x00", 12);
	memcpy(bytes + 48, "\x00\x20\x00\x08\x00\x01\x21\x12\x21\x12\xa4\x42", 12);
	bytes[3] = 40;
	ck_assert_int_eq(stun_parse(bytes, 60, &message), 0);
	ck_assert_uint_eq(message.username_bytes, 4);
	ck_assert_mem_eq(message.username, "good", 4);
	ck_assert_uint_eq(ntohl(ip_v4_be(&message.mapped)), 0x2112a442);
	ck_assert_uint_eq(ntohs(message.mapped_port_be), 0x2112);
}
END_TEST

START_TEST(longer_messages_than_any_path_takes_are_refused)
{
	static uint8_t bytes[STUN_MESSAGE_BYTES_MAX + 4];
	struct stun_message message;
	uint16_t most = STUN_MESSAGE_BYTES_MAX - STUN_HEADER_BYTES - 4;

	ck_assert_int_eq(stun_parse(bytes, make_message(bytes, STUN_BINDING_REQUEST, 0x8022, most),
				 &message),
		0);
	ck_assert_int_eq(
		stun_parse(bytes, make_message(bytes, STUN_BINDING_REQUEST, 0x8022, most + 4),
			&message),
		-EBADMSG);
}
END_TEST

START_TEST(no_mutation_is_genuine_or_leads_out_of_the_message)
{
	uint64_t state = 3;

	for (int i = 0; i < FUZZ_ROUNDS; i++) {
		uint8_t bytes[LENGTH_OF(sample_request)];
		size_t length = sizeof(bytes);
		struct stun_message message;
		uint8_t *copy;

		memcpy(bytes, sample_request, sizeof(bytes));
		if (random_next(&state) % 2 == 0)
			length = without_fingerprint(bytes, length);
		for (unsigned n = 1 + random_next(&state) % 4; n > 0; n--)
			bytes[random_next(&state) % length] ^=
				(uint8_t)(1 + random_next(&state) % 255);
		copy = exact_copy(bytes, length);
		if (stun_parse(copy, length, &message) == 0) {
			if (message.username != NULL)
				ck_assert((const uint8_t *)message.username +
						  message.username_bytes <=
					  copy + length);
			if (stun_verify(copy, &message, &key))
				ck_assert_mem_eq(copy + 4, sample_request + 4, 72);
		}
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stun");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(facts, setup, teardown);
	tcase_add_test(facts, sample_request_of_rfc5769_is_genuine);
	tcase_add_test(facts, sample_ipv4_response_of_rfc5769_is_genuine);
	tcase_add_test(facts, sample_ipv6_response_of_rfc5769_is_genuine);
	tcase_add_test(facts, written_request_is_genuine_for_every_username_length);
	tcase_add_test(facts, written_success_is_genuine_and_maps);
	tcase_add_test(facts, written_mapped_address_is_the_samples);
	tcase_add_test(facts, too_small_a_buffer_is_refused);
	tcase_add_test(facts, every_truncation_is_refused);
	tcase_add_test(facts, every_flipped_bit_is_noticed_by_the_fingerprint);
	tcase_add_test(facts, every_flipped_bit_is_noticed_by_the_integrity);
	tcase_add_test(facts, message_without_integrity_is_never_genuine);
	tcase_add_test(facts, indication_needs_nothing);
	tcase_add_test(facts, only_the_four_binding_types_are_read);
	tcase_add_test(facts, attribute_not_understood_is_refused_if_it_must_be);
	tcase_add_test(facts, attributes_of_wrong_length_are_refused);
	tcase_add_test(facts, fingerprint_must_be_the_last);
	tcase_add_test(facts, message_without_the_magic_cookie_is_refused);
	tcase_add_test(facts, what_follows_the_integrity_is_ignored);
	tcase_add_test(facts, of_repeated_attributes_the_first_counts);
	tcase_add_test(facts, longer_messages_than_any_path_takes_are_refused);
	tcase_add_test(facts, no_mutation_is_genuine_or_leads_out_of_the_message);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
