/* SPDX-License-Identifier: BSD-3-Clause */
// test_keys.c - profiles, and the life of a master key: made, written, read, wiped.
#include "srtp/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

static const enum srtp_profile profiles[] = {SRTP_AES_CM_128_HMAC_SHA1_80,
	SRTP_AES_CM_128_HMAC_SHA1_32, SRTP_AES_256_CM_HMAC_SHA1_80, SRTP_AEAD_AES_128_GCM,
	SRTP_AEAD_AES_256_GCM};
#define PROFILE_COUNT ((int)(sizeof profiles / sizeof profiles[0]))

START_TEST(profile_is_found_by_its_own_name)
{
	const char *name = srtp_profile_name(profiles[_i]);
	ck_assert_ptr_nonnull(name);
	ck_assert_int_eq(srtp_profile_find(name), profiles[_i]);
}
END_TEST

START_TEST(unknown_profile_has_no_name_and_no_sizes)
{
	enum srtp_profile unknown = (enum srtp_profile)0x0005;
	ck_assert_ptr_null(srtp_profile_name(unknown));
	ck_assert_uint_eq(srtp_profile_key_bytes(unknown), 0);
	ck_assert_uint_eq(srtp_profile_salt_bytes(unknown), 0);
	ck_assert_uint_eq(srtp_profile_tag_bytes(unknown), 0);
	ck_assert_int_eq(srtp_profile_find("NULL_HMAC_SHA1_80"), 0);
	ck_assert_int_eq(srtp_profile_find("aead_aes_128_gcm"), 0);
	ck_assert_int_eq(srtp_profile_find(""), 0);
}
END_TEST

// Key, salt, RTP's and SRTCP's tag.
static void
expect_sizes(enum srtp_profile profile, size_t key, size_t salt, size_t tag, size_t rtcp_tag)
{
	ck_assert_uint_eq(srtp_profile_key_bytes(profile), key);
	ck_assert_uint_eq(srtp_profile_salt_bytes(profile), salt);
	ck_assert_uint_eq(srtp_profile_tag_bytes(profile), tag);
	ck_assert_uint_eq(srtp_profile_rtcp_tag_bytes(profile), rtcp_tag);
}

START_TEST(sizes_are_those_of_rfc_4568_6188_and_7714)
{
	expect_sizes(SRTP_AES_CM_128_HMAC_SHA1_80, 16, 14, 10, 10);
	expect_sizes(SRTP_AES_CM_128_HMAC_SHA1_32, 16, 14, 4, 10);
	expect_sizes(SRTP_AES_256_CM_HMAC_SHA1_80, 32, 14, 10, 10);
	expect_sizes(SRTP_AEAD_AES_128_GCM, 16, 12, 16, 16);
	expect_sizes(SRTP_AEAD_AES_256_GCM, 32, 12, 16, 16);
}
END_TEST

START_TEST(generated_keys_differ_in_every_part)
{
	struct srtp_keys a, b;
	ck_assert_int_eq(srtp_keys_generate(profiles[_i], &a), 0);
	ck_assert_int_eq(srtp_keys_generate(profiles[_i], &b), 0);
	ck_assert_int_eq(a.profile, profiles[_i]);
	ck_assert_mem_ne(a.key, b.key, 8);
	ck_assert_mem_ne(a.key + 8, b.key + 8, 8);
	ck_assert_mem_ne(a.salt, b.salt, srtp_profile_salt_bytes(profiles[_i]));
	ck_assert_mem_ne(a.key, a.salt, srtp_profile_salt_bytes(profiles[_i]));
}
END_TEST

START_TEST(text_comes_back_as_the_same_keys)
{
	for (int round = 0; round < 100; round++) {
		struct srtp_keys keys, back;
		char text[SRTP_KEYS_TEXT_BYTES];
		ck_assert_int_eq(srtp_keys_generate(profiles[_i], &keys), 0);
		srtp_keys_to_text(&keys, text);
		size_t secret_bytes = srtp_profile_key_bytes(profiles[_i]) +
				      srtp_profile_salt_bytes(profiles[_i]);
		ck_assert_uint_eq(strlen(text), (secret_bytes + 2) / 3 * 4);
		ck_assert_int_eq(srtp_keys_from_text(profiles[_i], text, &back), 0);
		ck_assert_mem_eq(&back, &keys, sizeof keys);
	}
}
END_TEST

