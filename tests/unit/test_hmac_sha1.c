/* SPDX-License-Identifier: BSD-3-Clause */
// test_hmac_sha1.c - HMAC-SHA1 against RFC 2202's vectors and OpenSSL's own HMAC.
#include "media/hmac_sha1.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../support/bytes.h"

#define ROUNDS 2000

static void
digest_of(const void *secret, size_t secret_bytes, const void *text, size_t length,
	uint8_t digest[HMAC_SHA1_BYTES])
{
	struct hmac_sha1_key key;
	struct hmac_sha1 run;

	hmac_sha1_key_init(&key, secret, secret_bytes);
	hmac_sha1_start(&run, &key);
	hmac_sha1_add(&run, text, length);
	hmac_sha1_end(&run, digest);
	hmac_sha1_key_fini(&key);
}

START_TEST(text_vector_of_rfc2202_agrees)
{
	static const uint8_t expected[] = {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2,
		0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79};
	static const char text[] = "what do ya want for nothing?";
	uint8_t digest[HMAC_SHA1_BYTES];

	digest_of("Jefe", 4, text, strlen(text), digest);
	ck_assert_mem_eq(digest, expected, sizeof(expected));
}
END_TEST

START_TEST(key_longer_than_a_block_agrees_with_rfc2202)
{
	static const uint8_t expected[] = {0xaa, 0x4a, 0xe5, 0xe1, 0x52, 0x72, 0xd0, 0x0e, 0x95,
		0x70, 0x56, 0x37, 0xce, 0x8a, 0x3b, 0x55, 0xed, 0x40, 0x21, 0x12};
	static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t digest[HMAC_SHA1_BYTES];
	uint8_t secret[80];

	memset(secret, 0xaa, sizeof(secret));
	digest_of(secret, sizeof(secret), text, strlen(text), digest);
	ck_assert_mem_eq(digest, expected, sizeof(expected));
}
END_TEST

START_TEST(every_length_agrees_with_openssl)
{
	uint64_t state = 1;
	uint8_t secret[150], text[300];

	for (int i = 0; i < ROUNDS; i++) {
		size_t secret_bytes = (size_t)i % (sizeof(secret) + 1);
		size_t length = random_next(&state) % (sizeof(text) + 1);
		uint8_t digest[HMAC_SHA1_BYTES], expected[EVP_MAX_MD_SIZE];
		unsigned expected_bytes = 0;

		random_fill(&state, secret, secret_bytes);
		random_fill(&state, text, length);
		digest_of(secret, secret_bytes, text, length, digest);
		ck_assert_ptr_nonnull(HMAC(EVP_sha1(), secret, (int)secret_bytes, text, length,
			expected, &expected_bytes));
		ck_assert_uint_eq(expected_bytes, sizeof(digest));
		ck_assert_mem_eq(digest, expected, sizeof(digest));
	}
}
END_TEST

START_TEST(one_key_serves_many_messages_and_any_cut)
{
	static const uint8_t text[] = "a message that is hashed in two parts, cut anywhere";
	struct hmac_sha1_key key;
	uint8_t expected[HMAC_SHA1_BYTES];

	digest_of("secret", 6, text, sizeof(text), expected);
	hmac_sha1_key_init(&key, "secret", 6);
	for (size_t cut = 0; cut <= sizeof(text); cut++) {
		struct hmac_sha1 run;
		uint8_t digest[HMAC_SHA1_BYTES];

		hmac_sha1_start(&run, &key);
		hmac_sha1_add(&run, text, cut);
		hmac_sha1_add(&run, text + cut, sizeof(text) - cut);
		hmac_sha1_end(&run, digest);
		ck_assert_mem_eq(digest, expected, sizeof(digest));
	}
	hmac_sha1_key_fini(&key);
}
END_TEST

START_TEST(a_finished_key_holds_nothing)
{
	struct hmac_sha1_key key;
	uint8_t zeros[sizeof(key)] = {0};

	hmac_sha1_key_init(&key, "secret", 6);
	ck_assert_mem_ne(&key, zeros, sizeof(key));
	hmac_sha1_key_fini(&key);
	ck_assert_mem_eq(&key, zeros, sizeof(key));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hmac_sha1");
	TCase *facts = tcase_create("facts");
	SRunner *runner;
	int failed;

	tcase_add_test(facts, text_vector_of_rfc2202_agrees);
	tcase_add_test(facts, key_longer_than_a_block_agrees_with_rfc2202);
	tcase_add_test(facts, every_length_agrees_with_openssl);
	tcase_add_test(facts, one_key_serves_many_messages_and_any_cut);
	tcase_add_test(facts, a_finished_key_holds_nothing);
	suite_add_tcase(suite, facts);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
