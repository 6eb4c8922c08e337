/* SPDX-License-Identifier: BSD-3-Clause */
// test_engine.c - the engine that was asked for is the one that runs, or the reason is told by
// name.
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/ipsec_mb.h"

static uint64_t lacks; // of libipsec-mb's features
static char error[256];

// Stands before libipsec-mb's own: what it finds on an older processor.
void
init_mb_mgr_auto(IMB_MGR *manager, IMB_ARCH *arch)
{
	void (*real)(IMB_MGR *, IMB_ARCH *);
	*(void **)&real = dlsym(RTLD_NEXT, "init_mb_mgr_auto");
	if (!lacks) {
		real(manager, arch);
		return;
	}
	init_mb_mgr_sse(manager);
	manager->features &= ~lacks;
}

static const char *
choose(const char *name)
{
	memset(error, 0, sizeof error);
	const struct srtp_engine *engine = srtp_engine_choose(name, error, sizeof error);
	return engine ? engine->name : "none";
}

// Behind "model name	: ", as the kernel has it.
static void
read_model(char *model, size_t bytes)
{
	char line[256];
	FILE *file = fopen("/proc/cpuinfo", "r");
	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file) && strncmp(line, "model name", 10) != 0)
		;
	fclose(file);
	line[strcspn(line, "\n")] = 0;
	snprintf(model, bytes, "%s", strstr(line, ": ") + 2);
	ck_assert_uint_gt(strlen(model), 3);
}

START_TEST(each_engine_runs_by_its_name)
{
	ck_assert_str_eq(choose("ipsec-mb"), "ipsec-mb");
	ck_assert_str_eq(choose("libsrtp2"), "libsrtp2");
	ck_assert_str_eq(choose("auto"), "ipsec-mb");
	ck_assert_str_eq(error, "");
}
END_TEST

START_TEST(a_processor_without_avx2_is_refused_with_its_name)
{
	char model[128];
	lacks = IMB_FEATURE_AVX2;
	read_model(model, sizeof model);
	ck_assert_str_eq(choose("ipsec-mb"), "none");
	ck_assert_msg(strstr(error, "ipsec-mb") && strstr(error, "AVX2"), "%s", error);
	ck_assert_msg(strstr(error, model) != NULL, "%s has no %s", error, model);
}
END_TEST

START_TEST(auto_takes_libsrtp2_on_it)
{
	lacks = IMB_FEATURE_AVX2;
	ck_assert_str_eq(choose("auto"), "libsrtp2");
}
END_TEST

START_TEST(an_unknown_engine_is_refused_with_its_name)
{
	ck_assert_str_eq(choose("openssl"), "none");
	ck_assert_msg(strstr(error, "openssl") != NULL, "%s", error);
}
END_TEST

// SSE's code fills 496 of the 1008 bytes of libipsec-mb's keys: a context there is that much
// smaller, and seals and verifies all the same.
START_TEST(a_context_is_no_longer_than_the_processors_keys)
{
	lacks = IMB_FEATURE_AVX512BW;
	const struct srtp_engine *engine = srtp_engine_ipsec_mb();
	ck_assert_ptr_nonnull(engine);
	ck_assert_uint_eq(engine->context_bytes(SRTP_AEAD_AES_256_GCM, SRTP_INBOUND), 256 + 496);
	ck_assert_uint_eq(engine->context_bytes(SRTP_AES_CM_128_HMAC_SHA1_80, SRTP_INBOUND), 496);
	ck_assert_uint_eq(engine->context_bytes(SRTP_AES_256_CM_HMAC_SHA1_80, SRTP_INBOUND), 560);
	for (size_t i = 0; srtp_profile_at(i); i++) {
		uint8_t packet[1200] = {0x80, 96, 0, 1};
		struct srtp_keys keys;
		ck_assert_int_eq(srtp_keys_generate(srtp_profile_at(i), &keys), 0);
		struct srtp_context *out = engine->context_create(&keys, 0, SRTP_OUTBOUND, 0);
		struct srtp_context *in = engine->context_create(&keys, 0, SRTP_INBOUND, 0);
		struct srtp_job job = {out, packet, 1100, sizeof packet, 0, SRTP_OK};
		engine->protect_rtp(&job, 1);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		job.context = in;
		engine->verify_rtp(&job, 1);
		ck_assert_int_eq(job.verdict, SRTP_OK);
		engine->context_destroy(out);
		engine->context_destroy(in);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tests = tcase_create("choice");
	tcase_add_test(tests, each_engine_runs_by_its_name);
	tcase_add_test(tests, a_processor_without_avx2_is_refused_with_its_name);
	tcase_add_test(tests, auto_takes_libsrtp2_on_it);
	tcase_add_test(tests, an_unknown_engine_is_refused_with_its_name);
	tcase_add_test(tests, a_context_is_no_longer_than_the_processors_keys);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