// RFC 4568, section 6.1; RFC 7714, section 14.1 for the shorter salt.
START_TEST(text_is_key_then_salt_as_sdes_writes_it)
{
	struct srtp_keys keys = {.profile = SRTP_AES_CM_128_HMAC_SHA1_80};
	for (size_t i = 0; i < 16; i++)
		keys.key[i] = (uint8_t)i;
	for (size_t i = 0; i < 14; i++)
		keys.salt[i] = (uint8_t)(0xf0 + i);
	char text[SRTP_KEYS_TEXT_BYTES];
	srtp_keys_to_text(&keys, text);
	ck_assert_str_eq(text, "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9");

	keys.profile = SRTP_AEAD_AES_128_GCM;
	srtp_keys_to_text(&keys, text);
	ck_assert_str_eq(text, "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+w==");
}
END_TEST

START_TEST(text_of_another_shape_is_refused)
{
	static const char *const bad[] = {
		"",
		"AAEC",
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z",    // a character short
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9A",  // one too many
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9\n", // a line's end
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z=",   // 29 bytes
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+w==",   // 28 bytes: the other profile's
		"AAECAwQFBgcICQoLDA0OD_Dx8vP09fb3-Pn6-_z9",   // the alphabet of URLs
		" AECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9",
		"AAECAwQFBgcICQoLDA0O*/Dx8vP09fb3+Pn6+/z9",
		"AAECAwQFBgcICQoL====D/Dx8vP09fb3+Pn6+/z9",
		"AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/\xc3\xa9",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct srtp_keys keys, before;
		memset(&keys, 0x5a, sizeof keys);
		memcpy(&before, &keys, sizeof keys);
		ck_assert_msg(
			srtp_keys_from_text(SRTP_AES_CM_128_HMAC_SHA1_80, bad[i], &keys) == -EINVAL,
			"took '%s'", bad[i]);
		ck_assert_mem_eq(&keys, &before, sizeof keys);
	}
}
END_TEST

START_TEST(padding_with_bits_in_it_is_refused)
{
	struct srtp_keys keys;
	ck_assert_int_eq(srtp_keys_from_text(SRTP_AEAD_AES_128_GCM,
				 "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+w==", &keys),
		0);
	ck_assert_int_eq(srtp_keys_from_text(SRTP_AEAD_AES_128_GCM,
				 "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+x==", &keys),
		-EINVAL);
	ck_assert_int_eq(srtp_keys_from_text(SRTP_AEAD_AES_128_GCM,
				 "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9", &keys),
		-EINVAL);
}
END_TEST

START_TEST(text_for_an_unknown_profile_is_refused)
{
	struct srtp_keys keys;
	ck_assert_int_eq(
		srtp_keys_from_text(0, "AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3+Pn6+/z9", &keys), -EINVAL);
}
END_TEST

START_TEST(wiped_keys_hold_nothing)
{
	struct srtp_keys keys;
	memset(&keys, 0xff, sizeof keys);
	srtp_keys_wipe(&keys);
	static const struct srtp_keys nothing;
	ck_assert_mem_eq(keys.key, nothing.key, sizeof keys.key);
	ck_assert_mem_eq(keys.salt, nothing.salt, sizeof keys.salt);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("keys");
	TCase *tests = tcase_create("keys");
	tcase_add_loop_test(tests, profile_is_found_by_its_own_name, 0, PROFILE_COUNT);
	tcase_add_test(tests, unknown_profile_has_no_name_and_no_sizes);
	tcase_add_test(tests, sizes_are_those_of_rfc_4568_6188_and_7714);
	tcase_add_loop_test(tests, generated_keys_differ_in_every_part, 0, PROFILE_COUNT);
	tcase_add_loop_test(tests, text_comes_back_as_the_same_keys, 0, PROFILE_COUNT);
	tcase_add_test(tests, text_is_key_then_salt_as_sdes_writes_it);
	tcase_add_test(tests, text_of_another_shape_is_refused);
	tcase_add_test(tests, padding_with_bits_in_it_is_refused);
	tcase_add_test(tests, text_for_an_unknown_profile_is_refused);
	tcase_add_test(tests, wiped_keys_hold_nothing);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
