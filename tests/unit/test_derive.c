/* SPDX-License-Identifier: BSD-3-Clause */
// test_derive.c - key derivation against RFC 3711's vectors.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/derive.h"

// RFC 3711, appendix B.3.
static const struct srtp_keys master = {
	.profile = SRTP_AES_CM_128_HMAC_SHA1_80,
	.key = {0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE,
		0x41, 0x39},
	.salt = {0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB,
		0xE6},
};

START_TEST(keys_salts_and_authentication_keys_are_rfc_3711_b3)
{
	static const uint8_t key[] = {0xC6, 0x1E, 0x7A, 0x93, 0x74, 0x4F, 0x39, 0xEE, 0x10, 0x73,
		0x4A, 0xFE, 0x3F, 0xF7, 0xA0, 0x87};
	static const uint8_t salt[] = {
		0x30, 0xCB, 0xBC, 0x08, 0x86, 0x3D, 0x8C, 0x85, 0xD4, 0x9D, 0xB3, 0x4A, 0x9A, 0xE1};
	static const uint8_t authentication[] = {0xCE, 0xBE, 0x32, 0x1F, 0x6F, 0xF7, 0x71, 0x6B,
		0x6F, 0xD4, 0xAB, 0x49, 0xAF, 0x25, 0x6A, 0x15, 0x6D, 0x38, 0xBA, 0xA4};
	uint8_t out[32];

	ck_assert_int_eq(srtp_derive(&master, SRTP_LABEL_KEY, out, sizeof key), 0);
	ck_assert_mem_eq(out, key, sizeof key);
	ck_assert_int_eq(srtp_derive(&master, SRTP_LABEL_SALT, out, sizeof salt), 0);
	ck_assert_mem_eq(out, salt, sizeof salt);
	ck_assert_int_eq(
		srtp_derive(&master, SRTP_LABEL_AUTHENTICATION, out, sizeof authentication), 0);
	ck_assert_mem_eq(out, authentication, sizeof authentication);
}
END_TEST

START_TEST(rtcp_has_keys_of_its_own)
{
	uint8_t rtp[16], rtcp[16];
	ck_assert_int_eq(srtp_derive(&master, SRTP_LABEL_KEY, rtp, sizeof rtp), 0);
	ck_assert_int_eq(
		srtp_derive(&master, SRTP_LABEL_RTCP + SRTP_LABEL_KEY, rtcp, sizeof rtcp), 0);
	ck_assert_mem_ne(rtp, rtcp, sizeof rtp);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("derive");
	TCase *tests = tcase_create("vectors");
	tcase_add_test(tests, keys_salts_and_authentication_keys_are_rfc_3711_b3);
	tcase_add_test(tests, rtcp_has_keys_of_its_own);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
